"""Adopts stereo groups of a record that no wedge draws.

RDKit drops a group that is named over centres without a wedge. A group of one centre is still a
complete statement: both configurations (AND), or one of the two (OR), whichever is drawn. A group
of several centres without wedges does not say how they are related; it says less than it seems to,
and that is reported. A racemate may be drawn as two molecules, one the mirror image of the other.
"""

import re
from collections.abc import Iterator

from rdkit import Chem

from chem.records.records import StructureFormat
from chem.structure.stereo.canonical import Group, groups_of, inverted, with_groups, write_canonical
from chem.structure.stereo.smiles_and_smarts import place_written_atoms

_IN_CXSMILES = re.compile(r"(?<=[|,])([&o])\d*:(\d+(?:,\d+)*)(?![\d.])")
_IN_V3000 = re.compile(r"MDLV30/STE(RAC|REL)\d*\s+ATOMS=\(\d+((?:\s+\d+)+)\)")
_CONTINUED = re.compile(r"-\r?\nM  V30 ")
_AND, _OR = Chem.StereoGroupType.STEREO_AND, Chem.StereoGroupType.STEREO_OR


def names_groups(structure: str, format: StructureFormat) -> bool:
    """Tell quickly whether a record may name stereo groups."""
    return "|" in structure if format == "smiles" else "MDLV30/STER" in structure


def adopt_groups(mol: Chem.Mol, structure: str, format: StructureFormat) -> tuple[Chem.Mol, bool]:
    """Return the molecule with its groups of one undrawn centre, and whether others were dropped.

    ``mol`` is the molecule that RDKit read from ``structure``.
    """
    if not names_groups(structure, format):
        return mol, False
    known, named = groups_of(mol), list(_read(structure, format))
    undrawn = {
        one.centeredOn
        for one in Chem.FindPotentialStereo(mol, cleanIt=False)
        if one.type == Chem.StereoType.Atom_Tetrahedral
        and one.specified != Chem.StereoSpecified.Specified
    }
    if format == "smiles" and undrawn and named:
        places = place_written_atoms(structure, mol)
        if places is None:
            return mol, len(known) < len(named)
        named = [
            Group(one.kind, frozenset(places[at] for at in one.centres if at in places))
            for one in named
        ]
    adopted: list[Group] = []
    is_dropped = False
    for group in named:
        if not group.centres & undrawn:
            continue
        if len(group.centres) == 1:
            adopted.append(group)
        else:
            is_dropped = True
    if not adopted:
        return mol, is_dropped
    drawn = Chem.Mol(mol)
    for group in adopted:
        for at in group.centres:
            drawn.GetAtomWithIdx(at).SetChiralTag(Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
    return with_groups(drawn, [*known, *adopted]), is_dropped


def _read(structure: str, format: StructureFormat) -> Iterator[Group]:
    if format == "smiles":
        extension = structure.partition(" ")[2]
        for found in _IN_CXSMILES.finditer(extension):
            atoms = frozenset(int(number) for number in found[2].split(","))
            yield Group(_AND if found[1] == "&" else _OR, atoms)
        return
    for found in _IN_V3000.finditer(_CONTINUED.sub("", structure)):
        atoms = frozenset(int(number) - 1 for number in found[2].split())
        yield Group(_AND if found[1] == "RAC" else _OR, atoms)


def is_mirror_pair(one: Chem.Mol, other: Chem.Mol) -> bool:
    """Tell whether two different molecules are mirror images of each other."""
    return _spelling(inverted(one)) == _spelling(other)


def find_centres(mol: Chem.Mol) -> Group:
    """Return all drawn tetrahedral centres as one AND group: both mirror images."""
    centres = frozenset(
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
    )
    return Group(Chem.StereoGroupType.STEREO_AND, centres)


def _spelling(mol: Chem.Mol) -> str:
    # Write, read and write again: one pass may leave a spelling that depends on atom order.
    again = Chem.MolFromSmiles(write_canonical(mol))
    return write_canonical(mol if again is None else again)
