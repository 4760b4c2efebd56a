"""What one molecule may take before it is quarantined."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from chem.errors import InputError

SECONDS_VARIABLE = "HITLIST_MOLECULE_SECONDS"


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
