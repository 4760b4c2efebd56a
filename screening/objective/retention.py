"""How long runs are kept, and how large the cache may become: a screen's ``[retention]`` table.

It says nothing about the compounds. Therefore no key, hash or output of a run contains it.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from screening.objective.terms import Strict

DAY = 86_400.0
"""Seconds."""
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([kMGT]?)(i?)B", re.ASCII)
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?([hdw])", re.ASCII)
_POWERS = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4}
_SECONDS = {"h": 3600.0, "d": DAY, "w": 7 * DAY}


def read_size(text: str) -> int:
    """Return the bytes of a size such as ``50GB``, ``1.5 TB`` or ``512MiB``.

    >>> read_size("50GB"), read_size("1.5 TB"), read_size("1kiB")
    (50000000000, 1500000000000, 1024)

    Raises:
        ValueError: It is no such size.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no size; write it as "50GB", "1.5TB" or "500MB"')
    return int(float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2]])


def read_age(text: str) -> float:
    """Return the seconds of an age such as ``30d``, ``12h`` or ``8w``.

    >>> read_age("30d"), read_age("12 h")
    (2592000.0, 43200.0)

    Raises:
        ValueError: It is no such age.
    """
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no age; write it as "30d", "12h" or "8w"')
    return float(match[1]) * _SECONDS[match[2]]


def _checked_size(text: str) -> str:
    read_size(text)
    return text


class Retention(Strict):
    """The table ``[retention]`` of a screen. A key that is not given removes nothing."""

    keep_runs: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The number of the screen's newest finished runs that are kept."""
    keep_days: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """The age in days from which a run of the screen is removed."""
    most_cache: Annotated[str, AfterValidator(_checked_size)] | None = None
    """The most that prepared libraries, shared scores and dead folders may hold, such as ``50GB``;
    those that were used longest ago go first."""

    @property
    def most_bytes(self) -> int | None:
        """``most_cache`` in bytes."""
        return None if self.most_cache is None else read_size(self.most_cache)

    @property
    def seconds(self) -> float | None:
        """``keep_days`` in seconds."""
        return None if self.keep_days is None else self.keep_days * DAY
