"""Distances by products of bytes are those by columns, to the last bit."""

import numpy as np
import pytest
import torch

from gnn.calibration import device_domain
from gnn.calibration.device_domain import DeviceDomain
from gnn.calibration.domain import COLUMNS, Domain, environment_bits
from gnn.features.graph_arrays import GraphArrays, take

CPU = torch.device("cpu")


@pytest.mark.parametrize("compounds", [1, 7, 8, 40])
@pytest.mark.parametrize("cells", [1, 200, 1 << 23])
def test_distances_are_those_of_the_domain(
    drug_arrays: GraphArrays, compounds: int, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(device_domain._CELLS, "cpu", cells)
    domain = Domain.of(take(drug_arrays, np.arange(compounds)))
    bits = environment_bits(drug_arrays)
    environments = torch.from_numpy(np.unpackbits(bits, axis=1, bitorder="little"))
    found = DeviceDomain(domain, CPU).distances(environments).numpy()
    np.testing.assert_array_equal(found, domain.distance_of(bits))
    assert found[0] == 0
    assert found.max() > 0.5


def test_a_molecule_without_environments_is_like_nothing() -> None:
    domain = Domain(np.full((3, COLUMNS // 8), 7, np.uint8))
    none = torch.zeros(2, COLUMNS, dtype=torch.int8)
    assert DeviceDomain(domain, CPU).distances(none).tolist() == [1.0, 1.0]
    assert domain.distance_of(np.zeros((2, COLUMNS // 8), np.uint8)).tolist() == [1.0, 1.0]
