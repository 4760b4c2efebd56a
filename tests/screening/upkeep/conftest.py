"""A cache and a folder of runs in which two nights of one screen and one of another ran."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from distributed import Client

from screening.changes.since_last_run import tell_changes
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.runs.runfolder import WHERE

NIGHTS = (("EGFR", "one"), ("EGFR", "two"), ("CDK2", "one"))
"""The screen of each night, and which of two libraries it reads."""


class Home(NamedTuple):
    """A cache and a folder of runs; nothing of them was removed."""

    cache: Path
    runs: Path

    def files(self) -> dict[str, bytes]:
        """Every file by its path, but for locks."""
        root = self.cache.parent
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".lock"
        }


@pytest.fixture(scope="session")
def library_of(
    objective: Callable[..., Screen], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Two libraries; the second lacks the last records of the first."""
    folder = tmp_path_factory.mktemp("libraries")
    text = Path(objective("EGFR", 5).library).read_text(encoding="utf-8").splitlines(True)
    found = {"one": folder / "one.csv", "two": folder / "two.csv"}
    found["one"].write_text("".join(text), encoding="utf-8")
    found["two"].write_text("".join(text[:-9]), encoding="utf-8")
    return found


@pytest.fixture(scope="session")
def nights(
    objective: Callable[..., Screen],
    library_of: dict[str, Path],
    lone: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Home:
    """The nights, to be read only."""
    folder = tmp_path_factory.mktemp("nights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITLIST_CACHE", str(folder / "cache"))
        patch.setenv("HITLIST_SHARED_SCORES", "on")
        for number, (task, library) in enumerate(NIGHTS):
            screen = objective(task, 5).changed(library=str(library_of[library]))
            out = folder / "runs" / f"{task}-2026010{number}-020000"
            tell_changes(run_screen(plan_run(screen, out), lone))
    return Home(folder / "cache", folder / "runs")


@pytest.fixture
def home(nights: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of the nights, and the cache that this process uses."""
    root = nights.cache.parent
    shutil.copytree(root, tmp_path / "home", symlinks=True)
    for path in (tmp_path / "home" / "runs").glob(f"*/{WHERE}"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(str(root), str(tmp_path / "home")), encoding="utf-8")
    found = Home(tmp_path / "home" / "cache", tmp_path / "home" / "runs")
    monkeypatch.setenv("HITLIST_CACHE", str(found.cache))
    monkeypatch.setenv("HITLIST_SHARED_SCORES", "on")
    return found
