"""A real run with plates, and files of their results."""

from pathlib import Path

import numpy as np
import pytest

from screening.results.reading.plate_plan import PlatePlan, read_plan
from screening.runs.runfolder import RunFolder
from tests.screening.results.conftest import lab_run as lab_run
from tests.screening.results.simulate import Truth, simulate


@pytest.fixture(scope="session")
def plan(lab_run: RunFolder) -> PlatePlan:
    return read_plan(lab_run)


@pytest.fixture(scope="session")
def truth(plan: PlatePlan) -> Truth:
    draw = np.random.default_rng(8)
    potencies = {rank: float(draw.uniform(5.5, 7.5)) for rank in plan.compounds}
    return Truth(plan, potencies, simulate(plan, potencies, draw, 0.03))


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return tmp_path / "campaign"
