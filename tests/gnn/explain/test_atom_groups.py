"""Players hang on the graph alone, hold charges together, and are never too many."""

from collections.abc import Callable

import numpy as np
import pytest
from rdkit import Chem

from chem.features.graphs import MAX_ATOMS, MolGraph, featurize, state_factors
from gnn.explain.atom_groups import MOST, AtomGroups, find_atom_groups
from gnn.features.graph_arrays import GraphArrays, collect

FACTORS = state_factors()


def graph_of(mol: Chem.Mol) -> GraphArrays:
    graph = featurize(mol)
    assert isinstance(graph, MolGraph)
    return collect([graph])


def players_of(smiles: str) -> AtomGroups:
    return find_atom_groups(graph_of(Chem.MolFromSmiles(smiles)), FACTORS)


@pytest.mark.parametrize(
    ("smiles", "together"),
    [
        ("CCO", []),
        ("C[N+](C)(C)C", []),
        ("CC(=O)[O-].[Na+]", []),  # no bond between them
        ("Cc1ccc([N+](=O)[O-])cc1", [{5, 6, 7}]),
        ("C[N+]1([O-])CCCC1", [{1, 2}]),
        ("CN=[N+]=[N-]", [{2, 3}]),
        ("O=[N+]([O-])C[N+](=O)[O-]", [{0, 1, 2}, {4, 5, 6}]),
        ("O=[N+]([O-])N", [{0, 1, 2}]),
        ("CS(=O)(=O)C", []),
    ],
)
def test_charges_that_hold_together_are_one_player(smiles: str, together: list[set[int]]) -> None:
    player = players_of(smiles).group
    groups = [set(np.flatnonzero(player == one).tolist()) for one in range(player.max() + 1)]
    assert sorted((group for group in groups if len(group) > 1), key=min) == together


@pytest.mark.parametrize(
    ("smiles", "classes"),
    [("c1ccccc1", 1), ("Cc1ccccc1", 5), ("CC(C)(C)C", 2), ("CCO", 3), ("C1CC1.C1CC1", 1), ("C", 1)],
)
def test_atoms_that_are_alike(smiles: str, classes: int) -> None:
    assert len(set(players_of(smiles).alike.tolist())) == classes


def test_the_order_of_atoms_changes_nothing(
    drugs: list[Chem.Mol], shuffle: Callable[[Chem.Mol, int], Chem.Mol]
) -> None:
    """Players of one number are alike in both drawings, and so is what they are bonded to."""
    for seed, mol in enumerate(drugs[::4]):
        moved = shuffle(mol, seed)
        first, second = (graph_of(one) for one in (mol, moved))
        one, other = (find_atom_groups(graph, FACTORS) for graph in (first, second))
        assert one.seed == other.seed
        assert one.size == other.size
        assert described(first, one) == described(second, other)


def described(graph: GraphArrays, players: AtomGroups) -> tuple[object, ...]:
    """The graph in terms of the players' numbers: equal for equal molecules."""
    atoms = sorted(zip(players.group.tolist(), graph.atoms.tolist(), strict=True))
    ends = [players.group[end].tolist() for end in (graph.begin, graph.end)]
    pairs = [tuple(sorted(pair)) for pair in zip(*ends, strict=True)]
    return list(atoms), sorted(zip(pairs, graph.bonds.tolist(), strict=True))


@pytest.mark.parametrize(
    "smiles",
    ["C" * MAX_ATOMS, "NCC(=O)" * 40 + "O", "C1" + "C" * 100 + "1", ".".join(["O"] * 150)],
)
def test_large_molecules_have_few_players(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    player = players_of(smiles).group
    assert 20 < player.max() + 1 <= MOST
    assert set(player.tolist()) == set(range(player.max() + 1))
    if "." in smiles:
        return
    for one in range(player.max() + 1):  # each piece is connected
        atoms = np.flatnonzero(player == one).tolist()
        bonds = [
            bond.GetIdx()
            for bond in mol.GetBonds()
            if bond.GetBeginAtomIdx() in atoms and bond.GetEndAtomIdx() in atoms
        ]
        piece = Chem.PathToSubmol(mol, bonds) if bonds else None
        assert len(atoms) == 1 or (
            piece is not None
            and piece.GetNumAtoms() == len(atoms)
            and len(Chem.GetMolFrags(piece)) == 1
        )


def test_a_molecule_without_atoms_has_none() -> None:
    nothing = np.zeros(0, np.uint16)
    graph = collect([(nothing, nothing, nothing, np.zeros(0, np.uint8))])
    assert find_atom_groups(graph, FACTORS).size == 0
