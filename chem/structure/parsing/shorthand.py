"""Finds drawn shorthand, by which a record stands for other than one definite molecule.

Shorthand is a label on an atom (``Boc`` on a carbon, ``R1``), a dummy atom, an atom list or query
bond, a repeat unit, or an attachment point: read literally, each gives a molecule that is not sold.
Notes that say nothing about the structure pass: data fields, numbers of atoms, a label that names
its own atom (``CH3``, ``NH2``, ``D``), an expanded abbreviation whose atoms are all drawn.
"""

import re
from functools import cache

from rdkit import Chem

from chem.records.records import Failure, StructureFormat

_PASSED = {"DAT", "MUL", "GEN", "SUP"}
"""Substance groups that leave the molecule definite."""
_REPEATS = {
    "SRU": "a repeat unit",
    "MON": "a monomer of a polymer",
    "MER": "a mer of a polymer",
    "COP": "a copolymer",
    "CRO": "a crosslink of a polymer",
    "GRA": "a graft of a polymer",
    "MOD": "a modified polymer",
    "ANY": "any polymer",
    "ALT": "a copolymer",
    "RAN": "a copolymer",
    "BLO": "a copolymer",
}
_MIXTURES = {"COM": "a component of a mixture", "MIX": "a mixture", "FOR": "a formulation"}
_REPEAT_LABEL = re.compile(r"[nmxyk]|\d+-\d+|[<>~].*")

_ABBREVIATIONS = """
    Me 1 Et 2 Pr 3 nPr 3 iPr 3 i-Pr 3 Bu 4 nBu 4 iBu 4 sBu 4 tBu 4 t-Bu 4 Ph 6 Bn 7 Bz 8 Ac 3 Boc 7
    Cbz 10 Fmoc 17 Ts 10 Tos 10 Ms 4 Tf 7 TMS 4 TBS 7 TBDMS 7 TIPS 10 TBDPS 17 Tr 19 Trt 19 PMB 9
    MOM 3 THP 6 Cy 6 OMe 2 MeO 2 OEt 3 EtO 3 OAc 4 AcO 4 OBn 8 OTs 11 OMs 5 OTf 8 NHBoc 8 NHAc 4
    NMe2 3 NEt2 5 CF3 4 OCF3 5 SO2Me 4 CO2H 3 COOH 3 CO2Me 4 CO2Et 5 CHO 2 CN 2 NO2 3 SO3H 4
    SO2NH2 4 CONH2 3 N3 3 NCO 3 NCS 3 PO3H2 4 CCl3 4 Piv 6
"""
ABBREVIATIONS = {label: int(count) for label, count in re.findall(r"(\S+) (\d+)", _ABBREVIATIONS)}
"""Common abbreviations, with the number of non-hydrogen atoms that each stands for."""

_HEAVIEST = 100
"""Elements from this number on have no compounds for sale (Ts is tosyl)."""
_ALSO_GROUPS = {59, 89}
"""Praseodymium and actinium: Pr and Ac with one bond are propyl and acetyl."""

_PROPERTIES = ("molFileAlias", "atomLabel", "dummyLabel")
_CHARGES = re.compile(r"[+-]\d*$"), re.compile(r"\d[+-]$")
_LABELS = re.compile(r"^A  |ATTCHPT|M  APO", flags=re.MULTILINE)
_NO_ORDER = (Chem.BondType.ZERO, Chem.BondType.UNSPECIFIED, Chem.BondType.HYDROGEN)
_POSITIONS = re.compile(r"[|,]m:\d")


