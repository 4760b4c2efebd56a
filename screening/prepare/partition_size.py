"""The size of partitions where none is asked for: it follows from the size of the library alone.

A partition costs something of its own, so a large library has large ones: 600,000 molecules that
were prepared before were screened 1.07 times as fast in 20,000 rows as in 5,000. A small library
has small ones, so that every core has work. No result depends on the partition size.
"""

from functools import lru_cache
from pathlib import Path

from chem.library.read import Library, estimate_records

LEAST, MOST = 500, 20_000
MOST_OF_SDF = 5_000
"""A record of an SD file is a hundred times as long as a SMILES, and waits in memory."""
MOST_TEXT = 64_000_000
"""Characters of a partition as the first records promise: some partitions wait in memory."""
UNKNOWN = 5_000
"""Where the number of records cannot be told without reading them."""
PARTITIONS = 10
"""So many are cut, as long as they have neither fewer nor more rows than that."""


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
