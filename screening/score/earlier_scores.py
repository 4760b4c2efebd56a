"""Takes whole files of scores from earlier runs of the same library by the same models.

A night on which nothing changed has the scores of the night before, file by file. Copying them
needs no worker. Each file is compared with the hash in the other run's ledger, and counts only if
the same versions of the software wrote it. Runs of other users are left alone.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from chem.errors import InputError
from screening.errors import StoreError
from screening.score.model_refs import ModelRefs
from screening.score.shared_scores import common_purpose, is_shared
from screening.storage.ledger import (
    LEDGER,
    VERSIONS,
    Ledger,
    difference,
    hash_purpose,
    read_first_line,
)
from screening.storage.store import Store

_LOOKED_AT = 50
"""The number of earlier runs whose purpose is compared, newest first."""
_MOST = 3
"""The number of earlier runs that files are taken from."""


def versions_of(models: ModelRefs) -> str:
    """Return a hash of the versions that scores depend on, 16 hexadecimal digits."""
    return hash_purpose(common_purpose("scores", models))


def find_earlier(run: Path, ledger: Ledger) -> tuple[Ledger, ...]:
    """Return the ledgers of the newest runs beside a run that have the purpose of its ledger.

    None are returned if runs share no scores. A folder that cannot be read is left out.
    """
    if not is_shared():
        return ()
    in_run = ledger.store.folder == ledger.folder
    found = []
    for folder in _newest(run):
        try:
            first = read_first_line(folder / LEDGER)
            if difference((first or {}).get("purpose"), ledger.purpose):
                continue
            found.append(Ledger.read(folder, Store(folder) if in_run else ledger.store))
        except (OSError, InputError):
            continue
        if len(found) == _MOST:
            break
    return tuple(found)


def take_files(
    earlier: Sequence[Ledger], ledger: Ledger, files: Iterable[str], versions: str
) -> None:
    """Copy files that a ledger lacks from earlier runs, and record them.

    A file that is missing there, was altered, or was written by other versions is left out.
    """
    missing = [file for file in files if file not in ledger.entries]
    for other in earlier:
        for file in missing:
            entry = other.entries.get(file)
            if entry is None or entry.facts.get(VERSIONS) != versions or file in ledger.entries:
                continue
            try:
                content = other.store.read(file)
            except StoreError:
                continue
            if other.store.url != ledger.store.url:
                ledger.store.write(file, content)
            ledger.record(file, {**entry.facts, "shared": entry.count("rows")}, entry.sha256)


def _is_own(ledger: Path) -> bool:
    """Tell whether a ledger is there, and its file and folder are this user's."""
    if not ledger.is_file():
        return False
    return os.name != "posix" or all(
        path.lstat().st_uid == os.geteuid() for path in (ledger, ledger.parent)
    )


def _newest(run: Path) -> list[Path]:
    """Return the folders of scores of the newest runs beside a run."""
    dated = []
    try:
        for other in run.parent.iterdir():
            path = other / "scores" / LEDGER
            if other.name != run.name and not other.is_symlink() and _is_own(path):
                dated.append((-path.stat().st_mtime, path.parent))
    except OSError:
        pass  # those that were seen are enough
    return [folder for _, folder in sorted(dated)[:_LOOKED_AT]]
