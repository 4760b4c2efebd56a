"""What holds on a GPU: the values of the CPU within a tolerance, and exact whole numbers.

``pytest -m cuda`` runs these on a machine with a GPU; elsewhere they are skipped.
"""

import numpy as np
import pytest
import torch

from chem.features.graphs import featurizer_spec, state_factors
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.column_names import DISTANCE
from gnn.bundle.find_bundle import find_bundle
from gnn.bundle.predict import Predictor
from gnn.calibration.device_domain import DeviceDomain
from gnn.calibration.domain import COLUMNS, RADIUS, Domain, environment_bits
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, take
from gnn.features.hashed_fingerprints import environment_counts
from gnn.features.pair_path_counts import pair_path_counts

TOLERANCE = 0.02
"""The largest difference of a value on a GPU in bfloat16 from that on a CPU in float32, in
pActivity or probability."""
pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here"),
]
GPU = torch.device("cuda")


@pytest.fixture(scope="module")
def bundles() -> list[Bundle]:
    featurizer = featurizer_spec()["hash"]
    return [load_bundle(find_bundle(name), featurizer) for name in ("activity", "toxicity")]


def test_counts_and_environments_are_those_of_a_cpu(drug_arrays: GraphArrays) -> None:
    batch, there = make_batch(drug_arrays), make_batch(drug_arrays, device=GPU)
    factors = torch.from_numpy(np.asarray(state_factors(), np.int64))
    found = pair_path_counts(there, factors.to(GPU), 2048, 2048).cpu()
    assert torch.equal(found, pair_path_counts(batch, factors, 2048, 2048))
    environments = environment_counts(there, RADIUS, COLUMNS).cpu()
    assert torch.equal(environments, environment_counts(batch, RADIUS, COLUMNS))


def test_distances_are_those_of_a_cpu(drug_arrays: GraphArrays) -> None:
    bits = environment_bits(drug_arrays)
    domain = Domain(bits[:70])
    own = torch.from_numpy(np.unpackbits(bits, axis=1, bitorder="little")).to(GPU)
    found = DeviceDomain(domain, GPU).distances(own).cpu().numpy()
    np.testing.assert_array_equal(found, domain.distance_of(bits))


@pytest.mark.parametrize("bfloat16", [False, True])
def test_columns_are_near_those_of_a_cpu(
    bundles: list[Bundle], drug_arrays: GraphArrays, bfloat16: bool
) -> None:
    found = Predictor(bundles, "cuda", bfloat16).predict(drug_arrays)
    expected = Predictor(bundles, "cpu", bfloat16=False).predict(drug_arrays)
    assert list(found) == list(expected)
    for name, values in found.items():
        if name.endswith(DISTANCE):
            np.testing.assert_array_equal(values, expected[name])
        else:
            np.testing.assert_allclose(values, expected[name], atol=TOLERANCE)


def test_a_second_run_and_other_company_change_little(
    bundles: list[Bundle], drug_arrays: GraphArrays
) -> None:
    predictor = Predictor(bundles, "cuda")
    first, again = predictor.predict(drug_arrays), predictor.predict(drug_arrays)
    some = np.arange(0, drug_arrays.molecules, 3)
    few = predictor.predict(take(drug_arrays, some))
    for name, values in first.items():
        np.testing.assert_allclose(again[name], values, atol=1e-3)
        np.testing.assert_allclose(few[name], values[some], atol=1e-3)
