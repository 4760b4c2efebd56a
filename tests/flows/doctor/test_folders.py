"""Real folders: dead, at work, with leftovers, with altered files."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.doctor.finding import Finding, Look, State
from flows.doctor.folders import check_folders, check_prepared, is_locked
from screening.storage.ledger import Ledger
from screening.storage.lock import Lock

LEFT = ".1a2b3c4d.hits.csv"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of runs, a cache and a temporary folder of the test's own."""
    for variable, name in (("HITLIST_CACHE", "cache"), ("TMPDIR", "tmp")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setattr("tempfile.tempdir", None)
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


def make_run(runs: Path, name: str, *, ended: bool) -> Path:
    folder = runs / name
    with Lock(folder):
        (folder / "scores").mkdir()
        if ended:
            (folder / "manifest.json").write_text("{}")
    return folder


def look(runs: Path, *, fix: bool = False) -> dict[str, Finding]:
    return {one.name: one for one in check_folders(Look(runs=[runs], fix=fix))}


def test_a_dead_folder_is_told_and_kept(runs: Path) -> None:
    make_run(runs, "ended", ended=True)
    dead = make_run(runs, "dead", ended=False)
    found = look(runs, fix=True)[f"runs in {runs.parent}"]
    assert found.state is State.WARNING
    assert "dead" in found.found
    assert dead.is_dir()
    with Lock(dead):
        assert is_locked(dead)
        assert look(runs)[f"runs in {runs.parent}"].state is State.OK


def test_leftovers_are_removed_where_no_lock_is_held(runs: Path) -> None:
    free, held = make_run(runs, "free", ended=True), make_run(runs, "held", ended=False)
    places = [folder / inner / LEFT for folder in (free, held) for inner in ("", "scores")]
    with Lock(held):
        for place in places:
            place.write_text("half")
        assert look(runs)["leftovers"].state is State.WARNING
        assert all(place.exists() for place in places)
        mended = look(runs, fix=True)["leftovers"]
        assert (mended.state, mended.mended) == (State.OK, "removed 2 half-written files")
        assert [place.exists() for place in places] == [False, False, True, True]
    assert (free / "manifest.json").exists()


def test_a_scratch_folder_of_a_killed_process(runs: Path) -> None:
    code = (
        "import os\nfrom chem.disk.scratch import scratch_folder\n"
        "with scratch_folder(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = (runs.parent / "tmp").iterdir()
    assert look(runs)["scratch folders"].state is State.WARNING
    assert left.exists()
    assert look(runs, fix=True)["scratch folders"].mended == "removed 1 scratch folder"
    assert not left.exists()
    assert look(runs)["scratch folders"].state is State.OK


def prepare(folder: Path) -> None:
    """Make a folder with a ledger of three files."""
    with Ledger(folder, {"library": "x"}) as ledger:
        for name in ("a", "b", "c"):
            (folder / name).write_text(name)
            ledger.record(name, {})


def test_altered_files_of_the_cache(runs: Path) -> None:
    folder = runs.parent / "cache" / "prepared" / "one"
    prepare(folder)
    assert look(runs)["stored files"].state is State.OK
    assert check_prepared(folder) == (3, [])
    (folder / "b").write_text("B")
    assert check_prepared(folder) == (3, ["one/b"])
    assert check_prepared(folder, most=1) == (1, [])
    found = look(runs)["stored files"]
    assert found.state is State.FAULT
    assert "one/b" in found.found
    (folder / "b").unlink()  # may be in a store elsewhere
    assert check_prepared(folder) == (2, [])
    (folder / "ledger.jsonl").write_text("{")
    assert check_prepared(folder) == (0, ["one/ledger.jsonl"])
