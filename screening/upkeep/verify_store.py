"""Verifies what is stored: prepared libraries, shared scores and the files of runs.

Prepared partitions and the scores of a run are compared with the hashes in their ledgers, the files
of a run with its manifest. Shared scores have no ledger: their files are read whole, so that each
page is compared with its checksum.
"""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from chem.disk.allowed_roots import named_address
from chem.disk.files import remove_durably
from chem.errors import InputError
from screening.errors import StoreError
from screening.prepare.prepared import (
    DUPLICATES,
    SUMMARY,
    Prepared,
    hashes_file,
    index_file,
    read_prepared,
)
from screening.runs.runfolder import open_folder
from screening.storage.in_use import claim
from screening.storage.ledger import LEDGER, Ledger, hash_purpose
from screening.storage.lock import Lock
from screening.storage.shared_rows import TYPES
from screening.storage.store import Store
from screening.upkeep.items import PREPARED, SCORES, Inventory, Item
from screening.verify.verify_files import check_listed

AGAIN = "the next run makes it again"


class Fault(NamedTuple):
    """Something that is damaged."""

    path: Path
    what: str
    remedy: str
    fix: Callable[[], None] | None = None
    """Removes what can be made again; None if nothing can."""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}; {self.remedy}"


class Verified(NamedTuple):
    """What was verified of one item."""

    item: Item
    files: int
    """The number of files that were read."""
    faults: tuple[Fault, ...]


def verify_items(inventory: Inventory) -> Iterator[Verified]:
    """Verify each prepared library, folder of shared scores and finished run; yield each."""
    ways = {"prepared": _verify_prepared, "scores": _verify_scores, "run": _verify_run}
    for item in inventory.items:
        if item.kind in ways:
            files, faults = ways[item.kind](item.path)
            if faults and not item.path.exists():  # removed meanwhile
                continue
            yield Verified(item, files, tuple(faults))


def _verify_prepared(folder: Path) -> tuple[int, list[Fault]]:
    try:
        prepared = read_prepared(folder)
        ledger = Ledger.read(folder, prepared.store)
    except InputError as error:
        fix = partial(_forget, folder, [LEDGER])
        return 1, [Fault(folder, f"cannot be opened ({error})", _remedy(), fix)]
    inside = prepared.store.folder == folder
    faults: list[Fault] = []
    if hash_purpose(ledger.purpose) != prepared.key or (
        folder.parent.name == PREPARED and folder.name != prepared.key
    ):
        fix = partial(_forget, folder, [LEDGER])
        faults.append(Fault(folder / SUMMARY, "belongs to another library", _remedy(), fix))
    if not inside:
        try:
            named_address(prepared.store.url)
        except InputError as error:
            return 1, [*faults, Fault(folder, f"cannot be verified ({error})", "set the roots")]
    expected = {name: entry.sha256 for name, entry in ledger.entries.items()}
    names = _names(prepared, expected)
    expected[DUPLICATES] = prepared.duplicates_sha256
    for name in names:
        if what := _compare(prepared.store, name, expected.get(name)):
            remedy = _remedy() if inside else f"remove it; {AGAIN}"
            mend = partial(_forget, folder, [name]) if inside else None
            faults.append(Fault(Path(prepared.store.path(name)), what, remedy, mend))
    return len(names), faults


def _names(prepared: Prepared, recorded: dict[str, str]) -> list[str]:
    """Return the files of a prepared library; those of older versions lack hashes or indexes."""
    beside = [file(name) for name in prepared.partitions for file in (hashes_file, index_file)]
    return [*prepared.partitions, *(name for name in beside if name in recorded), DUPLICATES]


def _compare(store: Store, name: str, expected: str | None) -> str:
    """Return what is wrong with a file; ``""`` if nothing is."""
    if expected is None:
        return "is not in the ledger"
    try:
        if not store.exists(name):
            return "is missing"
        return "" if store.hash(name) == expected else "was altered: its hash is not the recorded"
    except StoreError as error:
        return f"cannot be read ({error})"


def _remedy() -> str:
    return f"`hitlist store verify --fix` removes it, and {AGAIN}"


def _forget(folder: Path, names: list[str]) -> None:
    """Remove damaged files of a prepared library. It must not look finished, so that goes first.

    Raises InputError if a process uses the folder.
    """
    with Lock(folder), claim(folder / SUMMARY) as free:
        if not free:
            raise InputError(f"{folder} is in use by another run; wait for it")
        remove_durably(folder / SUMMARY)
        remove_durably(*(folder / name for name in names))


def _verify_scores(folder: Path) -> tuple[int, list[Fault]]:
    store = Store(folder)
    faults = []
    names = [name for name in store.names() if name.startswith("rows-")]
    for name in names:
        if what := _damage_of(store, name):
            fix = partial(remove_durably, folder / name)
            faults.append(Fault(folder / name, what, _remedy(), fix))
    return len(names), faults


def _damage_of(store: Store, name: str) -> str:
    """Return what is wrong with a file of shared scores; ``""`` if nothing is."""
    try:
        table = store.read_table(name)
    except StoreError as error:
        return "" if not store.exists(name) else str(error)  # merged meanwhile
    column = next((one for one in TYPES if table.column_names == ["hash", one]), None)
    if column is None:
        return f"has the columns {', '.join(table.column_names)[:80]}"
    hashes, numbers = (table[one].combine_chunks() for one in table.column_names)
    if not all(pa.types.is_fixed_size_binary(one.type) for one in (hashes, numbers)):
        return "holds other types than it should"
    if hashes.null_count or numbers.null_count or hashes.type.byte_width != 16:
        return "lacks values"
    content = b"".join(hashes.to_pylist())
    if name != f"rows-{sha256(content).hexdigest()[:24]}.parquet":
        return "does not hold the rows that its name says"
    if numbers.type.byte_width % TYPES[column].itemsize:
        return "holds numbers that are cut short"
    values = np.frombuffer(b"".join(numbers.to_pylist()), TYPES[column])
    return "" if np.isfinite(values).all() else "holds numbers that are not finite"


def _verify_run(folder: Path) -> tuple[int, list[Fault]]:
    remedy = "restore it from a backup, or run the screen again with a new --out"
    try:
        run = open_folder(folder)
    except InputError as error:
        return 1, [Fault(folder, f"cannot be opened ({error})", remedy)]
    faults = [Fault(folder, told, remedy) for told in check_listed(run).faults]
    count = len(run.manifest.files)
    if run.where is not None and not run.where.scores:
        try:
            ledger = Ledger.read(folder / SCORES)
        except InputError as error:
            return count, [*faults, Fault(folder / SCORES, str(error), remedy)]
        plain = Store(folder / SCORES)
        for name, entry in ledger.entries.items():
            count += 1
            if what := _compare(plain, name, entry.sha256):
                faults.append(Fault(folder / SCORES / name, what, remedy))
    return count, faults


def fix(fault: Fault) -> str:
    """Remove what can be made again; return the reason if that is not possible."""
    if fault.fix is None:
        return "nothing of it can be made again here"
    try:
        fault.fix()
    except InputError as error:
        return str(error)
    except OSError as error:
        return f"cannot be removed ({error.strerror or error})"
    return ""
