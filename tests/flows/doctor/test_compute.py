"""The device and the threads that there are, and a real Dask worker."""

import pytest

from flows.doctor.compute import check_compute
from flows.doctor.finding import Look, State
from gnn.models.runtime import pick_device


def test_the_device_is_told() -> None:
    found = {one.name: one for one in check_compute(Look())}
    has_gpu = pick_device("auto").type == "cuda"
    assert ("none: scores are computed on the CPU" in found["GPU"].found) is not has_gpu
    assert "threads of" in found["threads"].found
    assert found["Dask"].state is State.SKIPPED


@pytest.mark.slow
def test_a_worker_starts_and_answers() -> None:
    found = {one.name: one for one in check_compute(Look(deep=True))}
    assert found["Dask"].state is State.OK