def find_shorthand(mol: Chem.Mol, structure: str, format: StructureFormat) -> Failure | None:
    """Return the first reason why the record is not one definite molecule; None if it is one.

    ``mol`` is the molecule that RDKit read from ``structure``, with its atoms in the order of the
    record. Codes, all of the stage ``standardize``: ``query_atoms`` (dummy atoms, R groups, lists,
    query bonds), ``drawn_shorthand`` (labels that stand for more, attachment points, positions left
    open), ``repeat_units`` (polymers), ``mixture`` (brackets of a formulation).
    """
    if format == "smiles" or _may_hold_label(mol, structure):
        symbols = written_symbols(structure) if format == "molblock" else []
        for atom in mol.GetAtoms():
            fault = _fault_of(atom, symbols)
            if fault is not None:
                return fault
        if any(_is_query(bond) for bond in mol.GetBonds()):
            return query_failure("a query bond (any, aromatic or single, of no order)")
    if mol.HasProp("_molLinkNodes"):
        return _shorthand("a link node: an atom that is repeated an open number of times")
    if format == "smiles" and _POSITIONS.search(structure):
        return _shorthand("'m:' leaves open which of several atoms a group is bound to")
    return _find_group(mol)


def _may_hold_label(mol: Chem.Mol, molblock: str) -> bool:
    """Tell quickly whether each atom and bond needs a closer look."""
    return (
        mol.HasQuery()
        or _LABELS.search(molblock) is not None
        or any(mol.HasSubstructMatch(pattern) for pattern in _odd())
    )


@cache
def _odd() -> tuple[Chem.Mol, ...]:
    """Return patterns of dummy atoms and of bonds of unusual order."""
    return tuple(map(Chem.MolFromSmarts, ("[#0]", "*!-&!=&!#&!:*", "[A]:*")))


def find_mistaken_element(mol: Chem.Mol) -> Failure | None:
    """Return the failure for an abbreviation that is also an element's symbol (``Ts``, ``Ac``)."""
    for atom in mol.GetAtoms():
        number = atom.GetAtomicNum()
        if number >= _HEAVIEST or (number in _ALSO_GROUPS and atom.GetDegree() == 1):
            name = Chem.GetPeriodicTable().GetElementName(number).lower()
            shown = f"atom {atom.GetIdx() + 1} is drawn as {atom.GetSymbol()!r}, which is {name}"
            return _shorthand(f"{shown}; draw the group's atoms if it stands for a group")
    return None


def written_symbols(molblock: str) -> list[str]:
    """Return the symbol of every atom as the molblock has it (V2000 or V3000)."""
    lines = molblock.splitlines()
    if len(lines) < 4:
        return []
    if "V3000" not in lines[3]:
        count = lines[3][:3].strip()
        return (
            [line[31:34].strip() for line in lines[4 : 4 + int(count)]] if count.isdigit() else []
        )
    inside = False
    symbols = []
    for line in lines:
        if line.startswith("M  V30 BEGIN ATOM"):
            inside = True
        elif line.startswith("M  V30 END ATOM"):
            break
        elif inside and (symbol := symbol_in_v3000(line)) is not None:
            symbols.append(symbol)
    return symbols


def symbol_in_v3000(line: str) -> str | None:
    """Return the symbol in the line of an atom; None for a line that continues another."""
    words = line[6:].split(maxsplit=2)
    return words[1].strip('"') if len(words) > 1 and words[0].isdigit() else None


def _fault_of(atom: Chem.Atom, symbols: list[str]) -> Failure | None:
    number = atom.GetIdx() + 1
    label = next((atom.GetProp(name) for name in _PROPERTIES if atom.HasProp(name)), "").strip()
    written = symbols[number - 1] if number <= len(symbols) else ""
    if atom.GetAtomicNum() == 0:
        shown = (label or written or "*").replace("star_e", "*")
        return query_failure(
            f"atom {number} is drawn as {shown!r}, a dummy atom, R group or atom list"
        )
    if atom.HasQuery():
        return query_failure(f"atom {number} ({written or atom.GetSymbol()}) carries a query")
    if label and not names_atom(label, atom):
        return _shorthand(f"atom {number} ({atom.GetSymbol()}) is drawn as {label!r}")
    if atom.HasProp("molAttchpt") and atom.GetIntProp("molAttchpt"):
        return _shorthand(f"atom {number} ({atom.GetSymbol()}) carries an attachment point")
    return None


