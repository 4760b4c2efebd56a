"""Computes rates from times, and compares them with the rate of RDKit's parser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, TypeVar

Result = TypeVar("Result")
Group = Literal["RDKit", "hitlist", "peers"]


@dataclass(frozen=True)
class Cost:
    """The time and memory that some molecules took."""

    molecules: int
    seconds: float
    memory_mb: float = 0.0
    """The peak memory of all processes together, in millions of bytes."""


@dataclass(frozen=True)
class Speed:
    """The measured speed of a stage or a program."""

    what: str
    group: Group
    molecules: int
    """The larger number of molecules that was timed."""
    cores: int
    rate: float | None
    """Molecules per second, all cores together; None if there is no rate."""
    parsing: float
    """Molecules per second that RDKit alone parsed just before and after, all cores together."""
    memory_mb: float | None = None
    """The peak memory of all processes, in millions of bytes; None if it was not measured."""

    @property
    def label(self) -> str:
        """The group and the stage, such as ``hitlist: prepare``, or the name of a peer."""
        return self.what if self.group == "peers" else f"{self.group}: {self.what}"

    @property
    def per_core(self) -> float | None:
        """Molecules per second and core."""
        return None if self.rate is None else self.rate / self.cores

    @property
    def ratio(self) -> float | None:
        """The rate as a multiple of the parse-only rate."""
        return None if self.rate is None else self.rate / self.parsing


def rate_between(small: Cost, large: Cost) -> float | None:
    """Return the molecules per second from the difference of two costs, so start-up cancels out.

    Returns None if the larger number took no longer: the numbers are too small, or the machine was
    busy.
    """
    longer = large.seconds - small.seconds
    return (large.molecules - small.molecules) / longer if longer > 0 else None


def median_round(rounds: Sequence[Speed]) -> Speed:
    """Return the measurement with the median ratio (of an even number, the lower of the middle)."""
    told = sorted((speed for speed in rounds if speed.ratio is not None), key=_ratio)
    return told[(len(told) - 1) // 2] if told else rounds[0]


def _ratio(speed: Speed) -> float:
    return speed.ratio or 0.0


class Yardstick:
    """The parse-only rate, which is measured before and after every other measurement.

    The speed of a shared machine changes from minute to minute, so each measurement is compared
    with the mean of the two parse-only rates around it.
    """

    def __init__(self, measure: Callable[[], float]) -> None:
        self._measure = measure
        self.rates = [measure()]
        """Every parse-only rate that was measured, molecules per second, all cores together."""

    def around(self, work: Callable[[], Result]) -> tuple[Result, float]:
        """Do some work; return its result and the mean parse-only rate around it."""
        result = work()
        self.rates.append(self._measure())
        return result, fmean(self.rates[-2:])
