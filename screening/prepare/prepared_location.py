"""Settings of a preparation: all that its content depends on, and the locations of its files.

Files are in folders of this machine or below a store; ledgers are in the folders in either case.

If no partition size is given, it follows from the size of the library alone. Every partition has a
fixed cost, so a large library has large partitions: 600,000 prepared molecules were screened 1.07
times as fast in partitions of 20,000 rows as in partitions of 5,000. A small library has small
partitions, so that every core has work. No result depends on the partition size.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from chem.disk.allowed_roots import named_address
from chem.errors import InputError
from chem.features.graphs import featurizer_spec
from chem.library.read import READER, Library, estimate_records
from chem.structure.standardize import STANDARDIZER
from data.catalogue.fetch import cache_folder
from screening.storage.ledger import hash_purpose
from screening.storage.store import Store

SECONDS_VARIABLE = "HITLIST_MOLECULE_SECONDS"
LEAST, MOST = 500, 20_000
MOST_OF_SDF = 5_000
"""The most rows for an SD file: its records are a hundred times as long as a SMILES, and are held
in memory."""
MOST_TEXT = 64_000_000
"""The most characters of a partition, estimated from the first records: some partitions are held in
memory."""
UNKNOWN = 5_000
"""The rows of a partition if the number of records is not known without reading them all."""
PARTITIONS = 10
"""The number of partitions, as long as their rows are between ``LEAST`` and ``MOST``."""


class Limits(NamedTuple):
    """The time and memory that one molecule may take."""

    seconds: float = 10.0
    """CPU seconds."""
    memory: int = 1 << 30
    """Bytes of memory beyond those that the process holds at rest (watched on Linux)."""


def read_limits(environment: Mapping[str, str] = os.environ) -> Limits:
    """Return the limits, with the seconds of ``HITLIST_MOLECULE_SECONDS`` if it is set.

    Raises InputError for seconds that are not between 0.5 and 86,400.
    """
    given = environment.get(SECONDS_VARIABLE, "").strip()
    if not given:
        return Limits()
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.5 <= seconds <= 86_400:  # refuses NaN too
        raise InputError(
            f"{SECONDS_VARIABLE} is {given!r}, expected the CPU seconds that a molecule may take, "
            "0.5 to 86400; leave it unset for 10"
        )
    return Limits(seconds=seconds)


def prepare_purpose(
    library: Library, partition_rows: int, limits: Limits | None = None
) -> dict[str, Any]:
    """Return all that a prepared folder's content depends on."""
    return {
        "library": library.path.name,
        "sha256": library.sha256,
        "columns": [library.smiles_column, library.id_column, library.name_column],
        "partition_rows": partition_rows,
        "limits": (limits or read_limits())._asdict(),
        "featurizer": featurizer_spec()["hash"],
        "standardizer": STANDARDIZER,
        "reader": READER,
        "rdkit": version("rdkit"),
        "hitlist": version("hitlist"),
    }


def prepared_key(library: Library, partition_rows: int | None = None) -> str:
    """Return the hash of all that the content of a prepared library depends on, as its name.

    partition_rows: by default what ``rows_of_partition`` returns.
    """
    rows = partition_rows or rows_of_partition(library)
    return hash_purpose(prepare_purpose(library, rows))


def prepared_folder(library: Library, partition_rows: int | None = None) -> Path:
    """Return the cache folder for a prepared library."""
    return cache_folder() / "prepared" / prepared_key(library, partition_rows)


def open_store(url: str | None) -> Store | None:
    """Open the given store, if any: a folder, or an address such as ``s3://bucket/x``.

    Raises InputError if it cannot be used, and StoreError if it cannot be written.
    """
    if url is None:
        return None
    # A worker may have another working folder.
    named_address(url)
    store = Store(url if "://" in url else Path(url).expanduser().absolute())
    store.check()
    return store


def prepared_store(root: Store | None, key: str, folder: Path) -> Store:
    """Return the store of a library's partitions: below a given store, or the prepared folder."""
    return Store(folder) if root is None else root / "prepared" / key


def scores_store(root: Store | None, key: str, out: Path) -> Store:
    """Return the store of a run's scores: below a given store, or in the run's folder.

    key: the hash of all that the scores depend on; runs with the same key write the same bytes.
    """
    return Store(out / "scores") if root is None else root / "scores" / key


def shared_scores_store(root: Store | None) -> Store:
    """Return the store of the scores that runs share: below a given store, or in the cache."""
    return Store(cache_folder() / "scores") if root is None else root / "shared"


def rows_of_partition(library: Library) -> int:
    """Return the number of records in a partition of a library.

    It follows from the content and format of the file, so it is the same on every machine. Of a
    large file, only as much is read as can change the number.
    """
    rows = _rows(library.path, library.format, library.sha256)
    return max(1, min(rows, MOST_TEXT // max(1, library.text_of_record)))


@lru_cache(maxsize=16)
def _rows(path: Path, format: str, sha256: str) -> int:
    most = MOST_OF_SDF if format == "sdf" else MOST
    records = estimate_records(path, format, PARTITIONS * most)
    return UNKNOWN if records is None else rows_for(records, most)


def rows_for(records: int, most: int = MOST) -> int:
    """Return the number of rows of a partition for a library of ``records`` records."""
    return min(max(-(-records // PARTITIONS), LEAST), most)