def names_atom(label: str, atom: Chem.Atom) -> bool:
    """Tell whether a label repeats facts of its atom: element, hydrogens, charge or number.

    A label without a letter (a number, a mark) says nothing about the structure.
    """
    return any(_names_atom(charge.sub("", label.strip()), atom) for charge in _CHARGES)


def _names_atom(plain: str, atom: Chem.Atom) -> bool:
    symbol = atom.GetSymbol()
    if not any(character.isalpha() for character in plain):
        return True
    if symbol == "H":
        return plain in ("H", "D", "T", "2H", "3H")
    plain = re.sub(r"^\d+(?=[A-Z])", "", plain)  # an isotope
    if plain.upper() == symbol.upper():
        return True
    hydrogens = atom.GetTotalNumHs(includeNeighbors=True)
    if symbol == "C" and plain in ("Me", "H3C", "CH3"):
        return hydrogens == 3
    count = "" if hydrogens == 1 else str(hydrogens)
    return plain in {f"{symbol}H{count}", f"H{count}{symbol}"} or bool(
        re.fullmatch(rf"{symbol}\d+'*", plain) and plain not in ABBREVIATIONS
    )


def _is_query(bond: Chem.Bond) -> bool:
    return (
        bond.HasQuery()
        or bond.GetBondType() in _NO_ORDER
        or (bond.GetBondType() == Chem.BondType.AROMATIC and not bond.GetIsAromatic())
    )


def _find_group(mol: Chem.Mol) -> Failure | None:
    groups = Chem.GetMolSubstanceGroups(mol)
    for group in groups if len(groups) else ():
        kind = group.GetProp("TYPE")
        label = group.GetProp("LABEL").strip() if group.HasProp("LABEL") else ""
        atoms = [mol.GetAtomWithIdx(at) for at in group.GetAtoms()]
        where = ", ".join(str(atom.GetIdx() + 1) for atom in atoms[:6])
        where = f"atom{'s' if len(atoms) > 1 else ''} {where}{' …' if len(atoms) > 6 else ''}"
        where += " are drawn as" if len(atoms) > 1 else " is drawn as"
        if kind in _MIXTURES:
            detail = f"{where} {_MIXTURES[kind]} ({kind})"
            return Failure("standardize", "mixture", detail)
        if kind not in _PASSED or (kind == "GEN" and _REPEAT_LABEL.fullmatch(label)):
            drawn = _REPEATS.get(kind, "a repeat unit")
            detail = f"{where} {drawn} ({kind}): a polymer, not one definite molecule"
            return Failure("standardize", "repeat_units", detail)
        if kind == "MUL" and len(group.GetParentAtoms()) == len(atoms) and _is_multiple(group):
            return _shorthand(f"{where} a group that is repeated several times")
        if kind == "SUP" and not _is_expanded(label, atoms):
            return _shorthand(f"{where} {label!r}, which stands for more atoms")
    return None


def _is_multiple(group: Chem.SubstanceGroup) -> bool:
    count = group.GetProp("MULT").strip() if group.HasProp("MULT") else ""
    return not count.isdigit() or int(count) > 1


def _is_expanded(label: str, atoms: list[Chem.Atom]) -> bool:
    """Tell whether an abbreviation's atoms are all drawn, as far as its label is known."""
    heavy = [atom for atom in atoms if atom.GetAtomicNum() > 1]
    if label in ABBREVIATIONS:
        return len(heavy) >= ABBREVIATIONS[label]
    if len(heavy) != 1 or not label:
        return True
    return names_atom(label, heavy[0])


def query_failure(detail: str) -> Failure:
    """Return the failure of a record with an atom or bond that stands for several."""
    return Failure("standardize", "query_atoms", f"{detail}: not one definite molecule")


def _shorthand(detail: str) -> Failure:
    return Failure("standardize", "drawn_shorthand", f"{detail}: not one definite molecule")
