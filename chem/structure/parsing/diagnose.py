"""Why a structure could not be read, as a code to count by and one line for a person."""

import re

from rdkit import Chem

from chem.records.records import Failure
from chem.records.shorten import one_line
from chem.structure.parsing.metals import find_metal_complex

_SHOWN = 80
_OTHERS = {
    "^InChI=": "an InChI",
    "^(InChIKey=)?[A-Z]{14}-[A-Z]{10}-[A-Z]$": "an InChIKey",
    r"^\d{2,7}-\d\d-\d$": "a CAS number",
    "V[23]000": "a molblock",
    "(?<!-)>": "a reaction",
}
"""What else comes in the column of SMILES, by how it looks."""
_LABELLED = re.compile(r"\[([A-Za-z]+\d*)\]")
_TOKEN = re.compile(r"\[[^\]]*\]|Cl|Br|[BCNOPSFIbcnops]|(?P<no_atom>[^\W\d_])")
_SYMBOLS = {
    symbol + hydrogens
    for number in range(1, 119)
    for symbol in [Chem.GetPeriodicTable().GetElementSymbol(number)]
    for hydrogens in ("", "H", *(f"H{count}" for count in range(10)))
}


def diagnose_smiles(smiles: str) -> Failure:
    """Explain a SMILES that RDKit refuses (``parse/…``, or ``standardize/metal_complex``)."""
    plain, _, rest = smiles.partition(" ")
    rest = rest.strip()
    mol = Chem.MolFromSmiles(plain, sanitize=False)
    if mol is None:
        other = next((name for mark, name in _OTHERS.items() if re.search(mark, smiles)), None)
        if other is not None:
            return _invalid(f"not a SMILES: found {other}, expected one molecule", smiles)
        return _label(plain) or _invalid(f"not a SMILES: {_syntax_fault(plain)}", smiles)
    found = diagnose_sanitization(mol)
    if found is not None:
        return found
    if not rest.startswith("|"):
        fault = "text after the SMILES" if rest else "RDKit refuses it"
        return _invalid(f"not a SMILES: {fault}", smiles)
    if rest.count("|") == 1:
        return _invalid(
            "the extension after the SMILES begins with '|' and has no second '|'", smiles
        )
    return _invalid(f"RDKit cannot read the extension {rest!r}", smiles)


def _label(smiles: str) -> Failure | None:
    """Name the first square bracket that holds a label instead of an atom, such as ``[OMe]``."""
    for found in _LABELLED.finditer(smiles):
        if found[1] not in _SYMBOLS and found[1][:1].isupper():
            detail = f"'[{found[1]}]' is no element: draw its atoms, not its abbreviation"
            return Failure("standardize", "drawn_shorthand", detail)
    return None


def _invalid(fault: str, smiles: str) -> Failure:
    shown = smiles if len(smiles) <= _SHOWN else smiles[:_SHOWN] + "…"
    return Failure("parse", "invalid_smiles", one_line(f"{fault} in {shown!r}"))


def diagnose_sanitization(mol: Chem.Mol) -> Failure | None:
    """Name the first chemical fault of an unsanitized molecule; None if it has none.

    A metal complex is told as such: its bonds are why RDKit's rules of valence do not hold.
    """
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    metal = find_metal_complex(mol)
    if metal is not None:
        return Failure("standardize", "metal_complex", metal)
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
    for found in _TOKEN.finditer(smiles):
        if found.lastgroup == "no_atom":
            return (
                f"a syntax error at character {found.start() + 1}, {found[0]!r}, which is no atom"
            )
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
