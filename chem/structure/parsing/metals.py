"""Tells salts of metals from metal complexes, which are not scored.

A salt loses its metal: the ligand that is left is what dissolves. A coordination or organometallic
compound is a different compound from its ligands: cisplatin is not ammonia, and ferrocene is not
cyclopentadiene. The rule depends on the metal and on the atoms bound to it:

- Lithium, sodium, potassium, rubidium, caesium: salts with anything that ends in O, N, S or a
  halogen, drawn as ions or with a bond. Bound to carbon, hydrogen, silicon or phosphorus, or beside
  a carbanion that nothing stabilizes, it is an organometallic reagent, as are lithium alkoxides
  and the amides of amines.
- Beryllium to radium: the same, except that a chelate by nitrogen (chlorophyll) is a complex, and
  an alkoxide is a reagent.
- Zinc and aluminium: salts with acids (carboxylates, sulfonates, sulfates, phosphates), halides and
  hydroxides; anything else is a complex (pyrithione, dithiocarbamates, phthalocyanines, alkoxides,
  edetates).
- Every other metal, antimony and bismuth included: a record that holds it together with an
  organic compound or with ammonia is a complex, drawn with bonds or as ions. Its salts are used
  for the metal (silver, bismuth, iron, gadolinium), so the acid alone would be the wrong compound.

Boron, silicon, germanium, arsenic, selenium and tellurium do not count as metals here.
"""

from functools import cache

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure
from chem.structure.stereo.smiles_and_smarts import pattern

_ALKALI = {3, 11, 19, 37, 55}
_EARTHS = {4, 12, 20, 38, 56, 88}
_ACID_ONLY = {13, 30}
_OTHERS = {*range(21, 30), 31, *range(39, 52), *range(57, 85), 87, *range(89, 100)}
METALS = _ALKALI | _EARTHS | _ACID_ONLY | _OTHERS
"""Atomic numbers; heavier elements have no compounds."""

_ENDS = {7, 8, 9, 16, 17, 34, 35, 52, 53}
"""Elements in which a salt's anion ends: N, O, S, Se, Te and halogens."""
_HALOGENS = {9, 17, 35, 53}
_SALT_METALS = "[Li,Na,K,Rb,Cs,Be,Mg,Ca,Sr,Ba,Ra,Zn,Al]"
_MAY_BE_METAL = "[!#1&!#6&!#7&!#8&!#9&!#15&!#16&!#17&!#35&!#53]"
"""Quick to rule out; any match is looked up by its number."""
_STABLE_CARBANION = (
    "[$([#6-]#[N,O]),$([#6-]=[N+]=[N-]),$([#6-]*=[O,S,N]),$([#6-]C#N),$([#6-][N+]=O),"
    "$([#6-][S](=O)=O),$([#6-]P=O)]"
)
_ACID_OXYGEN = (
    "[$([#8][#6]=[#8,#16]),$([#8][#16,#15,#33,#34]),$([#8][N+](=O)),$([#8][Cl,Br,I]=O),$([#8][#5])]"
)
_AMIDE = "[$([#7X2-]([CX4,#14])[CX4,#14]),$([#7]([CX4,#14])([CX4,#14])[Li,Na,K,Rb,Cs,Mg,Ca])]"
_CHELATOR = "[#7]([CX4]C(=O)[#8])[CX4]C(=O)[#8-,$([#8]~[Zn,Al])]"
_ALKOXIDE = "[$([#8X1-][CX4]),$([#8X2]([CX4])[Li,Be,Mg,Ca,Sr,Ba])]"


@cache
def salt_cutter() -> rdMolStandardize.MetalDisconnector:
    """Return the tool that cuts the bonds between the metal of a salt and its anion."""
    with rdBase.BlockLogs():
        cutter = rdMolStandardize.MetalDisconnector()
        cutter.SetMetalNof(Chem.MolFromSmarts(f"{_SALT_METALS}~[#7,#8,F]"))
        cutter.SetMetalNon(Chem.MolFromSmarts(f"{_SALT_METALS}~[#16,#34,#52,Cl,Br,I,$(C#N)]"))
        return cutter


def may_hold_metal(mol: Chem.Mol) -> bool:
    """Tell quickly whether a molecule has an element other than the usual ten."""
    return bool(mol.HasSubstructMatch(pattern(_MAY_BE_METAL)))


def find_metal_complex(mol: Chem.Mol) -> Failure | None:
    """Return the reason why the record is a metal complex; None for salts and all others.

    The molecule need not be sanitized, but must be ready for substructure searches (rings).
    """
    if not may_hold_metal(mol):
        return None
    has_carbon = any(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms())
    for atom in mol.GetAtoms():
        number = atom.GetAtomicNum()
        if number not in METALS:
            continue
        if number in _OTHERS:
            found = _other(mol, atom, has_carbon)
        elif number in _ACID_ONLY:
            found = _acid_only(mol, atom) if has_carbon else None
        else:
            found = _salt_former(mol, atom, number) if has_carbon else None
        if found is not None:
            detail = f"{_elements({number})} (atom {atom.GetIdx() + 1}) {found}"
            return Failure("standardize", "metal_complex", detail)
    return None


def _other(mol: Chem.Mol, metal: Chem.Atom, has_carbon: bool) -> str | None:
    bound = [atom.GetAtomicNum() for atom in metal.GetNeighbors()]
    if metal.GetAtomicNum() == 51 and bound == [9] * 6:
        return None  # the counterion hexafluoroantimonate
    if not has_carbon and not any(_is_amine(atom) for atom in mol.GetAtoms()):
        return None
    held = set(bound) - _HALOGENS
    where = "bound to " + _elements(held) if held else "beside atoms that can bind it"
    return f"{where}: a metal complex, not scored as the compound that is bound to the metal"


