"""Opens a prepared library whose partitions are compared with their hashes when they are read."""

from dataclasses import replace
from pathlib import Path

from chem.errors import InputError
from chem.library.read import Library
from screening.prepare.prepared import SUMMARY, Prepared, read_summary
from screening.prepare.prepared_location import prepared_folder
from screening.storage.in_use import mark_in_use
from screening.storage.ledger import Ledger


def open_library_index(library: Library, folder: Path | None = None) -> Prepared:
    """Open the prepared form of a library.

    folder: the folder of its ledger; by default that of the cache.

    Raises InputError if it is not prepared yet.
    """
    folder = folder or prepared_folder(library)
    mark_in_use(folder / SUMMARY)
    prepared = read_summary(folder)
    if prepared is None or prepared.sha256 != library.sha256:
        raise InputError(
            f"{library.path.name} is not prepared, so it has no index to search; prepare it with "
            f"`hitlist prepare {library.path}`"
        )
    return replace(prepared, store=Ledger.read(folder, prepared.store).store)
