"""Finds centres that are drawn, but that RDKit drops because of the molecule's symmetry.

RDKit drops ``@`` if two neighbours are alike. That is right for two equal groups, which can change
places. It is wrong for a spiro centre of two equal rings (SPINOL, olean): its neighbours are alike
in pairs, but no movement turns one form into the other. The two nitrogens of Tröger's base and the
axis of a cyclohexylidene are lost in the same way. No canonical SMILES of RDKit says which form is
meant, so two mirror images would be one text.
"""

from collections.abc import Iterator
from itertools import permutations

from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.records.records import StructureFormat
from chem.structure.stereo.smiles_and_smarts import pattern, place_written_atoms, smiles_parser

_NONE = Chem.ChiralType.CHI_UNSPECIFIED
_PYRAMIDS = {15, 16, 33, 34}
"""Phosphorus, sulfur, arsenic, selenium: three neighbours and a lone pair that stays."""
_LABEL = 500
WEDGES = {"_MolFileBondStereo": (1, 6), "_MolFileBondCfg": (1, 3)}
"""RDKit's property of a molblock's bond (V2000, V3000), and its values for up and down."""


def find_lost_centre(mol: Chem.Mol, structure: str, format: StructureFormat) -> int | None:
    """Return the index of an atom that is drawn as a centre, is one, and has lost its form.

    ``mol`` is the molecule that RDKit read from ``structure``, with its atoms in the order of the
    record.
    """
    if format == "smiles":
        lost, turned = _lost_marks(mol, structure)
    else:
        lost, turned = _lost_wedges(mol)
    if not lost:
        return None
    known = {one.centeredOn for one in Chem.FindPotentialStereo(mol, cleanIt=False)}
    for at in sorted(lost):
        is_hidden = at not in known and is_hidden_centre(mol, at)
        if is_hidden or _ends_an_axis(mol, at, turned):
            return at
    return None


def count_marks(smiles: str) -> int:
    """Return the number of centres that a SMILES draws."""
    return smiles.count("@") - smiles.count("@@")


def is_spiro_centre(mol: Chem.Mol) -> bool:
    """Tell whether a molecule has a centre between two rings that RDKit does not recognize."""
    matches = mol.GetSubstructMatches(pattern("[X4;x4]"))
    if not matches:
        return False
    known = {one.centeredOn for one in Chem.FindPotentialStereo(mol, cleanIt=False)}
    return any(at not in known and is_hidden_centre(mol, at) for (at,) in matches)


def is_hidden_centre(mol: Chem.Mol, at: int) -> bool:
    """Tell whether no exchange of equal parts of a molecule undoes the inversion of an atom.

    The neighbours are labelled in every odd order. If one of these molecules is the same as the one
    with the first order, its parts can change places, and the atom is no centre.
    """
    atom = mol.GetAtomWithIdx(at)
    if not _may_be_centre(mol, atom):
        return False
    around = [other.GetIdx() for other in atom.GetNeighbors()]
    first = _label(mol, at, around)
    return all(_label(mol, at, order) != first for order in _odd_orders(around))


def _may_be_centre(mol: Chem.Mol, atom: Chem.Atom) -> bool:
    if atom.GetDegree() < 3 or atom.GetTotalNumHs() > 1:
        return False
    if atom.GetTotalDegree() == 4:
        return True
    if atom.GetAtomicNum() in _PYRAMIDS:
        return bool(atom.GetTotalDegree() == 3)
    return atom.GetAtomicNum() == 7 and atom.GetIdx() in bridgeheads(mol)


def bridgeheads(mol: Chem.Mol) -> list[int]:
    """Return the indices of the atoms that bridged rings share."""
    found: list[int] = []
    # RDKit's stub is wrong.
    rdMolDescriptors.CalcNumBridgeheadAtoms(mol, atoms=found)  # type: ignore[arg-type]
    return found


