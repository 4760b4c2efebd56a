"""Graphs of molecules that are known to have one."""

from rdkit import Chem

from chem.features.graphs import MolGraph, featurize


def graph_of(molecule: str | Chem.Mol) -> MolGraph:
    """Featurize a molecule, or a SMILES as RDKit reads it; fails where it has no graph."""
    mol = Chem.MolFromSmiles(molecule) if isinstance(molecule, str) else molecule
    graph = featurize(mol)
    assert isinstance(graph, MolGraph), graph
    return graph
