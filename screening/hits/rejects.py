"""What did not become a candidate, and why: ``rejects.csv`` and ``duplicates.csv``."""

from collections.abc import Iterable
from pathlib import Path

from screening.hits.csvfile import write_csv
from screening.rank.scored_frames import Duplicate, Reject


def write_rejects(path: Path, rejects: Iterable[Reject]) -> int:
    """Write rejects as they come and return their number."""
    return write_csv(path, Reject._fields, rejects)


def write_duplicates(path: Path, duplicates: Iterable[Duplicate]) -> int:
    """Write duplicates as they come and return their number."""
    return write_csv(path, Duplicate._fields, duplicates)
