"""Folded similarities beside the exact ones, and the laws of a kernel."""

import numpy as np
import pytest

from chem.features.graphs import state_factors
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.features.substructure_kernels import FAMILIES, index_sets, similarity, typical_difference
from gnn.models.hashed_kernel import HashedKernel
from tests.graphs import graph_of

FACTORS = state_factors()


@pytest.fixture(scope="module")
def kernel(drug_arrays: GraphArrays) -> HashedKernel:
    return HashedKernel(drug_arrays, FACTORS)


def test_it_is_close_to_the_exact_similarities(
    kernel: HashedKernel, drug_arrays: GraphArrays
) -> None:
    rows = np.arange(drug_arrays.molecules)
    exact = np.zeros((len(rows), len(rows)))
    for name in FAMILIES:
        sets = FAMILIES[name](drug_arrays, FACTORS)
        reach = typical_difference(sets)
        exact += similarity(sets, index_sets(sets), reach) / len(FAMILIES)
    found = kernel.among(rows, rows).numpy()
    assert np.abs(found - exact).mean() < 0.02
    assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.995


def test_it_is_a_kernel(kernel: HashedKernel, drug_arrays: GraphArrays) -> None:
    rows = np.arange(drug_arrays.molecules)
    found = kernel.among(rows, rows).numpy().astype(float)
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-6)
    np.testing.assert_allclose(found, found.T, atol=1e-6)
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6
    assert np.linalg.eigvalsh(found).min() > -1e-4


@pytest.mark.parametrize("rows", [1, 3, 31, 40])
def test_a_part_of_the_rows_is_a_part_of_the_whole(kernel: HashedKernel, rows: int) -> None:
    whole = kernel.among(np.arange(50), np.arange(20, 60))
    part = kernel.among(np.arange(rows), np.arange(20, 60))
    assert part.shape == (rows, 40)
    np.testing.assert_array_equal(part.numpy(), whole[:rows].numpy())


def test_molecules_without_any_pair_or_path_are_alike() -> None:
    graphs = collect([graph_of(text) for text in ("C", "O", "CCCCO")])
    found = HashedKernel(graphs, FACTORS).among(np.arange(3), np.arange(3)).numpy()
    assert np.isfinite(found).all()
    assert found[0, 0] == pytest.approx(1)
    assert found[0, 1] > found[0, 2]
