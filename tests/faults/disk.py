"""A disk that counts every change below a folder, can fail at one, and knows what would survive.

Python's own calls are replaced: ``os.open`` that may make or write a file, ``os.fsync``,
``os.replace``, ``os.rename``, ``os.mkdir``, ``os.unlink``, ``os.remove``, and the writes of files
opened by ``open`` (of ``io``, ``pathlib``, ``tempfile``, ``zipfile``). Not seen is what libraries
write with C alone: ``torch.save`` and ``safetensors.save_file`` by path. The screen and the bundle
hand their bytes to Python, so nothing of theirs is missed.
"""

import builtins
import errno
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

KINDS = ("open", "write", "fsync", "rename", "mkdir", "unlink")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_OPEN, _FSYNC, _MKDIR = os.open, os.fsync, os.mkdir
_REPLACE, _RENAME, _UNLINK, _REMOVE = os.replace, os.rename, os.unlink, os.remove
_IO_OPEN = io.open


class Event(NamedTuple):
    """One change."""

    kind: str
    """One of KINDS."""
    path: Path
    """Of a rename: its target."""


class Fault(NamedTuple):
    """Which change fails, and how."""

    at: int
    """The number of the change, from 1."""
    code: int
    """EIO or ENOSPC."""
    for_ever: bool
    """Every later change fails too; on a full disk files can still be removed."""


