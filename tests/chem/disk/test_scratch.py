"""Scratch folders of processes that were killed go; those of others stay."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chem.disk.scratch import scratch_folder
from chem.errors import InputError

HOLD = (
    "import sys, time; from chem.disk.scratch import scratch_folder\n"
    "with scratch_folder() as folder:\n"
    "    (folder / 'x').touch(); print(folder, flush=True); time.sleep(60)\n"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_a_folder_is_the_users_alone_and_goes_with_its_block(place: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == place
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "x").touch()
    assert list(place.iterdir()) == []


def test_the_next_one_removes_what_a_killed_process_left_and_nothing_else(place: Path) -> None:
    (place / "hitlist-of-mine").mkdir()
    (place / "hitlist-of-mine" / "notes").touch()
    (place / "hitlist-link").symlink_to(place / "hitlist-of-mine")
    (place / "hitlist-begun").mkdir()
    (place / "hitlist-old").mkdir()
    for name in ("hitlist-of-mine", "hitlist-old"):
        os.utime(place / name, (0, 0))
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        held = Path(one.stdout.readline().strip())
        with scratch_folder() as own, scratch_folder() as second:
            assert held.exists()
            assert own.exists()
            assert second.exists()
        one.send_signal(signal.SIGKILL)
    assert (held / "x").exists()
    with scratch_folder():
        assert not held.exists()
    kept = {"hitlist-of-mine", "hitlist-link", "hitlist-begun"}
    assert {path.name for path in place.iterdir()} == kept


@pytest.mark.parametrize("call", ["mkdir", "open", "rename"])
def test_a_place_that_cannot_be_written_is_told_in_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (place / "probe").touch()  # tempfile looks for a folder once
    import tempfile

    assert tempfile.gettempdir() == str(place)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, fail)
    with (
        pytest.raises(InputError, match=r"^[^\n]+ cannot be written \(No space[^\n]+TMPDIR[^\n]+$"),
        scratch_folder(),
    ):
        pass
