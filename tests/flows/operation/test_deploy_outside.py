"""``hitlist deploy`` tells of a screen that the worker may not read, and only of such a one."""

from pathlib import Path

import pytest

from flows.operation.deploy import Wanted, _pull_steps, _told_of_folder, load_flow
from flows.operation.deploy_schedule import Options
from screening.objective.screen_file import load_screen
from tests.prefect_server import ROOT


def told(screen: Path) -> list[str]:
    """What is told of the folder of the runs, after the line that names it."""
    loaded = load_screen(ROOT / "flows/screens/kinase.toml")
    wanted = Wanted(loaded, str(screen), {}, Options(None, None), load_flow())
    return _told_of_folder(_pull_steps(), wanted)[1:]


@pytest.mark.parametrize("roots", [None, "elsewhere"])
def test_a_screen_that_no_root_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roots: str | None
) -> None:
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path / "runs")
    monkeypatch.delenv("HITLIST_ROOTS", raising=False)
    if roots:
        monkeypatch.setenv("HITLIST_ROOTS", str(tmp_path / roots))
    (line,) = told(tmp_path / "libraries/my_screen.toml")
    assert line.endswith("only if HITLIST_ROOTS in its environment names its folder")


def test_a_screen_that_a_root_or_the_folder_of_the_runs_holds_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path / "runs")
    monkeypatch.setenv("HITLIST_ROOTS", f"{tmp_path}/runs:{tmp_path}/libraries")
    assert told(tmp_path / "libraries/my_screen.toml") == []
    monkeypatch.delenv("HITLIST_ROOTS")
    assert told(tmp_path / "runs/my_screen.toml") == []
