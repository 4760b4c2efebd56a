"""The shipped bundle for kinases, and results of a series that is more potent than predicted."""

import pytest

from chem.features.graphs import featurizer_spec
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle
from gnn.candidates.own_measured import Result
from tests.gnn.candidates.test_learn import SERIES, predict

SHIFT = 1.0


@pytest.fixture(scope="module")
def base() -> Bundle:
    return load_bundle(find_bundle("activity"), featurizer_spec()["hash"])


@pytest.fixture(scope="module")
def results(base: Bundle) -> list[Result]:
    """Two events of four compounds each."""
    value = predict(base, SERIES[:8])["activity_EGFR"]
    return [
        Result("EGFR", smiles, float(value[at]) + SHIFT, 0, at // 4)
        for at, smiles in enumerate(SERIES[:8])
    ]
