"""Keys against dictionaries of nested tuples: the counts of every substructure."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.features.graphs import MolGraph
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.substructure_keys import KeySets, alike, circular_keys, pair_keys, path_keys
from tests.graphs import graph_of

SMILES = [
    "C",
    "CCO",
    "c1ccccc1C(=O)NCCN",
    "CC(C)(C)c1ccc2c(c1)[nH]cc2C#N",
    "C1CC1.OCC(F)(F)F",
    "O=C(O)c1ccccc1Nc1cccc(C(F)(F)F)c1",
    "CN1CCN(CC1)c1ncc2c(n1)OCC2",
]

Keys = Callable[[GraphArrays], KeySets]


GRAPHS = collect([graph_of(smiles) for smiles in SMILES])


def kinds(graphs: GraphArrays) -> np.ndarray:
    return graphs.atoms.astype(np.uint64)


def circular(graphs: GraphArrays) -> KeySets:
    return circular_keys(graphs, kinds(graphs), 2)


def pairs(graphs: GraphArrays) -> KeySets:
    return pair_keys(graphs, kinds(graphs), 15)


def paths(graphs: GraphArrays) -> KeySets:
    return path_keys(graphs, kinds(graphs))


def neighbours(graph: MolGraph) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {at: {} for at in range(len(graph.atoms))}
    for begin, end, bond in zip(*(part.tolist() for part in graph[1:]), strict=True):
        found[begin][end] = found[end][begin] = bond
    return found


def named_circular(graph: MolGraph) -> Counter[object]:
    bonds = neighbours(graph)
    labels: list[object] = list(graph.atoms.tolist())
    found: Counter[object] = Counter([(0, label) for label in labels])
    for radius in (1, 2):
        labels = [
            (
                labels[at],
                tuple(sorted(((bond, labels[far]) for far, bond in bonds[at].items()), key=repr)),
            )
            for at in bonds
        ]
        found.update([(radius, label) for label in labels])
    return found


def named_pairs(graph: MolGraph) -> Counter[object]:
    bonds, atoms = neighbours(graph), graph.atoms.tolist()
    found: Counter[object] = Counter()
    for start in bonds:
        distance, front = {start: 0}, [start]
        while front:
            front = list({far for at in front for far in bonds[at]} - set(distance))
            distance.update(dict.fromkeys(front, max(distance.values()) + 1))
        for end, steps in distance.items():
            if end > start and steps <= 15:
                found[(tuple(sorted((atoms[start], atoms[end]))), steps)] += 1
    return found


def named_paths(graph: MolGraph) -> Counter[object]:
    bonds, atoms = neighbours(graph), graph.atoms.tolist()
    found: Counter[object] = Counter()
    for a in bonds:
        for b in bonds[a]:
            for c in bonds[b]:
                for d in bonds[c]:
                    if len({a, b, c, d}) == 4 and a < d:
                        way = (
                            atoms[a],
                            bonds[a][b],
                            atoms[b],
                            bonds[b][c],
                            atoms[c],
                            bonds[c][d],
                            atoms[d],
                        )
                        found[min(way, way[::-1])] += 1
    return found


FAMILIES = [(circular, named_circular), (pairs, named_pairs), (paths, named_paths)]


@pytest.mark.parametrize(("keys", "named"), FAMILIES)
def test_keys_that_two_molecules_share_are_the_lesser_counts(
    keys: Keys, named: Callable[[MolGraph], Counter[object]]
) -> None:
    sets, names = keys(GRAPHS), [named(graph_of(smiles)) for smiles in SMILES]
    each = [set(sets.between(row, row + 1).keys.tolist()) for row in range(len(SMILES))]
    for one in range(len(SMILES)):
        assert len(each[one]) == sets.sizes[one] == names[one].total()
        for other in range(len(SMILES)):
            shared = sum((names[one] & names[other]).values())
            assert len(each[one] & each[other]) == shared, (SMILES[one], SMILES[other])


@pytest.mark.parametrize("keys", [circular, pairs, paths])
@settings(max_examples=20)
@given(rows=st.lists(st.integers(0, len(SMILES) - 1), min_size=1, max_size=12))
def test_a_molecules_keys_do_not_hang_on_the_others(keys: Keys, rows: list[int]) -> None:
    whole, some = keys(GRAPHS), keys(take(GRAPHS, np.array(rows)))
    for at, row in enumerate(rows):
        alone = sorted(whole.between(row, row + 1).keys.tolist())
        assert sorted(some.between(at, at + 1).keys.tolist()) == alone
    picked = whole.pick(np.array(rows))
    assert picked.sizes.tolist() == some.sizes.tolist()


@pytest.mark.parametrize("smiles", SMILES)
def test_the_order_of_the_atoms_does_not_matter(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    other = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
    both = collect([graph_of(mol), graph_of(other)])
    for keys in (circular, pairs, paths):
        sets = keys(both)
        first, second = (set(sets.between(row, row + 1).keys.tolist()) for row in (0, 1))
        assert first == second
    assert len(set(alike(both).tolist())) == 1


def test_pairs_beyond_the_furthest_are_left_out() -> None:
    chain = collect([graph_of("C" * 10)])
    assert pair_keys(chain, kinds(chain), 3).sizes.tolist() == [9 + 8 + 7]


def test_pairs_and_paths_are_as_many_as_rdkits() -> None:
    for smiles in ("CCCCO", "CC(C)(C)c1ccccc1"):
        mol, graphs = Chem.MolFromSmiles(smiles), collect([graph_of(smiles)])
        theirs = rdMolDescriptors.GetTopologicalTorsionFingerprint(mol)
        assert paths(graphs).sizes[0] == theirs.GetTotalVal()


def test_stereoisomers_are_alike_and_others_are_not() -> None:
    smiles = [
        "C[C@H](N)C(=O)O",
        "C[C@@H](N)C(=O)O",
        "CC(N)C(=O)O",
        "NCCC(=O)O",
        "C/C=C/C",
        "C/C=C\\C",
    ]
    groups = alike(collect([graph_of(text) for text in smiles])).tolist()
    assert groups[0] == groups[1] == groups[2]
    assert groups[4] == groups[5]
    assert len({groups[0], groups[3], groups[4]}) == 3