def _odd_orders(around: list[int]) -> Iterator[list[int]]:
    for order in permutations(around):
        places = [around.index(at) for at in order]
        swaps = sum(
            places[i] > places[j] for i in range(len(places)) for j in range(i + 1, len(places))
        )
        if swaps % 2:
            yield list(order)


def _label(mol: Chem.Mol, at: int, order: list[int]) -> str:
    """Return the SMILES in which labels distinguish the atom and its neighbours, in this order."""
    labelled = Chem.Mol(mol)
    for number, index in enumerate((at, *order)):
        atom = labelled.GetAtomWithIdx(index)
        atom.SetIsotope(_LABEL * (number + 1) + atom.GetIsotope())
    labelled.GetAtomWithIdx(at).SetChiralTag(_NONE)
    return str(Chem.MolToSmiles(labelled))


def _lost_marks(mol: Chem.Mol, smiles: str) -> tuple[set[int], set[int]]:
    """Return the atoms whose ``@`` was dropped, and those beside a written ``/``."""
    drawn = smiles.partition(" ")[0]
    if count_marks(drawn) <= sum(atom.GetChiralTag() != _NONE for atom in mol.GetAtoms()):
        return set(), set()
    raw = Chem.MolFromSmiles(drawn, smiles_parser(sanitize=False, remove_hydrogens=False))
    places = None if raw is None else place_written_atoms(drawn, mol)
    if places is None:
        return set(), set()
    lost = {
        places[atom.GetIdx()]
        for atom in raw.GetAtoms()
        if atom.GetChiralTag() != _NONE and atom.GetIdx() in places
    }
    turned = {
        places[end.GetIdx()]
        for bond in raw.GetBonds()
        if bond.GetBondDir() != Chem.BondDir.NONE
        for end in (bond.GetBeginAtom(), bond.GetEndAtom())
        if end.GetIdx() in places
    }
    return {at for at in lost if mol.GetAtomWithIdx(at).GetChiralTag() == _NONE}, turned


def _lost_wedges(mol: Chem.Mol) -> tuple[set[int], set[int]]:
    """Return the atoms whose wedge has no effect, and those of drawn double bonds."""
    lost = {
        bond.GetBeginAtomIdx()
        for bond in mol.GetBonds()
        if _is_wedge(bond) and bond.GetBeginAtom().GetChiralTag() == _NONE
    }
    turned = {
        end
        for bond in mol.GetBonds()
        if bond.GetBondType() == Chem.BondType.DOUBLE
        and bond.GetStereo() != Chem.BondStereo.STEREOANY
        for end in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    }
    return lost, turned


def _is_wedge(bond: Chem.Bond) -> bool:
    return any(
        bond.HasProp(name) and bond.GetIntProp(name) in drawn for name, drawn in WEDGES.items()
    )


def _ends_an_axis(mol: Chem.Mol, at: int, turned: set[int]) -> bool:
    """Tell whether a double bond across a ring from an atom has two sides at its far end."""
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    for ring in mol.GetRingInfo().AtomRings():
        if at not in ring or len(ring) % 2:
            continue
        across = mol.GetAtomWithIdx(ring[(ring.index(at) + len(ring) // 2) % len(ring)])
        far = [
            bond.GetOtherAtom(across)
            for bond in across.GetBonds()
            if bond.GetBondType() == Chem.BondType.DOUBLE and not bond.IsInRing()
        ]
        if (
            len(far) == 1
            and far[0].GetIdx() in turned
            and _has_two_sides(far[0], across.GetIdx(), ranks)
            and _has_two_sides(mol.GetAtomWithIdx(at), None, ranks, ring)
        ):
            return True
    return False


def _has_two_sides(
    atom: Chem.Atom, but: int | None, ranks: list[int], ring: tuple[int, ...] = ()
) -> bool:
    """Tell whether an atom's groups differ, without one neighbour and those in a ring."""
    groups = [
        ranks[other.GetIdx()]
        for other in atom.GetNeighbors()
        if other.GetIdx() != but and other.GetIdx() not in ring
    ]
    return 0 < len(groups) == len(set(groups)) and atom.GetTotalNumHs() < 2
