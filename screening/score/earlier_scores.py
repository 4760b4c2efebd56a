"""Takes whole files of scores from earlier runs of the same library by the same models.

A night on which nothing changed has the scores of the night before, file by file. Copying them
needs no worker. Each file is compared with the hash in the other run's ledger. It counts only if it
has the same basis: the software, the models, and the content of the prepared library, which may
differ in the molecules that a machine gave up. Runs of other users are left alone.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from chem.errors import InputError
from screening.dask_cluster.installation import installation
from screening.errors import StoreError
from screening.prepare.prepared import DUPLICATES, Prepared
from screening.score.model_refs import ModelRefs
from screening.score.shared_scores import common_purpose, is_shared
from screening.storage.ledger import (
    BASIS,
    LEDGER,
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


def basis_of(prepared: Prepared, models: ModelRefs) -> str:
    """Return a hash of all that scores are computed from, 16 hexadecimal digits."""
    entries = Ledger.read(prepared.folder, prepared.store).entries
    content = [entries[name].sha256 for name in (DUPLICATES, *prepared.partitions)]
    basis = {"prepared": content, "installation": installation()}
    return hash_purpose({**common_purpose("scores", models), **basis})


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


def take_files(earlier: Sequence[Ledger], ledger: Ledger, files: Iterable[str], basis: str) -> None:
    """Copy files that a ledger lacks from earlier runs, and record them.

    A file that is missing there, was altered, or was computed from something else is left out.
    """
    missing = [file for file in files if file not in ledger.entries]
    for other in earlier:
        for file in missing:
            entry = other.entries.get(file)
            if entry is None or entry.facts.get(BASIS) != basis or file in ledger.entries:
                continue
            try:
                content = other.store.read(file)
            except StoreError:
                continue
            if other.store.url != ledger.store.url:
                ledger.store.write(file, content)
            ledger.record(file, {**entry.facts, "shared": entry.count("rows")}, entry.sha256)


def _date_own(run: Path) -> float | None:
    """Return when this user's run was last written; None for all else, and behind a link."""
    scores = run / "scores"
    try:
        found = [path.lstat() for path in (run, scores, scores / LEDGER)]
    except OSError:
        return None
    *folders, ledger = found
    is_own = os.name != "posix" or all(one.st_uid == os.geteuid() for one in found)
    is_plain = all(stat.S_ISDIR(one.st_mode) for one in folders) and stat.S_ISREG(ledger.st_mode)
    return ledger.st_mtime if is_own and is_plain else None


def _newest(run: Path) -> list[Path]:
    """Return the folders of scores of the newest runs beside a run."""
    try:
        others = [other for other in run.parent.iterdir() if other.name != run.name]
    except OSError:
        return []
    dates = [(_date_own(other), other / "scores") for other in others]
    dated = sorted((-date, scores) for date, scores in dates if date is not None)
    return [scores for _, scores in dated[:_LOOKED_AT]]
