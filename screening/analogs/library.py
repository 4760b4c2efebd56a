"""Opens a prepared library to search it."""

from dataclasses import replace

from screening.prepare.prepared import SUMMARY, Prepared
from screening.storage.in_use import mark_in_use
from screening.storage.ledger import Ledger


def open_prepared(prepared: Prepared) -> Prepared:
    """Return a prepared library whose files are compared with their hashes when they are read."""
    mark_in_use(prepared.folder / SUMMARY)
    return replace(prepared, store=Ledger.read(prepared.folder, prepared.store).store)
