from collections.abc import Iterable, Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from chem.features.graphs import MolGraph
from gnn.features.batch import Batch, make_batch, pack
from gnn.features.graph_arrays import GraphArrays, collect, join_graphs, take


def split(graphs: GraphArrays) -> list[MolGraph]:
    """The inverse of ``collect``, molecule by molecule."""
    found = []
    for at in range(graphs.molecules):
        a = slice(graphs.atom_offsets[at], graphs.atom_offsets[at + 1])
        b = slice(graphs.bond_offsets[at], graphs.bond_offsets[at + 1])
        found.append(MolGraph(graphs.atoms[a], graphs.begin[b], graphs.end[b], graphs.bonds[b]))
    return found


def assert_same(found: Sequence[MolGraph], expected: Sequence[MolGraph]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        parts: Iterable[tuple[np.ndarray, np.ndarray]] = zip(one, other, strict=True)
        for part, wanted in parts:
            assert part.dtype == wanted.dtype
            np.testing.assert_array_equal(part, wanted)


def edges(batch: Batch) -> list[tuple[int, int, int]]:
    return sorted(zip(*batch.edge_index.tolist(), batch.bonds.tolist(), strict=True))


def test_collect_keeps_every_molecule(drug_graphs: list[MolGraph]) -> None:
    arrays = collect(drug_graphs)
    assert [part.dtype for part in arrays] == [*"HHHB", "int64", "int64"]
    assert arrays.molecules == len(drug_graphs)
    assert_same(split(arrays), drug_graphs)


@pytest.mark.parametrize("first", [0, 1, 7])
def test_joining_is_collecting_both(drug_graphs: list[MolGraph], first: int) -> None:
    joined = join_graphs([collect(drug_graphs[:first]), collect(drug_graphs[first:])])
    assert joined.molecules == len(drug_graphs)
    assert_same(split(joined), drug_graphs)


def test_no_molecules() -> None:
    nothing = collect([])
    assert nothing.molecules == 0
    assert take(nothing, np.zeros(0, np.int64)).molecules == 0
    batch = make_batch(nothing, 8, 2)
    assert batch.atoms.tolist() == [0] * 8
    assert batch.molecule.tolist() == [1] * 8
    assert batch.edge_index.shape == (2, 0)
    assert list(pack(nothing, 8, 2)) == []


@given(rows=st.lists(st.integers(0, 119), max_size=30))
def test_take_is_indexing(rows: list[int], drug_graphs: list[MolGraph]) -> None:
    picked = take(collect(drug_graphs[:120]), np.array(rows, dtype=np.int64))
    assert_same(split(picked), [drug_graphs[row] for row in rows])


@given(rows=st.lists(st.integers(0, 119), min_size=1, max_size=12), padded=st.booleans())
def test_a_batch_is_the_molecules_side_by_side(
    rows: list[int], padded: bool, drug_graphs: list[MolGraph]
) -> None:
    graphs = [drug_graphs[row] for row in rows]
    used = sum(len(graph.atoms) for graph in graphs)
    room = (used + 7, len(graphs) + 2) if padded else (None, None)
    batch = make_batch(collect(graphs), *room)
    tokens, molecule, expected, first = [], [], [], 0
    for at, graph in enumerate(graphs):
        tokens += graph.atoms.tolist()
        molecule += [at] * len(graph.atoms)
        for begin, end, bond in zip(*(part.tolist() for part in graph[1:]), strict=True):
            expected += [
                (first + begin, first + end, bond),
                (first + end, first + begin, bond),
            ]
        first += len(graph.atoms)
    assert edges(batch) == sorted(expected)
    assert batch.molecules == (room[1] or len(graphs))
    assert batch.atoms.tolist() == tokens + [0] * (7 if padded else 0)
    assert batch.molecule.tolist() == molecule + [len(graphs) + 1] * (7 if padded else 0)
    targets = batch.edge_index[1]
    assert bool((targets[1:] >= targets[:-1]).all())
    assert {part.dtype for part in batch[:4]} == {torch.int64}


@pytest.mark.parametrize(
    ("atoms", "molecules"),
    [pytest.param(4, 9, id="too many atoms"), pytest.param(99, 3, id="no padding molecule left")],
)
def test_what_does_not_fit_is_an_error(
    atoms: int, molecules: int, drug_graphs: list[MolGraph]
) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        make_batch(collect(drug_graphs[:3]), atoms, molecules)


def slow_pack(sizes: list[int], atoms: int, molecules: int) -> list[tuple[int, int]]:
    runs, start, used = [], 0, 0
    for at, size in enumerate(sizes):
        if at > start and (used + size > atoms or at - start == molecules - 1):
            runs.append((start, at))
            start, used = at, 0
        used += size
    return [*runs, (start, len(sizes))] if sizes else []


@given(
    sizes=st.lists(st.integers(0, 9), max_size=40),
    atoms=st.integers(9, 30),
    molecules=st.integers(2, 9),
)
def test_packing_fills_each_batch_before_the_next(
    sizes: list[int], atoms: int, molecules: int
) -> None:
    none = np.zeros(0, np.uint16)
    graphs = collect([(np.ones(size, np.uint16), none, none, none) for size in sizes])
    runs = list(pack(graphs, atoms, molecules))
    assert runs == slow_pack(sizes, atoms, molecules)
    for start, stop in runs:
        make_batch(take(graphs, np.arange(start, stop)), atoms, molecules)


def test_a_molecule_larger_than_a_batch_is_an_error(drug_graphs: list[MolGraph]) -> None:
    with pytest.raises(ValueError, match=r"molecule 0 has more than 3 atoms"):
        list(pack(collect(drug_graphs[:1]), 3, 9))
