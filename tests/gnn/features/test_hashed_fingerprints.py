from collections import Counter
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator

from chem.features.graphs import MolGraph, featurize, state_factors
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.features.hashed_fingerprints import environment_counts, environment_logs
from tests.graphs import graph_of

FACTORS = state_factors()


def arrays(*smiles: str) -> GraphArrays:
    return collect([graph_of(text) for text in smiles])


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
