"""Tells what a structure states about stereochemistry, and which statements would be lost."""

import re
from collections import Counter
from functools import cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdqueries

from chem.records.records import StructureFormat
from chem.structure.stereo.canonical import axes_of, groups_of, inverted, write_canonical
from chem.structure.stereo.centres_rdkit_drops import (
    WEDGES,
    bridgeheads,
    find_lost_centre,
    is_spiro_centre,
)
from chem.structure.stereo.smiles_and_smarts import place_written_atoms

STEREO_WORDS: dict[str, str] = {
    "none": "there is nothing to draw: no stereocentre, no double bond with two sides",
    "single": "one stereoisomer: every centre and double bond is drawn, and meant as drawn",
    "racemic": "both enantiomers together (an AND group, &1)",
    "one_of_two": "one of the stereoisomers that an OR group (o1) names; it is not known which",
    "mixture": "several stereoisomers together, as AND groups of some of the centres",
    "undefined": "flat: there are centres or double bonds, and none is drawn",
    "partly_undefined": "some centres or double bonds are drawn, and some are not",
}
"""Meaning of each word."""

_TAGS = Chem.ChiralType
_TETRAHEDRAL = (_TAGS.CHI_TETRAHEDRAL_CW, _TAGS.CHI_TETRAHEDRAL_CCW)
_ALLENE = re.compile(r"@AL|=\[\d*C@")
_OTHER_SHAPES = re.compile(r"@(?:SP|TB|OH)\d")
_RELATIVE_FLAG = re.compile(r"\|(?:[^|]*,)?r(?:,[^|]*)?\|")
_WEDGE_FIELD = re.compile(r"w[UD]:([\d.,]+)")
_WEDGE_ATOM = re.compile(r"(\d+)\.\d+")
_SEED = 7
MOST_BUILT = 60
"""Most heavy atoms of a molecule that is built in 3D; a long chain takes seconds."""
MOST_OF_A_FACE = 5
"""Most atoms of rings that, three to a common atom, leave it one shape: larger ones can be joined
cis or trans."""


_ACCEPTOR = "[$([#6]=[O,N,S]),$(C#N),$(S(=O)=O)]"


@cache
def _blurred() -> tuple[Chem.Mol, ...]:
    """Return patterns that RDKit takes for stereo although a proton or a rotation undoes it."""
    return tuple(
        Chem.MolFromSmarts(pattern)
        for pattern in (
            *("C(=[NX2])N", "C=[NX2;!H0]", "*=*=*", "[PX4,SX4](=O)[OH,O-]", "[NX3;+0]"),
            # Between three carbonyl groups or the like it is the acid of an enol.
            f"[CX4;H1]({_ACCEPTOR})({_ACCEPTOR})-{_ACCEPTOR}",
        )
    )


