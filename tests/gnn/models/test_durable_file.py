"""What a training keeps is on the disk when it has its name, and a disk that fails is told."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gnn.errors import ModelError, WorkFolderError
from gnn.models.durable_file import (
    keep_array,
    keep_arrays,
    keep_file,
    make_work_folder,
    remove_kept,
)
from gnn.training import ensemble

WRITE: dict[str, Callable[[Path], None]] = {
    "x.json": lambda path: keep_file(path, "{}"),
    "x.npy": lambda path: keep_array(path, np.arange(3)),
    "x.npz": lambda path: keep_arrays(path, a=np.arange(3)),
}


@pytest.mark.parametrize("name", WRITE)
def test_a_file_is_flushed_renamed_and_its_folder_flushed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, rename = os.fsync, os.replace

    def fsync(number: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        flush(number)

    def replace(source: Path, target: Path) -> None:
        done.append(Path(target).name)
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    (tmp_path / f"{name}.part").write_text("of a killed training, and longer than what is written")
    WRITE[name](tmp_path / name)
    assert done == ["file", name, "folder"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize("name", WRITE)
def test_a_disk_that_fails_is_told_and_leaves_what_was_there(
    name: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(WorkFolderError, match=r"^[^\n]+ cannot be written \(No space[^\n]+$"):
        WRITE[name](tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "old"


def test_arrays_read_back_and_a_name_gets_its_ending(tmp_path: Path) -> None:
    keep_arrays(tmp_path / "set", a=np.arange(3), b=np.array("note"))
    found = np.load(tmp_path / "set.npz")
    assert found["a"].tolist() == [0, 1, 2]
    assert str(found["b"]) == "note"


def test_a_folder_that_cannot_be_made_and_a_file_that_cannot_go_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"^[^\n]+ cannot be made \([^\n]+$"):
        make_work_folder(tmp_path / "file" / "work")
    with pytest.raises(ModelError, match=r"^[^\n]+ cannot be removed \([^\n]+$"):
        remove_kept(tmp_path)
    remove_kept(tmp_path / "missing")
    remove_kept(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_one_that_others_can_write(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep_file(tmp_path / "x", b"")
        make_work_folder(tmp_path / "work")
    finally:
        os.umask(before)
    assert not any(path.stat().st_mode & stat.S_IWOTH for path in tmp_path.iterdir())
    assert vars(ensemble)["keep_file"] is keep_file
