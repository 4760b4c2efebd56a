"""The ledger of a folder: the finished files with their hashes, locked against a second run.

A file counts as finished once the ledger has it, and only then.
"""

import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from itertools import compress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from chem.disk.bounded_read import MOST as MOST_JSON
from chem.disk.bounded_read import open_regular, parse_json, read_regular
from chem.disk.files import is_leftover, open_unshared, sync_folder
from chem.errors import InputError
from screening.errors import OtherRunError, StoreError, told_in_one_line
from screening.storage.json_shapes import Line, check_shape
from screening.storage.lock import LOCK, MOST_WAIT, Lock, Waiting
from screening.storage.store import Store
from screening.storage.verified_store import VerifiedStore

COLUMNS = "rules of the predicted columns"
"""The key of the number of these rules in the purpose of a ledger of scores."""
LEDGER = "ledger.jsonl"
BASIS = "basis"
"""The fact of a file that names all it was computed from, for files that other runs copy."""
READERS = 8
"""The number of files that are hashed at a time when a ledger is opened."""
REMEDY = "run the screen again"
MOST = 64_000_000
"""The most bytes of a ledger: one line of 300 bytes for each partition of four billion
compounds."""


def is_unused(folder: Path) -> bool:
    """Tell whether a folder is missing, or holds only what is made before any work.

    A command that was stopped so early can be given again. Raises OSError if the folder cannot be
    read.
    """
    if not folder.is_dir():
        return not folder.exists()
    return all(path.name == LOCK or is_leftover(path.name) for path in folder.iterdir())


class Entry(NamedTuple):
    """One file that is done."""

    sha256: str
    facts: dict[str, Any]
    """The counts of the work, so that a resumed run need not open the file."""

    def count(self, name: str) -> int:
        """Return a number of the facts; 0 if they do not have it."""
        return int(self.facts.get(name, 0))

    def counts(self, name: str) -> dict[str, int]:
        """Return numbers by name of the facts; an empty dict if they do not have them."""
        return dict(self.facts.get(name, {}))


