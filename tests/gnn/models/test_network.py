from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from chem.features.graphs import MolGraph, state_factors
from gnn.bundle.batch_shape import SHAPES
from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import Predictor
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.models.network import Network, NetworkConfig
from tests.graphs import graph_of

Columns = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def whole_size(
    make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory
) -> Predictor:
    """One network of the shipped sizes: other shapes could take other code."""
    folder = tmp_path_factory.mktemp("whole")
    sizes = {"width": 128, "layers": 4, "environments": 2048, "hidden": 512}
    tasks = [(f"K{n}", "r") for n in range(7)]
    return Predictor([make_bundle(folder, "whole", tasks, members=1, **sizes)])


@pytest.fixture(scope="module")
def small(
    make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory
) -> Predictor:
    return Predictor([make_bundle(tmp_path_factory.mktemp("small"))])


def assert_bitwise(found: Columns, expected: Columns, rows: np.ndarray) -> None:
    assert found.keys() == expected.keys()
    for name, values in found.items():
        wanted = expected[name][rows]
        assert values.tobytes() == wanted.tobytes(), name


def test_a_score_does_not_depend_on_batch_mates(
    whole_size: Predictor, drug_arrays: GraphArrays
) -> None:
    """Alone, in another order, first or last in a batch: the same to the last bit."""
    together = whole_size.predict(drug_arrays)
    count = drug_arrays.molecules
    for row in (0, 57, count - 1):
        alone = whole_size.predict(take(drug_arrays, np.array([row])))
        assert_bitwise(alone, together, np.array([row]))
    order = np.random.default_rng(0).permutation(count)
    assert_bitwise(whole_size.predict(take(drug_arrays, order)), together, order)


@settings(max_examples=15)
@given(rows=st.lists(st.integers(0, 119), max_size=400))
def test_a_score_depends_on_no_cut_and_no_order(
    rows: list[int], small: Predictor, drug_arrays: GraphArrays
) -> None:
    together = small.predict(take(drug_arrays, np.arange(120)))
    picked = np.array(rows, dtype=np.int64)
    assert_bitwise(small.predict(take(drug_arrays, picked)), together, picked)


def test_a_full_batch_changes_nothing(small: Predictor, drug_arrays: GraphArrays) -> None:
    """Both ways of being full: by molecules and by atoms."""
    together = small.predict(drug_arrays)
    by_size = np.argsort(np.diff(drug_arrays.atom_offsets))
    for rows in (
        np.repeat(by_size[:1], 3 * SHAPES["cpu"].molecules),
        np.repeat(by_size[-1:], 3 * SHAPES["cpu"].atoms // 60),
    ):
        assert_bitwise(small.predict(take(drug_arrays, rows)), together, rows)


@settings(max_examples=20)
@given(at=st.integers(0, 119), seed=st.integers(0, 99))
def test_the_order_of_atoms_changes_no_more_than_rounding(
    at: int,
    seed: int,
    drugs: list[Chem.Mol],
    small: Predictor,
    shuffle: Callable[[Chem.Mol, int], Chem.Mol],
) -> None:
    pair = [graph_of(drugs[at]), graph_of(shuffle(drugs[at], seed))]
    found = small.predict(collect(pair))
    for name, (one, other) in found.items():
        assert one == pytest.approx(other, abs=1e-4), name


def test_different_molecules_differ(small: Predictor, drug_arrays: GraphArrays) -> None:
    """The laws above would hold for a network that is blind."""
    found = small.predict(drug_arrays)["small_EGFR"]
    assert len(np.unique(found)) > 0.9 * len(found)


def test_bonds_and_atoms_matter(small: Predictor) -> None:
    pairs = [("CCO", "CCN"), ("C1CCCCC1", "c1ccccc1"), ("CC=CC", "CC#CC"), ("CCCO", "CC(C)O")]
    graphs = [graph_of(text) for pair in pairs for text in pair]
    found = small.predict(collect(graphs))["small_EGFR"].reshape(-1, 2)
    assert (found[:, 0] != found[:, 1]).all()


def test_equal_seeds_make_equal_networks(drug_graphs: list[MolGraph]) -> None:
    batch = make_batch(collect(drug_graphs[:9]))
    sizes = NetworkConfig(tasks=3, width=8, layers=1, environments=32, hidden=8)
    found = []
    for _ in range(2):
        torch.manual_seed(4)
        network = Network(sizes, torch.from_numpy(state_factors())).eval()
        found.append(network(batch))
    assert found[0].shape == (9, 3)
    assert torch.equal(*found)


def test_a_padding_molecule_costs_nothing(drug_graphs: list[MolGraph]) -> None:
    """Molecules without atoms are finite too: the padding may be larger than the padding atoms."""
    sizes = NetworkConfig(tasks=1, width=8, layers=1, environments=32, hidden=8)
    network = Network(sizes, torch.from_numpy(state_factors())).eval()
    plain = network(make_batch(collect(drug_graphs[:4])))
    padded = network(make_batch(collect(drug_graphs[:4]), 512, 9))
    assert padded.shape == (9, 1)
    assert bool(torch.isfinite(padded).all())
    torch.testing.assert_close(padded[:4], plain)


def test_networks_of_one_encoder_run_it_once(drug_arrays: GraphArrays) -> None:
    """Even where they count other environments beside it, as the bundles that are shipped do."""
    sizes = {"width": 16, "layers": 2, "hidden": 16}
    configs = [NetworkConfig(1, environments=64, **sizes), NetworkConfig(1, radius=2, **sizes)]
    first, second = (
        Network(config, torch.from_numpy(state_factors())).eval() for config in configs
    )
    second.graph.load_state_dict(first.graph.state_dict())
    batch = make_batch(drug_arrays)
    alone = [network(batch) for network in (first, second)]
    for network in (first, second):
        network.graph_key = "one"
    calls: list[int] = []
    for network in (first, second):
        network.graph.register_forward_hook(lambda *_: calls.append(1))
    shared = [network(batch) for network in (first, second)]
    assert len(calls) == 1
    for mine, theirs in zip(shared, alone, strict=True):
        assert torch.equal(mine, theirs)
