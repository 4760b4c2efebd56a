"""The distance to the training compounds, held against plain set arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chem.features.graphs import MolGraph, state_factors
from gnn.calibration.domain import (
    COLUMNS,
    RADIUS,
    Domain,
    environment_bits,
    held_out_distance,
    training_domain,
)
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.hashed_fingerprints import environment_counts
from gnn.training.training_set import TrainingSet

BITS = arrays(np.uint8, st.tuples(st.integers(1, 9), st.just(COLUMNS // 8)))


def brute_force(molecules: np.ndarray, compounds: np.ndarray) -> list[float]:
    """Tanimoto distances by sets of column numbers."""

    def sets(bits: np.ndarray) -> list[set[int]]:
        return [set(np.flatnonzero(np.unpackbits(row)).tolist()) for row in bits]

    def distance(one: set[int], other: set[int]) -> float:
        return 1 - len(one & other) / len(one | other) if one | other else 1.0

    theirs = sets(compounds)
    return [min(distance(one, other) for other in theirs) for one in sets(molecules)]


@settings(max_examples=30)
@given(molecules=BITS, compounds=BITS)
def test_distances_are_those_of_sets(molecules: np.ndarray, compounds: np.ndarray) -> None:
    """Random bits are also molecules of more than 255 environments: counting must not wrap."""
    found = Domain(compounds).distance_of(molecules)
    assert found.dtype == np.float32
    assert found == pytest.approx(brute_force(molecules, compounds), abs=1e-6)


@settings(max_examples=200)
@given(
    st.lists(
        st.binary(max_size=3).map(lambda some: some + bytes(COLUMNS // 8 - len(some)))
        | st.binary(max_size=3).map(lambda some: bytes(COLUMNS // 8 - len(some)) + some),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_compounds_are_unique_and_in_order(rows: list[bytes], in_order: bool) -> None:
    """Whether or not they were given so; zeros at the end of a row count too."""
    given_rows = sorted(set(rows)) if in_order else rows
    bits = np.frombuffer(b"".join(given_rows), np.uint8).reshape(len(given_rows), -1)
    np.testing.assert_array_equal(Domain(bits).bits, np.unique(bits, axis=0))


def test_distances_to_many_compounds_are_those_of_sets() -> None:
    """More compounds than are laid out at a time."""
    random = np.random.default_rng(8)
    compounds = np.packbits(random.random((5000, COLUMNS)) < 0.03, axis=1)
    molecules = compounds[::1000] ^ np.packbits(random.random((5, COLUMNS)) < 0.01, axis=1)
    found = Domain(compounds).distance_of(molecules)
    assert found == pytest.approx(brute_force(molecules, compounds), abs=1e-6)


def test_distances_of_drugs_are_those_of_sets(drug_arrays: GraphArrays) -> None:
    rows = np.arange(drug_arrays.molecules)
    trained, new = take(drug_arrays, rows[::2]), take(drug_arrays, rows[1::2])
    found = Domain.of(trained).distance(new)
    expected = brute_force(environment_bits(new), environment_bits(trained))
    assert found == pytest.approx(expected, abs=1e-6)
    assert 0.2 < float(np.median(found)) < 1
    assert (Domain.of(trained).distance(trained) == 0).all()


def test_bits_are_the_environments_that_occur(drug_arrays: GraphArrays) -> None:
    few = take(drug_arrays, np.arange(20))
    counts = environment_counts(make_batch(few), RADIUS, COLUMNS).numpy()
    bits = np.unpackbits(environment_bits(few), axis=1, bitorder="little")
    np.testing.assert_array_equal(bits, counts > 0)


def test_a_distance_does_not_depend_on_batch_mates(drug_arrays: GraphArrays) -> None:
    domain = Domain.of(take(drug_arrays, np.arange(40)))
    together = domain.distance(drug_arrays)
    for row in (50, 77, 101):
        alone = domain.distance(take(drug_arrays, np.array([row])))
        assert alone.tobytes() == together[row : row + 1].tobytes()
    assert domain.distance(collect([])).shape == (0,)


def test_more_compounds_are_never_farther(drug_arrays: GraphArrays) -> None:
    rows = np.arange(drug_arrays.molecules)
    few = Domain.of(take(drug_arrays, rows[:20])).distance(drug_arrays)
    more = Domain.of(take(drug_arrays, rows[:60])).distance(drug_arrays)
    assert (more <= few).all()
    assert (more < few).any()


def test_a_domain_survives_as_tensors(drug_arrays: GraphArrays) -> None:
    domain = Domain.of(drug_arrays)
    state = domain.state()
    again = Domain.from_state(state)
    np.testing.assert_array_equal(again.bits, domain.bits)
    assert state["bits"].dtype == torch.uint8
    assert len(state["bits"]) < domain.bits.size
    broken = state | {"bits": state["bits"][:-20]}
    for wrong in (broken, state | {"compounds": torch.tensor(7 + len(domain.bits))}):
        with pytest.raises(ValueError, match="domain"):
            Domain.from_state(wrong)


@pytest.mark.parametrize("shape", [(0, 128), (3, 127), (128,)])
def test_what_is_no_compound_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="packed bits"):
        Domain(np.zeros(shape, np.uint8))


@pytest.fixture
def chain() -> TrainingSet:
    """Six straight chains of 3 to 13 carbons in three folds of two; the last is presumed."""
    carbons = [3, 4, 6, 8, 10, 13]
    graphs = [
        MolGraph(
            np.full(n, 5, np.uint16),
            np.arange(n - 1, dtype=np.uint16),
            np.arange(1, n, dtype=np.uint16),
            np.zeros(n - 1, np.uint8),
        )
        for n in carbons
    ]
    parts = np.full((3, 6), "fit", dtype="<U5")
    for fold in range(3):
        parts[fold, 2 * fold : 2 * fold + 2] = "valid"
    task = {"name": "x", "kind": "regression", "unit": "", "direction": "up"}
    values = np.ones((6, 1), np.float32)
    bounds = np.zeros((6, 1), np.int8)
    return TrainingSet(collect(graphs), state_factors(), values, bounds, parts, (task,), {})


def test_a_fold_is_measured_against_the_other_folds(chain: TrainingSet) -> None:
    found = held_out_distance(chain, "valid")
    for fold in range(3):
        rows = np.array([2 * fold, 2 * fold + 1])
        rest = np.setdiff1d(np.arange(6), rows)
        domain = Domain.of(take(chain.graphs, rest))
        np.testing.assert_array_equal(found[rows], domain.distance(take(chain.graphs, rows)))


def test_a_molecule_that_nobody_holds_out_has_no_distance(chain: TrainingSet) -> None:
    parts = chain.roles.copy()
    parts[:, :] = "fit"
    parts[:, 0] = "valid"
    found = held_out_distance(replace(chain, roles=parts), "valid")
    assert found[0] > 0
    assert np.isnan(found[1:]).all()


def test_presumed_compounds_are_not_in_the_domain(chain: TrainingSet) -> None:
    presumed = np.array([True] + [False] * 5)
    whole = training_domain(chain).distance(chain.graphs)
    some = training_domain(replace(chain, presumed=presumed)).distance(chain.graphs)
    assert (whole == 0).all()
    assert some[0] > 0
    assert (some[1:] == 0).all()
