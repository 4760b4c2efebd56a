"""The ledger of a folder: what is done, by hash. Files commit; the ledger is the only truth."""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from filelock import FileLock, Timeout

from chem.errors import InputError
from chem.read import hash_file

LEDGER = "ledger.jsonl"


class Entry(NamedTuple):
    """One file that is done."""

    sha256: str
    facts: dict[str, Any]
    """What the work found out, so that a resumed run need not open the file."""


class Ledger:
    """An append-only list of finished files in one folder, for one purpose.

    Opening it locks the folder against a second run, and drops entries whose file is missing or
    altered, so that their work is done again. Its first line is the purpose: a ledger of another
    purpose (another library, other bundles) is refused.
    """

    def __init__(self, folder: Path, purpose: Mapping[str, Any]) -> None:
        self.folder, self.purpose = folder, dict(purpose)
        self.entries: dict[str, Entry] = {}
        self._lock = FileLock(folder / ".lock", timeout=0)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise InputError(
                f"{self.folder} is in use by another run; wait for it, or name another folder"
            ) from None
        try:
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

    def record(self, name: str, facts: Mapping[str, Any]) -> None:
        """Enter a finished file of the folder. ``facts`` are JSON values."""
        entry = Entry(hash_file(self.folder / name), dict(facts))
        self._append({"name": name, "sha256": entry.sha256, "facts": entry.facts})
        self.entries[name] = entry

    def _read(self) -> None:
        path = self.folder / LEDGER
        if not path.is_file():
            self._append({"purpose": self.purpose})
            return
        # Bytes, because a kill may cut a letter, and a library's name may hold any line separator.
        content = path.read_bytes()
        lines = content.split(b"\n")
        found = _parse(lines[0])
        if found is None:  # killed while the first line was written
            path.unlink()
            self._append({"purpose": self.purpose})
            return
        _compare(self.folder, found, self.purpose)
        if not content.endswith(b"\n"):  # what is recorded next gets a line of its own
            with path.open("ab") as file:
                file.write(b"\n")
        for line in map(_parse, lines[1:]):
            if line is not None and self._stands(line):
                self.entries[line["name"]] = Entry(line["sha256"], line["facts"])

    def _stands(self, line: Mapping[str, Any]) -> bool:
        file = self.folder / line["name"]
        return file.is_file() and hash_file(file) == str(line["sha256"])

    def _append(self, line: Mapping[str, Any]) -> None:
        with (self.folder / LEDGER).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _parse(line: bytes) -> dict[str, Any] | None:
    """Read a line; None for one that was cut short when the run was killed."""
    try:
        loaded: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return loaded


def check_purpose(folder: Path, purpose: Mapping[str, Any]) -> None:
    """Refuse a folder whose ledger has another purpose, before any work; none is no fault."""
    try:
        with (folder / LEDGER).open("rb") as file:
            found = _parse(file.readline())
    except FileNotFoundError:
        return
    if found is not None:
        _compare(folder, found, purpose)


def _compare(folder: Path, found: Mapping[str, Any], purpose: Mapping[str, Any]) -> None:
    if found.get("purpose") != json.loads(json.dumps(purpose)):
        raise InputError(
            f"{folder} holds another run: its {_difference(found, purpose)} differs "
            "from this one's; name another folder, or remove this one"
        )


def _difference(found: Mapping[str, Any], purpose: Mapping[str, Any]) -> str:
    before = found.get("purpose") or {}
    return ", ".join(key for key in purpose if before.get(key) != purpose[key]) or "purpose"


def hash_purpose(purpose: Mapping[str, Any]) -> str:
    """Return a short name for a purpose: 16 hexadecimal digits of its hash."""
    return sha256(json.dumps(purpose, sort_keys=True).encode()).hexdigest()[:16]
