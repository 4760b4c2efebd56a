"""What is wrong or remarkable in a file of results: found, expected, done with it, what to do."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from screening.objective.wells import Well
from screening.results.reading.well_names import well_name

Severity = Literal["refused", "left out", "told"]
"""The consequence: a whole plate or file was refused, some wells or values were left out, or all
were kept."""
SEVERITIES: tuple[Severity, ...] = ("refused", "left out", "told")
MOST_NAMED = 8
"""The most wells that a sentence names."""


class Finding(NamedTuple):
    """One finding about a file, a plate, or some wells or compounds of it."""

    severity: Severity
    what: str
    """The kind, such as ``unknown plate``; equal kinds are grouped in summaries."""
    plate: str
    """Empty if it is not about one plate."""
    wells: tuple[str, ...]
    """Names of the wells, or the IDs of the compounds if the file has one row per compound."""
    found: str
    expected: str
    done: str
    advice: str

    def __str__(self) -> str:
        place = " ".join(text for text in (self.plate, tell_wells(self.wells)) if text)
        about = f"{place}: " if place else ""
        told = f"{about}found {self.found}, expected {self.expected}; {self.done}"
        return f"{self.what}: {told}; {self.advice}" if self.advice else f"{self.what}: {told}"


def named(wells: Iterable[Well]) -> tuple[str, ...]:
    """Return the names of wells, row by row."""
    return tuple(well_name(well) for well in sorted(wells))


def tell_wells(wells: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, and how many more there are.

    >>> tell_wells(["A01", "A02", "A03"], 2)
    'A01, A02 and 1 more'
    """
    shown = ", ".join(wells[:most])
    return f"{shown} and {len(wells) - most:,} more" if len(wells) > most else shown
