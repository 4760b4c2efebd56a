from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator, rdmolops

from chem.features.graphs import MolGraph, featurize, state_factors
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.hashed_fingerprints import environment_counts, environment_logs, hashed_counts
from tests.graphs import graph_of

FACTORS = state_factors()


def arrays(*smiles: str) -> GraphArrays:
    return collect([graph_of(text) for text in smiles])


def test_there_are_as_many_pairs_as_atoms_within_reach(drugs: list[Chem.Mol]) -> None:
    """The oracle is RDKit's distance matrix."""
    mols = drugs[:40]
    found = hashed_counts(collect([graph_of(mol) for mol in mols]), FACTORS, 4096, 0)
    for mol, row in zip(mols, found, strict=True):
        distance = rdmolops.GetDistanceMatrix(mol)
        assert row.sum() == ((distance > 0) & (distance <= 20)).sum() / 2


@pytest.mark.parametrize(
    ("smiles", "paths"), [("CCC", 0), ("CCCC", 1), ("CCCCC", 2), ("CC(C)CC", 2), ("C1CCC1", 4)]
)
def test_paths_of_four_are_counted_once(smiles: str, paths: int) -> None:
    assert hashed_counts(arrays(smiles), FACTORS, 0, 256).sum() == paths


def test_the_order_of_atoms_does_not_matter(
    drugs: list[Chem.Mol], shuffle: Callable[[Chem.Mol, int], Chem.Mol]
) -> None:
    plain = collect([graph_of(mol) for mol in drugs[:30]])
    mixed = collect([graph_of(shuffle(mol, 3)) for mol in drugs[:30]])
    np.testing.assert_array_equal(
        hashed_counts(plain, FACTORS, 512, 512), hashed_counts(mixed, FACTORS, 512, 512)
    )


def test_a_molecule_counts_alone(drug_arrays: GraphArrays) -> None:
    whole = hashed_counts(drug_arrays, FACTORS, 256, 128)
    for row in (0, 7, 31):
        alone = hashed_counts(take(drug_arrays, np.array([row])), FACTORS, 256, 128)
        np.testing.assert_array_equal(alone[0], whole[row])


def test_elements_and_hydrogens_are_told_apart() -> None:
    found = hashed_counts(arrays("CCCO", "CCCN", "CCC=O"), FACTORS, 4096, 4096)
    assert len({row.tobytes() for row in found}) == 3


LARGE = 1 << 22
"""So many columns that no two environments of one small molecule share one."""


def counts_of(mol: Chem.Mol, radius: int, size: int) -> torch.Tensor:
    graph = featurize(mol)
    assert isinstance(graph, MolGraph)
    return environment_counts(make_batch(collect([graph])), radius, size)[0]


def sorted_counts(counts: torch.Tensor) -> list[int]:
    return sorted(int(count) for count in counts[counts > 0])


def relabel(graph: MolGraph, radius: int) -> list[int]:
    """Weisfeiler-Lehman with nested tuples for hashes: how often each environment occurs."""
    bonds: dict[int, list[tuple[int, int]]] = {at: [] for at in range(len(graph.atoms))}
    for begin, end, bond in zip(*(part.tolist() for part in graph[1:]), strict=True):
        bonds[begin].append((bond, end))
        bonds[end].append((bond, begin))
    labels: list[object] = [("atom", token) for token in graph.atoms.tolist()]
    found = Counter(labels)
    for _ in range(radius):
        labels = [
            (labels[at], tuple(sorted(((bond, labels[far]) for bond, far in bonds[at]), key=repr)))
            for at in bonds
        ]
        found.update(labels)
    return sorted(found.values())


@pytest.mark.parametrize("radius", [0, 1, 2])
def test_environments_are_those_of_exact_relabelling(
    radius: int, drugs: list[Chem.Mol], drug_graphs: list[MolGraph]
) -> None:
    for mol, graph in zip(drugs[:40], drug_graphs[:40], strict=True):
        assert sorted_counts(counts_of(mol, radius, LARGE)) == relabel(graph, radius)


