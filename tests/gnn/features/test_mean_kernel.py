"""The mean kernel against the kernel machine's."""

import csv
from pathlib import Path

import numpy as np
import pytest

import gnn.features.mean_kernel
from chem.features.graphs import state_factors
from gnn.features.graph_arrays import collect
from gnn.features.mean_kernel import MeanKernel
from gnn.models.kernel import KernelModel
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
with FILE.open(newline="") as file:
    _ROWS = list(csv.DictReader(file))[:40]
GRAPHS = collect([graph_of(row[next(n for n in row if n.lower() == "smiles")]) for row in _ROWS])


@pytest.mark.parametrize("block", [7, 256])
def test_the_kernel_is_that_of_the_kernel_machine(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(gnn.features.mean_kernel, "_BLOCK", block)
    every, values = np.arange(GRAPHS.molecules), np.arange(GRAPHS.molecules, dtype=float)
    model = KernelModel.fit(GRAPHS, values[:, None], np.array([False]), state_factors())
    found = MeanKernel(GRAPHS, state_factors()).between(every, every)
    assert np.allclose(found, model.gram(every) - 1, atol=1e-6)
    some = np.array([5, 2, 31])
    part = MeanKernel(GRAPHS, state_factors()).between(some, every[:9])
    assert np.array_equal(part, found[some][:, :9])
