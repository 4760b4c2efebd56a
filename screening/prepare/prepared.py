"""A prepared library: its counts and where it is, as ``prepared.json`` keeps them."""

import json
from dataclasses import dataclass
from pathlib import Path

from chem.disk.safe_open import parse_json, read_regular
from chem.errors import InputError
from screening.prepare.older import BEFORE_NUMBERS, standardizer_of_folder
from screening.prepare.partitions import Partitions
from screening.storage.shapes import Summary, check_shape
from screening.storage.store import Store

SUMMARY = "prepared.json"


@dataclass(frozen=True)
class Prepared:
    """A prepared library."""

    folder: Path
    """Of the ledger."""
    store: Store
    """Of the partitions."""
    key: str
    """Name of all that the content depends on: the library's bytes, the cut, the versions."""
    library: str
    """Name of the library's file."""
    sha256: str
    """Of the library's file."""
    featurizer: str
    extra_columns: tuple[str, ...]
    partition_rows: int
    """Records in each partition but the last."""
    rows: int
    rejected: int
    duplicates: int
    duplicates_sha256: str
    """Of the file of duplicates."""
    reject_codes: dict[str, int]
    unseen_atoms: int
    """Atoms whose state has no token; their molecules are scored with a stand-in."""
    partitions: tuple[str, ...]
    """Names of the partition files, in row order."""
    standardizer: int
    """Number of the rules that made the structures, ``chem.structure.standardize.STANDARDIZER``
    then."""
    notes: tuple[str, ...]
    """What is to be told of how the library was read: which column the ids are from, and more."""

    @property
    def accepted(self) -> int:
        """Records that are scored."""
        return self.rows - self.rejected - self.duplicates

    @property
    def source(self) -> Partitions:
        """What a worker reads from."""
        return Partitions(self.store, self.duplicates_sha256)


def write_summary(prepared: Prepared) -> None:
    """Write the summary into the prepared folder."""
    apart = prepared.store.folder != prepared.folder
    told = {**vars(prepared), "store": prepared.store.url if apart else ""}
    del told["folder"]  # it may be moved
    Store(prepared.folder).write(SUMMARY, (json.dumps(told, indent=1) + "\n").encode())


def read_summary(folder: Path) -> Prepared | None:
    """Read a prepared folder's summary; None where there is none, or one of another version.

    One that was written before later fields were added has what its ledger says, or nothing there:
    the runs of such a library can still be opened.
    """
    try:
        found = parse_json(read_regular(folder / SUMMARY))
        if isinstance(found, dict):
            number = standardizer_of_folder(folder)
            later = {"standardizer": BEFORE_NUMBERS if number is None else number, "notes": []}
            found = {**later, **found}
        found = dict(check_shape(Summary, found))
    except (OSError, ValueError):  # missing, cut short, or of another version
        return None
    if set(found) != set(Summary.model_fields):
        return None
    tuples = {name: tuple(found[name]) for name in ("extra_columns", "partitions", "notes")}
    store = Store(found["store"] or folder)
    return Prepared(**{**found, **tuples, "folder": folder, "store": store})


def read_prepared(folder: Path) -> Prepared:
    """Read a prepared folder's summary; raises InputError where there is none."""
    found = read_summary(folder)
    if found is None:
        raise InputError(
            f"{folder} is no prepared library: it has no {SUMMARY} of this version; make one with "
            "`hitlist prepare`"
        )
    return found