def test_environments_are_those_of_rdkit(
    drugs: list[Chem.Mol], drug_graphs: list[MolGraph]
) -> None:
    """RDKit's Morgan generator finds the same environments where it keeps redundant ones."""
    morgan = rdFingerprintGenerator.GetMorganGenerator(radius=2, includeRedundantEnvironments=True)
    compared = 0
    for mol, graph in zip(drugs, drug_graphs, strict=True):
        labelled = any(atom.GetIsotope() for atom in mol.GetAtoms())
        if not 1 < mol.GetNumAtoms() < 40 or labelled or not graph.atoms.all():
            continue  # RDKit leaves lone atoms out; unseen states are alike for us
        theirs = morgan.GetSparseCountFingerprint(mol).GetNonzeroElements()
        assert sorted_counts(counts_of(mol, 2, LARGE)) == sorted(theirs.values())
        compared += 1
        if compared == 40:
            break
    assert compared == 40


@given(at=st.integers(0, 119), seed=st.integers(0, 999), radius=st.integers(0, 3))
def test_counts_do_not_depend_on_the_order_of_atoms(
    at: int,
    seed: int,
    radius: int,
    drugs: list[Chem.Mol],
    shuffle: Callable[[Chem.Mol, int], Chem.Mol],
) -> None:
    mol = drugs[at]
    expected = counts_of(mol, radius, 512)
    assert torch.equal(counts_of(shuffle(mol, seed), radius, 512), expected)
    (spelt,) = Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed)
    assert torch.equal(counts_of(Chem.MolFromSmiles(spelt), radius, 512), expected), spelt


def test_a_bond_is_part_of_the_environments_around_it(drug_graphs: list[MolGraph]) -> None:
    """Atom states give most bonds away; two graphs that differ in one bond alone do not."""
    for graph in drug_graphs[:10]:
        bonds = graph.bonds.copy()
        bonds[0] = (bonds[0] + 1) % 5
        batch = make_batch(collect([graph, graph._replace(bonds=bonds)]))
        states, first = (environment_counts(batch, radius, 2048) for radius in (0, 1))
        assert torch.equal(states[0], states[1])
        changed = (first[0] != first[1]).sum()
        assert 1 <= int(changed) <= 4  # the environments of its two atoms, before and after


@pytest.mark.parametrize("size", [1, 64, 2048])
def test_every_atom_counts_once_for_each_radius(size: int, drug_graphs: list[MolGraph]) -> None:
    graphs = drug_graphs[:50]
    batch = make_batch(collect(graphs))
    for radius in range(4):
        counts = environment_counts(batch, radius, size)
        assert counts.shape == (50, size)
        expected = [float(len(graph.atoms) * (radius + 1)) for graph in graphs]
        assert counts.sum(dim=1).tolist() == expected


def test_counts_do_not_depend_on_the_batch(drug_graphs: list[MolGraph]) -> None:
    together = environment_counts(make_batch(collect(drug_graphs)), 2, 1024)
    padded = environment_counts(make_batch(collect(drug_graphs[:30]), 4096, 64), 2, 1024)
    for at, graph in enumerate(drug_graphs[:30]):
        alone = environment_counts(make_batch(collect([graph])), 2, 1024)[0]
        assert torch.equal(alone, together[at])
        assert torch.equal(alone, padded[at])


def test_columns_are_spread(drug_graphs: list[MolGraph]) -> None:
    """A hash whose bits did not move would fill few columns."""
    counts = environment_counts(make_batch(collect(drug_graphs)), 2, 2048).sum(dim=0)
    columns: set[int] = set()
    for graph in drug_graphs:
        alone = environment_counts(make_batch(collect([graph])), 2, LARGE)[0]
        columns.update(alone.nonzero()[:, 0].tolist())
    expected = 2048 * (1 - (1 - 1 / 2048) ** len(columns))
    assert int((counts > 0).sum()) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("atoms", [4096, 40_000])  # counts of other widths
def test_logs_are_those_of_the_counts(drug_graphs: list[MolGraph], atoms: int) -> None:
    batch = make_batch(collect(drug_graphs[:30]), atoms, 64)
    counts = environment_counts(batch, 3, 4096)
    for kind in (torch.float32, torch.bfloat16):
        assert torch.equal(environment_logs(batch, 3, 4096, kind), torch.log1p(counts).to(kind))
