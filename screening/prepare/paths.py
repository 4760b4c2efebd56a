"""Paths of partitions and scores: in folders of this machine, or below a store.

Ledgers are in the folders in either case.
"""

from pathlib import Path

from chem.disk.allowed_roots import named_address
from chem.library.read import Library
from data.catalogue.fetch import cache_folder
from screening.prepare.partition_size import rows_of_partition
from screening.prepare.prepare import prepare_purpose
from screening.storage.ledger import hash_purpose
from screening.storage.store import Store


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
