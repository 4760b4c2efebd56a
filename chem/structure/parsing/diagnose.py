"""Explains unreadable structures: a code by which they are counted, and one line for a person.

A molblock has three header lines, a counts line, as many atom and bond lines as that says, and
properties up to ``M  END``. V2000 lines have fixed columns. The faulty line is named. The one fault
that can be mended, a blank line, is mended.
"""

import re

from rdkit import Chem

from chem.library.sdf import find_end
from chem.records.message_text import counted, one_line
from chem.records.numbers import is_plain_number
from chem.records.records import Failure
from chem.structure.parsing.metals import find_metal_complex
from chem.structure.parsing.shorthand import query_failure, symbol_in_v3000, written_symbols

_SHOWN = 80
_OTHERS = {
    "^InChI=": "an InChI",
    "^(InChIKey=)?[A-Z]{14}-[A-Z]{10}-[A-Z]$": "an InChIKey",
    r"^\d{2,7}-\d\d-\d$": "a CAS number",
    "V[23]000": "a molblock",
    "(?<!-)>": "a reaction",
}
"""Other content found in columns of SMILES, by the pattern that recognizes it."""
_LABELLED = re.compile(r"\[([A-Za-z]+\d*)\]")
_TOKEN = re.compile(r"\[[^\]]*\]|Cl|Br|[BCNOPSFIbcnops]|(?P<no_atom>[^\W\d_])")
_SYMBOLS = {
    symbol + hydrogens
    for number in range(1, 119)
    for symbol in [Chem.GetPeriodicTable().GetElementSymbol(number)]
    for hydrogens in ("", "H", *(f"H{count}" for count in range(10)))
}
_COUNTS = re.compile(r"V[23]000\s*$")
_FREE_ATOM = re.compile(r"\s*-?\d+\.\d+\s+-?\d+\.\d+\s+-?\d+\.\d+\s+(\S+)")
_KNOWN = {Chem.GetPeriodicTable().GetElementSymbol(number) for number in range(1, 119)}
_PLACEHOLDERS = {
    *("A", "Q", "X", "M", "L", "R", "R#", "*", "AH", "QH", "XH", "MH", "LP", "G", "D", "T"),
    *("Pol", "Mod"),
}
_R_GROUP = re.compile(r"R\d*")
_TEXT_FOLLOWS = ("A  ", "G  ")
"""Properties whose text is on the next line, which may be blank."""


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
    """Report the first square bracket that holds a label instead of an atom, such as ``[OMe]``."""
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

    A metal complex is reported as such: because of its bonds, RDKit's valence rules do not hold.
    """
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    metal = find_metal_complex(mol)
    if metal is not None:
        return metal
    for problem in Chem.DetectChemistryProblems(mol):
        kind = problem.GetType()
        code = "invalid_valence" if "Valence" in kind else "kekulize"
        if "Valence" not in kind and "Kekul" not in kind:
            code = "sanitize"
        return Failure("parse", code, one_line(problem.Message()))
    return None


def _syntax_fault(smiles: str) -> str:
    """Find the commonest mistakes by counting, because RDKit's own message goes to a log only."""
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


def without_blank_lines(molblock: str) -> str | None:
    """Return the molblock without blank lines between the counts line and ``M  END``.

    Returns None if it has no such lines.
    """
    lines = molblock.splitlines()
    end = find_end(lines) - 1
    kept = [
        line
        for at, line in enumerate(lines)
        if line.strip() or at < 4 or at > end or lines[at - 1].startswith(_TEXT_FOLLOWS)
    ]
    return "\n".join(kept) + "\n" if len(kept) < len(lines) else None


def diagnose_molblock(molblock: str) -> Failure:
    """Explain a molblock that RDKit refuses (``parse/…``, or a code of drawn shorthand)."""
    try:
        mol = Chem.MolFromMolBlock(molblock, sanitize=False, removeHs=False)
    except RuntimeError as error:
        return _fault(str(error))
    if mol is None:
        return find_fault(molblock)
    return diagnose_sanitization(mol) or _fault("RDKit refuses it")


def find_fault(molblock: str) -> Failure:
    """Name the fault of a molblock that RDKit cannot read as a molecule at all."""
    lines = molblock.splitlines()
    counts = next((at for at, line in enumerate(lines) if _COUNTS.search(line)), None)
    if counts is None:
        last = f", line 4 is {lines[3]!r}" if len(lines) > 3 else ""
        return _fault(
            f"no counts line (one that ends in V2000 or V3000) in "
            f"{counted(len(lines), 'line')}{last}"
        )
    if counts != 3:
        return _fault(
            f"the counts line is line {counts + 1}, expected line 4: "
            f"{'a header line is missing' if counts < 3 else 'there is a header line too many'}"
        )
    if not any(line.startswith("M  END") for line in lines):
        return _fault("no line 'M  END'")
    is_v3000 = lines[3].rstrip().endswith("V3000")
    found = _find_in_v3000(lines) if is_v3000 else _find_in_v2000(lines)
    return (
        found
        or _placeholder(molblock)
        or _fault("RDKit cannot read it; the counts and the symbols of atoms are in order")
    )


