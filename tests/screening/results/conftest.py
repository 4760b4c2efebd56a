"""A real run whose plates hold dose series, to be read only."""

from collections.abc import Callable

import pytest
from distributed import Client

from screening.objective.plate_settings import Lab
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.runs.runfolder import RunFolder, open_folder


@pytest.fixture(scope="session")
def lab_run(
    objective: Callable[..., Screen], lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """Twelve hits in two replicates of eight doses."""
    folder = tmp_path_factory.mktemp("labrun")
    lab = Lab(points=8, replicates=2, reference="erlotinib", reference_uM=1.0)
    screen = objective("EGFR", 12, min_heavy_atoms=8.0).changed(lab=lab)
    run_screen(plan_run(screen, folder / "runs/mine", prepared=folder / "prepared"), lone)
    return open_folder(folder / "runs/mine")