class Ledger:
    """An append-only list of finished files, for one purpose.

    The files are in the ledger's own folder or in a separate store. The ledger itself is always in
    a folder: it is appended to and locked, which needs a file system.

    Opening a ledger locks its folder against a second run, makes the store's folder, and drops
    entries whose file is missing or altered, so that their work is done again. The first line of a
    ledger is its purpose; a ledger of another purpose (another library, other bundles) is refused.

    With a callback ``waiting``, opening waits up to ``MOST_WAIT`` seconds for another run that does
    the same work, and tells the callback of it.
    """

    def __init__(
        self,
        folder: Path,
        purpose: Mapping[str, Any],
        store: Store | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self.folder, self.purpose = folder, dict(purpose)
        self.store = Store(folder) if store is None else store
        self.entries: dict[str, Entry] = {}
        self._lock = Lock(folder)
        self._waiting = waiting

    def __enter__(self) -> Self:
        waits = self._waiting is not None and self._is_same_work()
        self._lock.acquire(MOST_WAIT if waits else 0.0, self._waiting)
        try:
            if self.store.folder != self.folder:
                self.store.check()
            self._read()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    @classmethod
    def read(cls, folder: Path, store: Store | None = None, remedy: str = REMEDY) -> Self:
        """Read a ledger without locking, making or writing anything; it may be another user's.

        The entries are those of this moment, and ``purpose`` is that of the ledger. The store
        checks the hash of each file that is read; ``remedy`` ends its error message. Raises
        InputError if there is no ledger or it is damaged.
        """
        path = folder / LEDGER
        try:
            first, told = _lines(read_regular(path, MOST))
        except OSError as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else error.strerror
            raise InputError(f"{path} cannot be read ({reason}); {remedy}") from None
        if first is None or not isinstance(first.get("purpose"), dict):
            raise InputError(f"{path} is damaged in its first line; {remedy}")
        found = cls(folder, first["purpose"], store)
        found.entries = dict(told)
        hashes = {name: entry.sha256 for name, entry in told}
        found.store = VerifiedStore(found.store.url, hashes, remedy)
        return found

    def record(self, name: str, facts: Mapping[str, Any], sha256: str | None = None) -> None:
        """Enter a finished file.

        Args:
            name: The name of the file.
            facts: The counts of the work, as JSON values.
            sha256: The hash that the writer took of the bytes it wrote; by default the file is
                read for it. In a folder the file has to exist then: a worker on another machine
                may have written to a folder of the same name there.
        """
        if not self._lock.held:
            raise RuntimeError(f"the ledger of {self.folder} was opened for reading only")
        if sha256 is not None and self.store.folder is not None and not self.store.exists(name):
            raise StoreError(
                f"{self.store.path(name)} was written by a worker but is not there; every worker "
                "has to see the same folder: put the store in a shared one"
            )
        entry = Entry(sha256 or self.store.hash(name), dict(facts))
        self._append({"name": name, "sha256": entry.sha256, "facts": entry.facts})
        self.entries[name] = entry

    def holds(self, names: Iterable[str]) -> bool:
        """Tell whether these files are recorded and exist with the recorded bytes."""
        wanted = list(names)
        if not all(name in self.entries for name in wanted):
            return False
        with ThreadPoolExecutor(READERS) as readers:  # object stores are slow, but parallel
            return all(readers.map(self._stands, wanted, (self.entries[n] for n in wanted)))

    def _read(self) -> None:
        path = self.folder / LEDGER
        if not path.is_file():
            self._append({"purpose": self.purpose})
            return
        content = read_regular(path, MOST)
        found, told = _lines(content)
        if found is None:  # killed while the first line was written
            path.unlink()
            self._append({"purpose": self.purpose})
            return
        _compare(self.folder, found, self.purpose)
        if not content.endswith(b"\n"):  # the next record needs a line of its own
            with told_in_one_line(path), open(path, "ab", opener=open_unshared) as file:
                file.write(b"\n")
        with ThreadPoolExecutor(READERS) as readers:
            stand = list(readers.map(self._stands, *zip(*told, strict=True))) if told else []
        self.entries |= dict(compress(told, stand))

    def _is_same_work(self) -> bool:
        """Tell whether the folder's ledger has this purpose, or none yet."""
        try:
            first = read_first_line(self.folder / LEDGER)
        except OSError:
            return True
        return first is None or not difference(first.get("purpose"), self.purpose)

    def _stands(self, name: str, entry: Entry) -> bool:
        return self.store.exists(name) and self.store.hash(name) == entry.sha256

    def _append(self, line: Mapping[str, Any]) -> None:
        path = self.folder / LEDGER
        with (
            told_in_one_line(path),
            open(path, "a", encoding="utf-8", opener=open_unshared) as file,
        ):
            is_new = file.tell() == 0
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
            if is_new:
                sync_folder(self.folder)


def _lines(content: bytes) -> tuple[dict[str, Any] | None, list[tuple[str, Entry]]]:
    """Read a ledger's first line, None if it was cut short, and the entries of later lines.

    A later line that is not in the format of a ledger's entries counts as cut short.
    """
    # Bytes, because a kill may cut a character in two, and a library's name may hold any line
    # separator.
    lines = BytesIO(content)
    first = _parse(lines.readline())
    return first, [line for line in map(_parse_entry, lines) if line is not None]


def _parse(line: bytes) -> dict[str, Any] | None:
    """Read a line; None if it was cut short when a run was killed, or is no JSON."""
    try:
        loaded = parse_json(line)
    except ValueError:
        return None
    return loaded if isinstance(loaded, dict) else {}


def _parse_entry(line: bytes) -> tuple[str, Entry] | None:
    found = _parse(line)
    try:
        if found is None:
            return None
        told = check_shape(Line, found)
        return told.name, Entry(told.sha256, found["facts"])
    except ValueError:
        return None


def read_first_line(path: Path) -> dict[str, Any] | None:
    """Read the first line of a ledger; None if it was cut short. Raises OSError."""
    with open_regular(path) as file:
        return _parse(file.readline(MOST_JSON))


def check_purpose(folder: Path, purpose: Mapping[str, Any]) -> None:
    """Refuse a folder whose ledger has another purpose, before any work.

    A folder without a ledger passes.
    """
    try:
        found = read_first_line(folder / LEDGER)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{folder / LEDGER} cannot be read ({error.strerror}); {REMEDY}") from None
    if found is not None:
        _compare(folder, found, purpose)


def _compare(folder: Path, found: Mapping[str, Any], purpose: Mapping[str, Any]) -> None:
    """Raise OtherRunError if a ledger's first line has another purpose."""
    if other := difference(found.get("purpose"), purpose):
        before = found.get("purpose")
        if "standardizer" in other.split(", ") and isinstance(before, dict):
            # Only this is named: whatever else differs, a chemist has to know of these rules.
            then, now = before.get("standardizer"), purpose["standardizer"]
            raise OtherRunError(
                f"{folder} holds a library that was prepared under another standardization "
                f"({then}; the current one is {now}); name another folder, or remove this one"
            )
        if COLUMNS in other.split(", "):
            raise OtherRunError(
                f"{folder} holds scores of another version of hitlist, which computed columns "
                "otherwise; name another folder, or remove this one"
            )
        raise OtherRunError(
            f"{folder} holds another run: its {other} differs "
            "from this one's; name another folder, or remove this one"
        )


def difference(found: Any, purpose: Mapping[str, Any]) -> str:
    """Return the keys in which a ledger's purpose differs from another one; ``""`` if none."""
    wanted = json.loads(json.dumps(purpose))
    if found == wanted:
        return ""
    before = found if isinstance(found, dict) else {}
    return ", ".join(key for key in wanted if before.get(key) != wanted[key]) or "purpose"


def hash_purpose(purpose: Mapping[str, Any]) -> str:
    """Return a short name for a purpose: 16 hexadecimal digits of its hash."""
    return sha256(json.dumps(purpose, sort_keys=True).encode()).hexdigest()[:16]
