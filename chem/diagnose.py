"""Why a structure could not be read, as a code to count by and one line for a person."""

from rdkit import Chem

from chem.records import Failure

_SHOWN = 80


def one_line(text: str) -> str:
    """Fold any white space to single blanks and cut to 200 characters, for a report's cell."""
    folded = " ".join(text.split())
    return folded if len(folded) <= 200 else folded[:199] + "…"


def diagnose_smiles(smiles: str) -> Failure:
    """Explain a SMILES that RDKit refuses (``parse/…``)."""
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    shown = smiles if len(smiles) <= _SHOWN else smiles[:_SHOWN] + "…"
    if mol is None:
        detail = f"not a SMILES: {_syntax_fault(smiles)} in {shown!r}"
        return Failure("parse", "invalid_smiles", one_line(detail))
    fault = "text after the SMILES" if len(smiles.split()) > 1 else "RDKit refuses it"
    return diagnose_sanitization(mol) or Failure(
        "parse", "invalid_smiles", one_line(f"not a SMILES: {fault} in {shown!r}")
    )


def diagnose_molblock(molblock: str) -> Failure:
    """Explain a molblock that RDKit refuses (``parse/…``)."""
    try:
        mol = Chem.MolFromMolBlock(molblock, sanitize=False, removeHs=False)
    except RuntimeError as error:
        return Failure("parse", "invalid_molblock", one_line(str(error)))
    if mol is None:
        lines = molblock.splitlines()
        counts = lines[3] if len(lines) > 3 else ""
        detail = (
            f"not a V2000 or V3000 molblock; its {len(lines)} lines have counts line {counts!r}"
        )
        return Failure("parse", "invalid_molblock", one_line(detail))
    return diagnose_sanitization(mol) or Failure(
        "parse", "invalid_molblock", "RDKit cannot read this molblock"
    )


def diagnose_sanitization(mol: Chem.Mol) -> Failure | None:
    """Name the first chemical fault of an unsanitized molecule; None if it has none."""
    for problem in Chem.DetectChemistryProblems(mol):
        kind = problem.GetType()
        code = "invalid_valence" if "Valence" in kind else "kekulize"
        if "Valence" not in kind and "Kekul" not in kind:
            code = "sanitize"
        return Failure("parse", code, one_line(problem.Message()))
    return None


def _syntax_fault(smiles: str) -> str:
    """Find the commonest mistakes by counting; RDKit's own message goes to a log only."""
    for opening, closing in ("()", "[]"):
        if smiles.count(opening) != smiles.count(closing):
            return f"{smiles.count(opening)} {opening!r} but {smiles.count(closing)} {closing!r}"
    odd = _open_rings(smiles)
    if odd:
        return f"ring bond {odd[0]} is not closed"
    return "a syntax error"


def _open_rings(smiles: str) -> list[str]:
    open_rings: set[str] = set()
    position, in_bracket = 0, False
    while position < len(smiles):
        character = smiles[position]
        label = character
        if character in "[]":
            in_bracket = character == "["
        elif not in_bracket and character == "%":
            label = smiles[position + 1 : position + 3]
            position += 2
        if not in_bracket and label.isdigit():
            open_rings ^= {label}
        position += 1
    return sorted(open_rings)
