"""Who takes a folder's lock clears it of what a killed run left, and opens it to nobody."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from screening.errors import StoreError
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.storage.ledger import Ledger
from screening.storage.lock import LOCK, Lock
from screening.storage.store import Store

KILLED = """
import os, signal, sys
from pathlib import Path
from chem.disk.files import open_atomic
from screening.storage.lock import Lock

with Lock(Path(sys.argv[1])), open_atomic(Path(sys.argv[1]) / "hits.csv") as file:
    file.write("half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_goes_when_the_lock_is_taken(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".*.hits.csv"))) == 1
    with Lock(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [LOCK]


@pytest.mark.parametrize(("mask", "mode"), [(0o000, 0o664), (0o022, 0o644), (0o077, 0o600)])
def test_lock_and_ledger_keep_to_the_umask(mask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        with Ledger(tmp_path / "run", {"a": 1}):
            pass
    finally:
        os.umask(before)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
    assert found == {LOCK: mode, "ledger.jsonl": mode}


@pytest.mark.parametrize(("mask", "forbidden"), [(0o000, 0o002), (0o022, 0o022), (0o077, 0o077)])
def test_no_file_of_a_run_is_wider_than_its_umask(
    mask: int, forbidden: int, objective: Callable[..., Screen], lone: Client, tmp_path: Path
) -> None:
    before = os.umask(mask)
    try:
        plan = plan_run(objective("EGFR", 4), tmp_path / "run", prepared=tmp_path / "prepared")
        run_screen(plan, lone)
    finally:
        os.umask(before)
    made = [path for top in ("run", "prepared") for path in (tmp_path / top).rglob("*")]
    made += [tmp_path / "run", tmp_path / "prepared"]
    assert len(made) > 20
    assert [path for path in made if path.stat().st_mode & forbidden] == []


def test_a_disk_that_fails_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=r"^[^\n]*one cannot be written \(Input/output error\)"):
        store.write("one", b"x")
    with pytest.raises(StoreError, match=r"^[^\n]*cannot be written \(Input/output error\)"):
        Lock(tmp_path / "new").acquire()
