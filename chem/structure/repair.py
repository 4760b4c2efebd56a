"""Repairs the drawing of a record step by step, and notes the change that each step made.

``prepare`` does the steps that need the original record: refusals, dative bonds, stereo groups,
explicit hydrogens, atom maps. ``clean`` brings salts, charges and groups to one form; it is
repeated until nothing changes.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure, StructureFormat
from chem.structure.normalize.drawings import split_dative_bonds, unite_charges
from chem.structure.parents.counterions import uncharger
from chem.structure.parents.parent import choose_parent
from chem.structure.parsing.metals import salt_cutter
from chem.structure.parsing.parse import parse
from chem.structure.stereo.smiles_and_smarts import pattern
from chem.structure.stereo.stereo_groups import adopt_groups
from chem.structure.stereo.stereo_status import has_lost_wedge
from chem.structure.unsupported import find_refusal

_MAPPED = re.compile(r":\d+\]")
_MAY_BE_UNUSUAL = re.compile(r"\[(?!nH\]|C@@?H?\])|[SPIp]|B(?!r)")
"""A pattern that every SMILES matches whose molecule matches ``_Tools.unusual``."""


class Changes:
    """The changes made to one molecule, in order, each word once.

    note: called for every change with the molecule right after it; only a trace pays for its
    SMILES.
    """

    def __init__(self, note: Callable[[str, Chem.Mol], None] = lambda change, mol: None):
        self._words: dict[str, None] = {}
        self._note = note

    def add(self, change: str, mol: Chem.Mol) -> None:
        """Note a change that has just been made."""
        self._words[change] = None
        self._note(change, mol)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the changes in order."""
        return tuple(self._words)


class _Tools(NamedTuple):
    """RDKit's standardizers, built once: building them is most of the cost of ``Cleanup()``."""

    normalizer: rdMolStandardize.Normalizer
    reionizer: rdMolStandardize.Reionizer
    unusual: Chem.Mol


@cache
def _tools() -> _Tools:
    with rdBase.BlockLogs():
        return _Tools(
            normalizer=rdMolStandardize.Normalizer(),
            reionizer=rdMolStandardize.Reionizer(),
            # A molecule without such an atom has nothing to disconnect, normalize, reionize or
            # neutralize: all of RDKit's rules need a charge, a metal or another element, except
            # the sulfoxide rule (a three-coordinate sulfur). A test holds both paths equal.
            unusual=Chem.MolFromSmarts("[!+0,!#1&!#6&!#7&!#8&!#16&!F&!Cl&!Br&!I,#16&X3]"),
        )


def is_unusual(mol: Chem.Mol, smiles: str) -> bool:
    """Tell whether a molecule with this SMILES has an atom that ``clean`` may have to repair."""
    return bool(_MAY_BE_UNUSUAL.search(smiles) and mol.HasSubstructMatch(_tools().unusual))


def holds_carbon(mol: Chem.Mol) -> bool:
    """Tell whether a molecule has an atom of carbon."""
    return bool(mol.HasSubstructMatch(pattern("[#6]")))


def prepare(structure: str, format: StructureFormat, changes: Changes) -> Chem.Mol | Failure:
    """Read a record, and settle all questions that need its original text.

    Returns a Failure for structures that cannot be read or are not scored, and for dative bonds
    that cannot be charged. Explicit hydrogens and atom maps are left to ``remove_hydrogens``.
    """
    mol = parse(structure, format)
    if isinstance(mol, Failure):
        return mol
    refused = find_refusal(mol, structure, format)
    if refused is not None:
        return refused
    charged = split_dative_bonds(mol)
    if isinstance(charged, Failure):
        return charged
    if charged is not None:
        mol = charged
        changes.add("normalized", mol)
    mol, is_dropped = adopt_groups(mol, structure, format)
    if is_dropped:
        changes.add("dropped_stereo_group", mol)
    if has_lost_wedge(mol, structure, format):
        changes.add("dropped_wedge", mol)
    return mol


def remove_hydrogens(
    mol: Chem.Mol, structure: str, format: StructureFormat, changes: Changes
) -> Chem.Mol:
    """Return the molecule without explicit hydrogens and atom maps.

    RDKit removed the hydrogens of a SMILES while reading it.
    """
    if format == "smiles":
        _note_hydrogens(structure, mol, changes)
    else:
        mol = _remove_hydrogens(mol, changes)
    if format == "molblock" or _MAPPED.search(structure):
        _remove_atom_maps(mol, changes)
    return mol


def _note_hydrogens(smiles: str, mol: Chem.Mol, changes: Changes) -> None:
    written = smiles.count("[H]")
    if written and written > sum(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
        changes.add("removed_hydrogens", mol)


def _remove_hydrogens(mol: Chem.Mol, changes: Changes) -> Chem.Mol:
    written = mol.GetNumAtoms()
    mol = Chem.RemoveHs(mol)
    if mol.GetNumAtoms() < written:
        changes.add("removed_hydrogens", mol)
    return mol


def _remove_atom_maps(mol: Chem.Mol, changes: Changes) -> None:
    mapped = [atom for atom in mol.GetAtoms() if atom.GetAtomMapNum()]
    for atom in mapped:
        atom.SetAtomMapNum(0)
    if mapped:
        changes.add("removed_atom_maps", mol)


def clean(mol: Chem.Mol, changes: Changes) -> Chem.Mol | Failure:
    """Run the steps that this molecule may need, and note those that changed it."""
    tools = _tools()
    unusual = mol.HasSubstructMatch(tools.unusual)
    if unusual:
        bonds = mol.GetNumBonds()
        salt_cutter().DisconnectInPlace(mol)
        if mol.GetNumBonds() < bonds:
            changes.add("disconnected_metal", mol)
        mol = _normalize(mol, changes)
        _rewrite("reionized", tools.reionizer.reionizeInPlace, mol, changes)
    if len(Chem.GetMolFrags(mol)) > 1:
        parent = choose_parent(mol)
        if isinstance(parent, Failure):
            return parent
        mol = parent.mol
        for change in parent.changes:
            changes.add(change, mol)
    if unusual:
        _rewrite("neutralized", uncharger().unchargeInPlace, mol, changes)
    return mol


def _normalize(mol: Chem.Mol, changes: Changes) -> Chem.Mol:
    """Write groups one way; a mesoionic ring that RDKit's rules would break stays as it is."""
    _rewrite("normalized", unite_charges, mol, changes)
    normal = Chem.Mol(mol)
    _tools().normalizer.normalizeInPlace(normal)
    if Chem.MolToSmiles(normal, canonical=False) == Chem.MolToSmiles(mol, canonical=False):
        return mol
    if Chem.MolFromSmiles(Chem.MolToSmiles(normal, canonical=False)) is None:
        return mol
    changes.add("normalized", normal)
    return normal


def _rewrite(
    change: str, step: Callable[[Chem.Mol], None], mol: Chem.Mol, changes: Changes
) -> None:
    # The SMILES in the atoms' own order costs a third of the canonical one and shows the change as
    # well, because the steps keep that order.
    before = Chem.MolToSmiles(mol, canonical=False)
    step(mol)
    if Chem.MolToSmiles(mol, canonical=False) != before:
        changes.add(change, mol)
