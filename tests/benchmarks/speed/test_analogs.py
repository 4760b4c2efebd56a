"""The index and its searches are measured on real molecules."""

from pathlib import Path

import pytest

from benchmarks.speed.analogs import lines_of, measure_analogs
from chem.library.read import open_library
from tests.conftest import FILES


def test_costs_and_recall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    costs = measure_analogs(open_library(FILES / "chem/approved_sample.smi"), 150, 400, 2)
    assert (costs.molecules, costs.rows) == (150, 400)
    assert 0 < costs.index_cost < costs.prepare_cost
    assert 0 < costs.index_bytes < 200
    assert len(costs.search) == 2
    assert costs.recall == 1.0
    assert len(lines_of(costs)) == 10
    assert not list(tmp_path.iterdir())
