"""Settings of a preparation: what its content depends on, and the places of what is made.

Places are folders of this machine, or lie below a store; ledgers are in the folders in either case.

The size of partitions follows from the size of the library alone where none is asked for. A
partition costs something of its own, so a large library has large ones: 600,000 molecules that were
prepared before were screened 1.07 times as fast in 20,000 rows as in 5,000. A small library has
small ones, so that every core has work. No result depends on the partition size.
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
"""A record of an SD file is a hundred times as long as a SMILES, and waits in memory."""
MOST_TEXT = 64_000_000
"""Characters of a partition as the first records promise: some partitions wait in memory."""
UNKNOWN = 5_000
"""Where the number of records cannot be told without reading them."""
PARTITIONS = 10
"""So many are cut, as long as they have neither fewer nor more rows than that."""


class Limits(NamedTuple):
    """What one molecule may take."""

    seconds: float = 10.0
    """CPU time."""
    memory: int = 1 << 30
    """Bytes of memory beyond what the process holds at rest (watched on Linux)."""


def read_limits(environment: Mapping[str, str] = os.environ) -> Limits:
    """Return the limits, with the seconds that ``HITLIST_MOLECULE_SECONDS`` gives, if it is set.

    Raises InputError for seconds that are no positive number.
    """
    given = environment.get(SECONDS_VARIABLE, "").strip()
    if not given:
        return Limits()
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.5 <= seconds <= 86_400:  # a NaN is no number between them either
        raise InputError(
            f"{SECONDS_VARIABLE} is {given!r}, expected CPU seconds a molecule may take, "
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
    """Return the name of all that a prepared library's content depends on.

    partition_rows: by default what ``rows_of_partition`` says.
    """
    rows = partition_rows or rows_of_partition(library)
    return hash_purpose(prepare_purpose(library, rows))


def prepared_folder(library: Library, partition_rows: int | None = None) -> Path:
    """Return the cache folder for a prepared library."""
    return cache_folder() / "prepared" / prepared_key(library, partition_rows)


def open_store(url: str | None) -> Store | None:
    """Open the store that was asked for, if any: a folder, or such as ``s3://bucket/x``.

    Raises InputError where it cannot be used, StoreError where it cannot be written.
    """
    if url is None:
        return None
    # A worker may have another working folder.
    named_address(url)
    store = Store(url if "://" in url else Path(url).expanduser().absolute())
    store.check()
    return store


def prepared_store(root: Store | None, key: str, folder: Path) -> Store:
    """Return the place of a library's partitions: below a store, or in the prepared folder."""
    return Store(folder) if root is None else root / "prepared" / key


def scores_store(root: Store | None, key: str, out: Path) -> Store:
    """Return the place of a run's scores: below a store, or in the run's folder.

    key: name of all that the scores depend on. Runs that share it write the same bytes.
    """
    return Store(out / "scores") if root is None else root / "scores" / key


def rows_of_partition(library: Library) -> int:
    """Return how many records of a library make a partition.

    It follows from the file's content and kind, so that it is the same on every machine. A large
    file is read no further than it matters.
    """
    rows = _rows(library.path, library.format, library.sha256)
    return max(1, min(rows, MOST_TEXT // max(1, library.text_of_record)))


@lru_cache(maxsize=16)
def _rows(path: Path, format: str, sha256: str) -> int:
    most = MOST_OF_SDF if format == "sdf" else MOST
    records = estimate_records(path, format, PARTITIONS * most)
    return UNKNOWN if records is None else rows_for(records, most)


def rows_for(records: int, most: int = MOST) -> int:
    """Return how many of so many records make a partition."""
    return min(max(-(-records // PARTITIONS), LEAST), most)