def describe_stereo(smiles: str) -> str:
    """Return one of ``STEREO_WORDS`` for a standardized SMILES or CXSMILES.

    >>> describe_stereo("CC(O)F"), describe_stereo("C[C@H](O)F"), describe_stereo("CCO")
    ('undefined', 'single', 'none')
    >>> describe_stereo("C[C@H](O)F |&1:1|")
    'racemic'
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        elements = list(Chem.FindPotentialStereo(mol, cleanIt=False))
        drawn = sum(one.specified == Chem.StereoSpecified.Specified for one in elements)
        is_open = drawn < len(elements) and _is_partly_open(mol, elements)
        if is_open or is_spiro_centre(mol):
            return "partly_undefined" if drawn else "undefined"
        if not drawn:
            return "none"
        groups = groups_of(mol)
        if not groups:
            return "single"
        kinds = {group.kind for group in groups}
        if kinds == {Chem.StereoGroupType.STEREO_OR}:
            return "one_of_two"
        if len(groups) > 1:
            return "mixture"
        mirrored = Chem.MolToSmiles(inverted(mol))
        turned = Chem.MolToSmiles(inverted(mol, groups[0].centres))
        return "racemic" if turned == mirrored else "mixture"


def _is_partly_open(mol: Chem.Mol, elements: list[Chem.StereoInfo]) -> bool:
    """Tell whether an undrawn centre or double bond could be drawn in two ways."""
    blurred: set[int] = set()
    for pattern in _blurred():
        blurred.update(match[0] for match in mol.GetSubstructMatches(pattern))
    open_centres: set[int] = set()
    for one in elements:
        if one.specified == Chem.StereoSpecified.Specified:
            continue
        if one.type != Chem.StereoType.Bond_Double:
            open_centres.add(one.centeredOn)
            continue
        bond = mol.GetBondWithIdx(one.centeredOn)
        ends = {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}
        if not _is_blurred_bond(mol, ends):
            return True
    open_centres -= blurred
    if not open_centres:
        return False
    return not open_centres <= _cage_atoms(mol) or _is_chiral_cage(mol, open_centres)


def _cage_atoms(mol: Chem.Mol) -> set[int]:
    """Return the bridgeheads, and the corners of closed cages such as cubane."""
    rings = mol.GetRingInfo().AtomRings()
    faces = Counter(at for ring in rings if len(ring) <= MOST_OF_A_FACE for at in ring)
    return {*bridgeheads(mol), *(at for at, count in faces.items() if count > 2)}


def _is_blurred_bond(mol: Chem.Mol, ends: set[int]) -> bool:
    for pattern in _blurred()[:3]:
        for match in mol.GetSubstructMatches(pattern):
            if ends <= set(match[:2]) or (pattern is _blurred()[2] and ends <= set(match)):
                return True
    return False


def _is_chiral_cage(mol: Chem.Mol, corners: set[int]) -> bool:
    """Tell whether bridgeheads, which a small cage holds in one shape, make it chiral.

    Camphor has two mirror images, adamantane and tropane one shape. The cage is built in 3D once,
    and its bridgeheads are inverted together. A molecule of more than ``MOST_BUILT`` heavy atoms is
    not built: its cage counts as chiral, that is, as a drawing that leaves something open.
    """
    if mol.GetNumHeavyAtoms() > MOST_BUILT:
        return True
    built = Chem.AddHs(mol)
    # Random coordinates take longer, but succeed with long chains as well.
    if all(
        rdDistGeom.EmbedMolecule(built, randomSeed=_SEED, maxAttempts=5, useRandomCoords=is_random)
        for is_random in (False, True)
    ):
        return True
    Chem.AssignStereochemistryFrom3D(built)
    built = Chem.RemoveHs(built)
    for atom in built.GetAtoms():
        if atom.GetIdx() not in corners:
            atom.SetChiralTag(mol.GetAtomWithIdx(atom.GetIdx()).GetChiralTag())
    Chem.AssignStereochemistry(built, cleanIt=True, force=True)
    other = inverted(built, frozenset(corners))
    return bool(Chem.MolToSmiles(built) != Chem.MolToSmiles(other))


def is_flagged_relative(mol: Chem.Mol, structure: str, format: StructureFormat) -> bool:
    """Tell whether the record leaves open that its drawn centres are absolute.

    It does if a chiral flag of 0 (molblock) or ``|r|`` (CXSMILES) applies to centres of no group.
    By the format's own rule they would be relative; most vendors leave the flag out and mean what
    they draw. ``mol`` is the molecule that RDKit read from the record.
    """
    if format == "smiles":
        if "|" not in structure or not _RELATIVE_FLAG.search(structure):
            return False
    else:
        flag = mol.HasProp("_MolFileChiralFlag") and mol.GetIntProp("_MolFileChiralFlag")
        if flag or (mol.GetNumConformers() and mol.GetConformer().Is3D()):
            return False
    if not mol.HasSubstructMatch(_patterns().centre):
        return False
    grouped = {atom.GetIdx() for group in mol.GetStereoGroups() for atom in group.GetAtoms()}
    return any(
        atom.GetChiralTag() in _TETRAHEDRAL and atom.GetIdx() not in grouped
        for atom in mol.GetAtoms()
    )


def has_mirror_image(mol: Chem.Mol, smiles: str) -> bool:
    """Tell whether a standardized molecule and its mirror image are different compounds."""
    return "@" in smiles and write_canonical(inverted(mol)) != smiles


def find_lost_stereo(mol: Chem.Mol, structure: str, format: StructureFormat) -> str | None:
    """Return which drawn stereochemistry no text of ours could keep; None if all of it is kept.

    It covers allenes, shapes other than the tetrahedron, centres that RDKit drops
    (chem.structure.stereo.centres_rdkit_drops), and groups (racemic, one of two) over the axis of
    an atropisomer. ``mol`` is the molecule that RDKit read from ``structure``.
    """
    if format == "smiles":
        allene = _ALLENE.search(structure) and mol.HasSubstructMatch(_patterns().allene)
    else:
        allene = any(
            _begins_wedge(mol, end)
            for match in mol.GetSubstructMatches(_patterns().allene)
            for end in (match[0], match[2])
        )
    if allene:
        return "the configuration of an allene cannot be kept: two mirror images would be one"
    if format == "smiles" and _OTHER_SHAPES.search(structure):
        return "a square planar, bipyramidal or octahedral configuration cannot be kept"
    lost = find_lost_centre(mol, structure, format)
    if lost is not None:
        return (
            f"the configuration of atom {lost + 1} cannot be kept: in spite of its symmetry it has "
            "two forms, and both would become one"
        )
    groups = mol.GetStereoGroups()
    if len(groups) and any(group.GetBonds() for group in groups) and axes_of(mol):
        return "a racemic or unknown axis of an atropisomer cannot be kept"
    return None


def has_lost_wedge(mol: Chem.Mol, structure: str, format: StructureFormat) -> bool:
    """Tell whether a wedge is drawn at a centre that is nevertheless read as undefined.

    A wedge has no meaning if the neighbours lie on one side or on one point, and none for the
    centre at its wide end. In a CXSMILES, every atom of ``wU`` and ``wD`` is a centre or the end of
    an axis.
    """
    if format == "smiles":
        return _has_lost_wedge_field(mol, structure)
    bare: set[int] = set()
    for bond in _wedges(mol):
        if bond.GetBeginAtom().GetChiralTag() not in _TETRAHEDRAL:
            bare.update((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
    return bool(bare) and any(
        one.centeredOn in bare
        and one.type == Chem.StereoType.Atom_Tetrahedral
        and one.specified != Chem.StereoSpecified.Specified
        for one in Chem.FindPotentialStereo(mol, cleanIt=False)
    )


def _has_lost_wedge_field(mol: Chem.Mol, smiles: str) -> bool:
    fields = _WEDGE_FIELD.findall(smiles.partition(" ")[2])
    places = place_written_atoms(smiles, mol) if fields else None
    if places is None:
        return False
    written = {int(at) for field in fields for at in _WEDGE_ATOM.findall(field)}
    drawn = {places.get(at, -1) for at in written}
    ends = {
        at
        for bond in map(mol.GetBondWithIdx, axes_of(mol))
        for at in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    }
    tagged = {atom.GetIdx() for atom in mol.GetAtoms() if atom.GetChiralTag() in _TETRAHEDRAL}
    return not drawn <= ends | tagged


def _wedges(mol: Chem.Mol) -> list[Chem.Bond]:
    pairs = (pair for one in _patterns().wedges for pair in mol.GetSubstructMatches(one))
    return [mol.GetBondBetweenAtoms(*pair) for pair in pairs]


class _Patterns:
    def __init__(self) -> None:
        self.allene = Chem.MolFromSmarts("[CX3]=[CX2]=[CX3]")
        centre = Chem.RWMol()
        centre.AddAtom(rdqueries.HasChiralTagQueryAtom())
        self.centre = centre.GetMol()
        self.wedges = [_bond_with(name, value) for name, drawn in WEDGES.items() for value in drawn]


@cache
def _patterns() -> _Patterns:
    return _Patterns()


def _bond_with(name: str, value: int) -> Chem.Mol:
    pattern = Chem.RWMol(Chem.MolFromSmarts("*~*"))
    pattern.ReplaceBond(0, rdqueries.HasIntPropWithValueQueryBond(name, value))
    return pattern.GetMol()


def _begins_wedge(mol: Chem.Mol, at: int) -> bool:
    return any(bond.GetBeginAtomIdx() == at for bond in _wedges(mol))