def _is_amine(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 7 and all(
        other.GetAtomicNum() == 1 or other.GetAtomicNum() in METALS for other in atom.GetNeighbors()
    )


def _acid_only(mol: Chem.Mol, metal: Chem.Atom) -> str | None:
    acids = _matches(mol, pattern(_ACID_OXYGEN))
    for atom in metal.GetNeighbors():
        if atom.GetAtomicNum() in _HALOGENS or _is_inorganic_oxygen(atom):
            continue
        if atom.GetAtomicNum() != 8 or atom.GetIdx() not in acids:
            kind = " that belongs to no acid" if atom.GetAtomicNum() == 8 else ""
            return f"bound to {_elements({atom.GetAtomicNum()})}{kind}: a metal complex"
    if mol.HasSubstructMatch(pattern(_CHELATOR)):
        return "with a chelator: a metal complex"
    if metal.GetDegree() and not _is_halide(metal):
        return None
    if not acids and not metal.GetDegree() and not _has_inorganic_anion(mol):
        return "beside atoms that can bind it, and no acid: a metal complex"
    for atom in _anions(mol):
        if atom.GetIdx() not in acids and not _is_inorganic_oxygen(atom):
            return (
                f"beside an anion at {_elements({atom.GetAtomicNum()})} that belongs to no acid: "
                "a metal complex"
            )
    return None


def _salt_former(mol: Chem.Mol, metal: Chem.Atom, number: int) -> str | None:
    stable = _matches(mol, pattern(_STABLE_CARBANION))
    for atom in metal.GetNeighbors():
        if atom.GetAtomicNum() not in _ENDS and not _is_cyanide(atom):
            return f"bound to {_elements({atom.GetAtomicNum()})}: an organometallic compound"
    if metal.GetDegree() == 0:
        for atom in _anions(mol):
            if atom.GetAtomicNum() == 6 and atom.GetIdx() not in stable:
                return "beside a carbanion: an organometallic compound"
    if mol.HasSubstructMatch(pattern(_AMIDE)):
        return "as the amide of an amine: a reagent, not the amine"
    if number in _ALKALI and number != 3:
        return None
    if mol.HasSubstructMatch(pattern(_ALKOXIDE)):
        return "as an alkoxide: a reagent, not the alcohol"
    if number in _EARTHS and _is_chelated(mol, metal):
        return "held by several nitrogens: a metal complex"
    return None


def _is_chelated(mol: Chem.Mol, metal: Chem.Atom) -> bool:
    """Tell whether two anionic nitrogens of one ligand hold the metal, as bonds or as ions."""
    bound = [
        bond.GetOtherAtom(metal).GetAtomicNum()
        for bond in metal.GetBonds()
        if bond.GetBondType() != Chem.BondType.DATIVE
    ]
    if metal.IsInRing() and 7 in bound:
        return True
    if metal.GetDegree():
        return False
    negative = {atom.GetIdx() for atom in _anions(mol) if atom.GetAtomicNum() == 7}
    return any(len(negative & set(fragment)) > 1 for fragment in Chem.GetMolFrags(mol))


def _anions(mol: Chem.Mol) -> list[Chem.Atom]:
    """Return the negative atoms of organic fragments whose charge no neighbour balances."""
    organic: set[int] = set()
    for fragment in Chem.GetMolFrags(mol):
        if any(mol.GetAtomWithIdx(at).GetAtomicNum() == 6 for at in fragment):
            organic.update(fragment)
    return [
        atom
        for atom in mol.GetAtoms()
        if atom.GetFormalCharge() < 0
        and atom.GetIdx() in organic
        and atom.GetAtomicNum() in (6, 7, 8, 16, 34)
        and not any(other.GetFormalCharge() > 0 for other in atom.GetNeighbors())
    ]


def _has_inorganic_anion(mol: Chem.Mol) -> bool:
    """Tell whether an anion such as halide, hydroxide or sulfate is drawn, charged or not."""
    for fragment in Chem.GetMolFrags(mol):
        atoms = [mol.GetAtomWithIdx(at) for at in fragment]
        is_water = len(atoms) == 1 and atoms[0].GetTotalNumHs() > 1
        numbers = {atom.GetAtomicNum() for atom in atoms}
        if not is_water and 6 not in numbers and not numbers <= METALS:
            return True
    return False


def _is_inorganic_oxygen(atom: Chem.Atom) -> bool:
    """Tell whether it is an oxide, a hydroxide or water."""
    return atom.GetAtomicNum() == 8 and all(
        other.GetAtomicNum() == 1 or other.GetAtomicNum() in METALS for other in atom.GetNeighbors()
    )


def _is_halide(metal: Chem.Atom) -> bool:
    return all(atom.GetAtomicNum() in _HALOGENS for atom in metal.GetNeighbors())


def _is_cyanide(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 6 and any(
        bond.GetBondType() == Chem.BondType.TRIPLE and bond.GetOtherAtom(atom).GetAtomicNum() == 7
        for bond in atom.GetBonds()
    )


def _matches(mol: Chem.Mol, pattern: Chem.Mol) -> set[int]:
    return {at for match in mol.GetSubstructMatches(pattern) for at in match}


def _elements(numbers: set[int]) -> str:
    table = Chem.GetPeriodicTable()
    names = (table.GetElementName(number).lower() for number in sorted(numbers))
    return " and ".join("the middle of a ring" if name == "dummy" else name for name in names)