class Disk:
    """The changes below a folder: counted, failed, and followed through a power loss.

    possible: folder, name: what the name may be after a power loss, as inodes; None: missing.
    """

    def __init__(self, root: Path, fault: Fault | None = None) -> None:
        self.root, self.fault = root.resolve(), fault
        self.events: list[Event] = []
        self.failed: list[Event] = []
        self.dirty: set[int] = set()
        """Inodes that were written and not flushed since."""
        self.content: dict[int, bytes] = {}
        """Of inodes that were renamed: what they held then."""
        self.before: Callable[[Event], None] = lambda event: None
        self.after: Callable[[Event], None] = lambda event: None
        self._settled: dict[Path, dict[str, int]] = {}
        self._pending: dict[Path, dict[str, set[int | None]]] = {}
        self._lock = threading.RLock()
        self._mine = threading.local()
        self._held: list[int] = []
        for folder, _, files in os.walk(self.root):  # what is there already is safe
            self._settle(Path(folder))
            for name in files:
                path = Path(folder, name)
                self.content[path.stat().st_ino] = path.read_bytes()

    @property
    def number(self) -> int:
        """The number of the change that this thread makes, or made last, from 1."""
        return int(self._mine.number)

    def possible(self, path: Path) -> set[int | None]:
        """Return the inodes that a path may lead to after a power loss; None: nothing."""
        folder = path.parent
        if folder != self.root and self.root in folder.parents:
            above = self.possible(folder)
        else:
            above = {0}
        lost: set[int | None] = {None} if None in above else set()
        settled = self._settled.get(folder, {}).get(path.name)
        return lost | {settled} | self._pending.get(folder, {}).get(path.name, set())

    def holds(self, path: Path, digest: str) -> bool:
        """Tell whether a file is certain to have a content after a power loss."""
        found = self.possible(path)
        return all(
            inode is not None
            and inode not in self.dirty
            and sha256(self.content.get(inode, b"?")).hexdigest() == digest
            for inode in found
        )

    @contextmanager
    def plugged_in(self) -> Iterator["Disk"]:
        """Replace Python's calls."""
        changed: dict[Any, dict[str, Any]] = {
            os: {
                "open": self._open,
                "fsync": self._fsync,
                "mkdir": self._mkdir,
                "replace": lambda *a, **k: self._rename(_REPLACE, *a, **k),
                "rename": lambda *a, **k: self._rename(_RENAME, *a, **k),
                "unlink": lambda *a, **k: self._unlink(_UNLINK, *a, **k),
                "remove": lambda *a, **k: self._unlink(_REMOVE, *a, **k),
            },
            io: {"open": self._io_open},
            builtins: {"open": self._io_open},
        }
        try:
            with contextmanager(_patched)(changed):
                yield self
        finally:
            while self._held:
                os.close(self._held.pop())

    def step(self, kind: str, path: Path) -> None:
        """Count a change that is about to be made, and fail it if it is its turn."""
        event = Event(kind, path)
        with self._lock:
            self.events.append(event)
            fault, number = self.fault, len(self.events)
        self._mine.number = number
        self.before(event)
        with self._lock:
            if fault is None or number < fault.at or (number > fault.at and not fault.for_ever):
                return
            if number > fault.at and fault.code == errno.ENOSPC and kind == "unlink":
                return
            self.failed.append(event)
        raise OSError(fault.code, os.strerror(fault.code), str(path))

    def wrote(self, number: int) -> None:
        """Note that an open file was written."""
        with self._lock:
            self.dirty.add(os.fstat(number).st_ino)

    def path_of(self, path: Any, folder: int | None = None) -> Path | None:
        """Return a path below the root; None for any other."""
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        start = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else os.getcwd()
        found = Path(os.path.normpath(os.path.join(start, os.fsdecode(path))))
        return found if self.root in (found, *found.parents) else None

    def _open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        found = self.path_of(path, dir_fd) if flags & _WRITES else None
        if found is None:
            return _OPEN(path, flags, mode, dir_fd=dir_fd)
        self.step("open", found)
        made = not found.exists()
        number = _OPEN(path, flags, mode, dir_fd=dir_fd)
        if flags & os.O_TRUNC or made:
            self.wrote(number)
        if made and found.exists():  # not a nameless file
            self._may_be(found)
        self.after(Event("open", found))
        return number

    def _io_open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        found = self.path_of(file) if set(mode) & set("wax+") else None
        if found is None:
            return _IO_OPEN(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = _Raw(self, found, file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
        stream: Any = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw, size)
        if "b" in mode:
            return stream
        text = io.TextIOWrapper(stream, encoding, errors, newline, buffering == 1)
        text.mode = mode  # type: ignore[misc]  # as open() does
        return text

    def _fsync(self, number: int) -> None:
        found = self.path_of(number)
        if found is None:
            return _FSYNC(number)
        self.step("fsync", found)
        # Nothing is flushed: what would survive is told by the record, and the test is quicker.
        with self._lock:
            if found.is_dir():
                self._settle(found)
            else:
                self.dirty.discard(os.fstat(number).st_ino)
                self.content[os.fstat(number).st_ino] = (
                    found.read_bytes() if found.exists() else b""
                )
        return self.after(Event("fsync", found))

    def _mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        found = self.path_of(path, dir_fd)
        if found is None:
            return _MKDIR(path, mode, dir_fd=dir_fd)
        self.step("mkdir", found)
        _MKDIR(path, mode, dir_fd=dir_fd)
        self._may_be(found)
        return self.after(Event("mkdir", found))

    def _rename(self, call: Callable[..., None], source: Any, target: Any, **folders: Any) -> None:
        found = self.path_of(target, folders.get("dst_dir_fd"))
        if found is None:
            return call(source, target, **folders)
        self.step("rename", found)
        content = Path(source).read_bytes() if Path(source).is_file() else b""
        self._hold(found)
        call(source, target, **folders)
        with self._lock:
            self.content[found.stat().st_ino] = content
        self._may_be(found)
        return self.after(Event("rename", found))

    def _unlink(self, call: Callable[..., None], path: Any, *, dir_fd: int | None = None) -> None:
        found = self.path_of(path, dir_fd)
        if found is None or not os.path.lexists(found):
            return call(path, dir_fd=dir_fd)
        self.step("unlink", found)
        self._hold(found)
        call(path, dir_fd=dir_fd)
        with self._lock:
            self._pending.setdefault(found.parent, {}).setdefault(found.name, set()).add(None)
        return self.after(Event("unlink", found))

    def _hold(self, path: Path) -> None:
        """Keep a file that loses its name, so that its inode is no other file's."""
        if path.is_file() and not path.is_symlink():
            self._held.append(_OPEN(path, os.O_RDONLY))

    def _may_be(self, path: Path) -> None:
        with self._lock:
            known = self._pending.setdefault(path.parent, {}).setdefault(path.name, set())
            known.add(path.stat().st_ino)

    def _settle(self, folder: Path) -> None:
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            self._settled[folder] = {entry.name: entry.inode() for entry in entries}
        self._pending.pop(folder, None)


class _Raw(io.FileIO):
    """An open file whose every write is a change."""

    def __init__(
        self, disk: Disk, path: Path, file: Any, mode: str, closefd: bool, opener: Any
    ) -> None:
        self._disk, self._path = disk, path
        made = not isinstance(file, int) and not path.exists()
        if not isinstance(file, int) and opener is None:
            disk.step("open", path)
        super().__init__(file, mode, closefd, opener)
        if "w" in mode or made:
            disk.wrote(self.fileno())
        if made and path.exists():
            disk._may_be(path)

    def write(self, data: Any) -> int:
        self._disk.step("write", self._path)
        written = super().write(data)
        self._disk.wrote(self.fileno())
        self._disk.after(Event("write", self._path))
        return written


def _patched(changed: dict[Any, dict[str, Any]]) -> Iterator[None]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        for module, calls in changed.items():
            stack.enter_context(patch.multiple(module, **calls))
        yield
