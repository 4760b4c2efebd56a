"""A file is whole or it is not there."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chem.disk.files import (
    atomic_path,
    is_leftover,
    make_folder,
    open_atomic,
    remove_durably,
    remove_leftovers,
    scratch_beside,
    sync_folder,
    write_atomic,
    write_or_say,
)
from chem.errors import InputError


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Set the process's umask for a test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def fail_at(monkeypatch: pytest.MonkeyPatch, code: int, folders: bool) -> None:
    """Let the flush of every folder, or of every file, fail."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode) == folders:
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("content", ["línea\r\nβ\n", b"\x00\xff", ""])
def test_writes_the_bytes_given(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old and longer than the new content")
    write_atomic(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")

    def fail_halfway() -> None:
        with open_atomic(path) as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_path_is_beside_and_keeps_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "hits.sdf"
    with atomic_path(path) as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".sdf")
        temporary.write_text("x")
        assert not path.exists()
    assert path.read_text() == "x"
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode  # colleagues can read it


@pytest.mark.parametrize(
    ("mask", "file", "folder"),
    [(0o000, 0o664, 0o775), (0o002, 0o664, 0o775), (0o022, 0o644, 0o755), (0o077, 0o600, 0o700)],
)
def test_nothing_is_wider_than_the_umask_or_open_to_others(
    mask: int, file: int, folder: int, tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(mask)
    place = tmp_path / "a" / "b"
    make_folder(place)
    write_atomic(place / "one", "x")
    with open_atomic(place / "two") as text:
        text.write("x")
        (half,) = place.glob(".*.two")
        assert stat.S_IMODE(half.stat().st_mode) == file
    for path in (place / "one", place / "two"):
        assert stat.S_IMODE(path.stat().st_mode) == file
    for path in (place, place.parent):
        assert stat.S_IMODE(path.stat().st_mode) == folder


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_fault_of_the_disk_is_told_though_only_the_folder_has_it(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, code, folders=True)
    for work in (sync_folder, lambda folder: make_folder(folder / "new")):
        with pytest.raises(OSError, match=os.strerror(code)) as told:
            work(tmp_path)
        assert told.value.errno == code
    with pytest.raises(InputError, match=r"^[^\n]*one cannot be written[^\n]*$") as said:
        write_or_say(tmp_path / "one", "x")
    assert os.strerror(code) in str(said.value)


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EACCES, errno.ENOTSUP])
def test_a_file_system_that_flushes_no_folders_is_used(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, code, folders=True)
    make_folder(tmp_path / "new/below")
    write_atomic(tmp_path / "new/below/one", "x")
    assert (tmp_path / "new/below/one").read_text() == "x"


@pytest.mark.parametrize("code", [errno.EIO, errno.EINVAL])
def test_a_file_that_cannot_be_flushed_is_not_put_in_place(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomic(tmp_path / "one", "old")
    fail_at(monkeypatch, code, folders=False)
    with pytest.raises(OSError, match=os.strerror(code)):
        write_atomic(tmp_path / "one", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_text() == "old"


def test_the_name_of_a_new_folder_is_flushed_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = os.fsync

    def flush(file: int) -> None:
        flushed.append(os.fstat(file).st_ino)
        real(file)

    monkeypatch.setattr(os, "fsync", flush)
    make_folder(tmp_path / "runs" / "new")
    assert flushed == [tmp_path.stat().st_ino, (tmp_path / "runs").stat().st_ino]
    make_folder(tmp_path / "runs" / "new")
    assert len(flushed) == 2


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for name in ("file", "file/x", "file/x/y", "link"):
        with pytest.raises(OSError, match=r"File exists|Not a directory"):
            make_folder(tmp_path / name)


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = {".lock", "hits.csv", ".1a2b3c4d", ".1a2b3c4.x", ".1A2B3C4D.x", "1a2b3c4d.x", ".git"}
    for name in (*kept, ".1a2b3c4d.hits.csv", ".00000000.a\nb"):
        (tmp_path / name).touch()
    (tmp_path / ".1a2b3c4d.folder").mkdir()
    (tmp_path / ".1a2b3c4d.hits.xlsx.parts").mkdir()
    (tmp_path / ".1a2b3c4d.hits.xlsx.parts" / "sheet").touch()
    (tmp_path / ".1a2b3c4d.link").symlink_to(tmp_path / "hits.csv")
    remove_leftovers(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == kept | {".1a2b3c4d.folder", ".1a2b3c4d.link"}


def test_a_file_is_removed_before_its_folder_is_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").touch()
    found: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda file: found.append((tmp_path / "a").exists()))
    remove_durably(tmp_path / "a", tmp_path / "b")
    remove_durably(tmp_path / "a")  # nothing is there, so nothing is flushed
    assert found == [False]


def test_scratch_beside_a_file_is_the_users_alone_and_goes(tmp_path: Path) -> None:
    with scratch_beside(tmp_path / "x") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent == tmp_path
        assert is_leftover(folder.name)
        (folder / "y").touch()
    assert list(tmp_path.iterdir()) == []
