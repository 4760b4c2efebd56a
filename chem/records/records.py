"""Defines the records that come out of a library file: one for each entry, good or bad."""

from typing import Literal, NamedTuple

StructureFormat = Literal["smiles", "molblock"]


class Failure(NamedTuple):
    """The reasons why a molecule was not accepted: a value, never an exception."""

    stage: str
    """The stage that failed: ``read``, ``parse``, ``standardize``, ``featurize``, or ``isolate``
    (it took too much time or memory, or crashed RDKit)."""
    code: str
    """A short, stable word by which failures are counted, such as ``invalid_valence``."""
    detail: str
    """One line for a person."""


class Record(NamedTuple):
    """One entry of a library, exactly as the file has it."""

    row: int
    """1-based number of the data record (a header does not count)."""
    compound_id: str
    """Text as written (``007``, ``NA`` and ``1E5`` stay so); ``row<N>`` where the file has none."""
    name: str
    """Name of the compound, or ``""``."""
    structure: str
    """SMILES as written, or a molblock."""
    format: StructureFormat
    extra: dict[str, str]
    """The other columns (or SD fields), in their order, which travel with the compound."""
    problem: Failure | None = None
    """Set if the entry itself could not be read."""


def text_size(record: Record) -> int:
    """Return the number of characters of a record, without the names of its columns."""
    own = len(record.structure) + len(record.compound_id) + len(record.name)
    return own + sum(map(len, record.extra.values()))
