"""Graphs of standardized SMILES whose atoms are counted in the order in which these are written."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase

from chem.errors import InputError
from chem.features.graphs import MolGraph, featurize
from chem.records.records import Failure
from chem.structure.molecules import read_molecule


class WrittenGraph(NamedTuple):
    """A graph and where its atoms are in a SMILES of n atoms."""

    graph: MolGraph
    """The one that a library's preparation gives, but for the order of atoms."""
    atoms: npt.NDArray[np.int64]
    """Position in the SMILES of each atom of the graph; labelled hydrogens are in no graph."""
    written: int
    """n."""


def written_graphs(smiles: Sequence[str]) -> list[WrittenGraph]:
    """Read standardized SMILES and featurize them.

    Raises InputError for a SMILES that RDKit cannot read, or that no graph can be made of.

    >>> written_graphs(["CCO"])[0].atoms.tolist()
    [0, 1, 2]
    """
    with rdBase.BlockLogs():
        return [_written(text) for text in smiles]


def _written(smiles: str) -> WrittenGraph:
    mol = read_molecule(smiles)
    graph = featurize(mol)
    if isinstance(graph, Failure):
        raise InputError(
            f"found {smiles!r}, expected a molecule that makes a graph: {graph.detail}"
        )
    count = mol.GetNumAtoms()
    atoms = np.arange(count)
    if len(graph.atoms) != count:
        atoms = _without_labelled_hydrogens(mol)
    return WrittenGraph(graph, atoms, count)


def _without_labelled_hydrogens(mol: Chem.Mol) -> npt.NDArray[np.int64]:
    """Return the positions of the atoms that are left when labels are taken off."""
    plain = Chem.RWMol(mol)
    for atom in plain.GetAtoms():
        atom.SetIntProp("_written", atom.GetIdx())
        atom.SetIsotope(0)
    left = Chem.RemoveHs(plain)
    return np.array([atom.GetIntProp("_written") for atom in left.GetAtoms()], dtype=np.int64)