def _find_in_v2000(lines: list[str]) -> Failure | None:
    atoms, bonds = lines[3][:3].strip(), lines[3][3:6].strip()
    if not atoms.isdigit() or not bonds.isdigit():
        return _fault(f"line 4 has no two counts in columns 1 to 6: {lines[3]!r}")
    end = find_end(lines) - 1
    for at in range(4, min(4 + int(atoms), end)):
        fault = _fault_of_atom_line(lines[at], at, at - 3)
        if fault is not None:
            return fault
    said = f"line 4 says {_size(int(atoms), int(bonds))}"
    found = sum(_FREE_ATOM.match(line) is not None for line in lines[4:end])
    if found != int(atoms):
        return _fault(f"{said}, and {counted(found, 'line')} of atoms follow")
    after = lines[4 + found : end]
    drawn = next((at for at, line in enumerate(after) if not line[:1].isspace()), len(after))
    properties = next((at for at, line in enumerate(after) if line[:1].isalpha()), len(after))
    drawn = min(properties, len(after)) if drawn > properties else properties
    if drawn != int(bonds):
        return _fault(f"{said}, and {counted(drawn, 'line')} of bonds follow")
    for at, line in enumerate(after[:drawn], start=5 + found):
        ends = line[:3].strip(), line[3:6].strip()
        if not all(one.isdigit() and 1 <= int(one) <= found for one in ends):
            return _fault(f"line {at} is no bond between two of the {found} atoms: {line!r}")
    return None


def _fault_of_atom_line(line: str, at: int, number: int) -> Failure | None:
    where = f"line {at + 1}"
    if "\t" in line:
        return _fault(f"{where} holds a tab; a molblock has fixed columns, separated by blanks")
    if not line.strip():
        return _fault(f"{where} is blank, expected atom {number}")
    free = _FREE_ATOM.match(line)
    if free is None:
        return _fault(f"{where} is not atom {number}: {line!r}")
    symbol = line[31:34].strip()
    if symbol != free[1][:3] or not is_plain_number(line[:10]):
        return _fault(f"{where} is not in the columns of a V2000 molblock: {line!r}")
    return _unknown_symbol(symbol, number)


def _find_in_v3000(lines: list[str]) -> Failure | None:
    atoms, bonds = 0, 0
    section = ""
    announced: list[str] = []
    for at, line in enumerate(lines[4:], start=5):
        text = line[6:].strip()
        if line.startswith("M  END"):
            break
        if not line.startswith("M  V30"):
            shown = "is blank" if not line.strip() else f"does not begin with 'M  V30': {line!r}"
            return _fault(f"line {at} {shown}")
        if text.startswith("COUNTS"):
            announced = text.split()[1:3]
        elif text.startswith(("BEGIN ", "END ")):
            section = text.split()[1] if text.startswith("BEGIN ") else ""
        elif section == "ATOM" and (symbol := symbol_in_v3000(line)) is not None:
            atoms += 1
            fault = None if "[" in text else _unknown_symbol(symbol, atoms)
            if fault is not None:
                return fault
        elif section == "BOND" and text.split(maxsplit=1)[0].isdigit():
            bonds += 1
    return _fault_of_counts(announced, atoms, bonds)


def _fault_of_counts(announced: list[str], atoms: int, bonds: int) -> Failure | None:
    if not announced:
        return _fault("no line 'M  V30 COUNTS'")
    if announced != [str(atoms), str(bonds)]:
        return _fault(
            f"'M  V30 COUNTS' says {' atoms and '.join(announced)} bonds, "
            f"and {_size(atoms, bonds)} follow"
        )
    return None


def _unknown_symbol(symbol: str, number: int) -> Failure | None:
    if symbol.capitalize() in _KNOWN and (symbol in _KNOWN or symbol.isupper()):
        return None
    if symbol in _PLACEHOLDERS or _R_GROUP.fullmatch(symbol):
        return None
    if symbol in ("Du", "Xx", "NOT"):
        return query_failure(f"atom {number} is drawn as {symbol!r}, a dummy atom")
    detail = f"atom {number} is drawn as {symbol!r}, which is no element: draw its atoms"
    return Failure("standardize", "drawn_shorthand", detail)


def _placeholder(molblock: str) -> Failure | None:
    """Report the first atom that stands for any of several elements."""
    for number, symbol in enumerate(written_symbols(molblock), start=1):
        if symbol not in _KNOWN and symbol not in "DT":
            return query_failure(f"atom {number} is drawn as {symbol!r}, a list or any atom")
    return None


def _size(atoms: int, bonds: int) -> str:
    return f"{counted(atoms, 'atom')} and {counted(bonds, 'bond')}"


def _fault(detail: str) -> Failure:
    return Failure("parse", "invalid_molblock", one_line(f"not a readable molblock: {detail}"))
