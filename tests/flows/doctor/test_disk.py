"""Free space, growth, and folders that cannot be written."""

import os
from pathlib import Path

import pytest

from flows.doctor.disk import check_growth, check_space, rate_growth, rate_space
from flows.doctor.finding import State


@pytest.mark.parametrize(
    ("free", "inodes", "state"),
    [
        (50e9, 0.5, State.OK),
        (50e9, None, State.OK),
        (50e9, 0.01, State.WARNING),
        (4e9, 0.5, State.WARNING),
        (0.5e9, 0.5, State.FAULT),
    ],
)
def test_space(free: float, inodes: float | None, state: State) -> None:
    assert rate_space("cache", Path("/x"), free, inodes).state is state


@pytest.mark.parametrize(
    ("daily", "state"), [(1e9, State.OK), (10e9, State.WARNING), (50e9, State.FAULT), (0, State.OK)]
)
def test_growth(daily: float, state: State) -> None:
    assert rate_growth("growth", 3, daily, 100e9).state is state


def test_growth_counts_the_runs_of_a_week(tmp_path: Path) -> None:
    for name, age in (("new", 1.0), ("old", 30.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hits.csv").write_bytes(b"x" * 70_000)
        manifest = tmp_path / name / "manifest.json"
        manifest.write_text("")
        os.utime(manifest, (1e9 - age * 86_400,) * 2)
    (tmp_path / "latest").symlink_to("new")
    assert check_growth(tmp_path, 1e9).found.startswith("10.0 kB a day (1 run in 7 days)")
    assert check_growth(tmp_path, 2e9).state is State.SKIPPED


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    found = check_space("cache", tmp_path / "cache" / "prepared")
    assert found.state is State.FAULT
    assert "expected a folder" in found.found


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "cannot be written" in check_space("cache", tmp_path / "new").found
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_is_not_made_yet(tmp_path: Path) -> None:
    assert check_space("cache", tmp_path / "not" / "yet").state in (State.OK, State.WARNING)
