"""What did not become a candidate, and why: ``rejects.csv`` and ``duplicates.csv``."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from screening.hits.csvfile import write_csv


class Reject(NamedTuple):
    """A record that could not be used."""

    row: int
    compound_id: str
    input_smiles: str
    """As the library has it; empty where the structure was a molblock."""
    stage: str
    """``read``, ``parse``, ``standardize`` or ``featurize``."""
    code: str
    detail: str


class Duplicate(NamedTuple):
    """A record whose compound came before: its key is equal. It is not a reject."""

    row: int
    compound_id: str
    input_smiles: str
    first_row: int
    first_compound_id: str
    why: str
    """A word of ``chem.structure.same_compound.EQUALITIES``: what differs between the two as they
    came; empty where that is not known."""


def write_rejects(path: Path, rejects: Iterable[Reject]) -> int:
    """Write rejects as they come and return their number."""
    return write_csv(path, Reject._fields, rejects)


def write_duplicates(path: Path, duplicates: Iterable[Duplicate]) -> int:
    """Write duplicates as they come and return their number."""
    return write_csv(path, Duplicate._fields, duplicates)
