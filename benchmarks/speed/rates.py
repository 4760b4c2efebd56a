"""Rates out of times, and the yardstick that they are told in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, TypeVar

Result = TypeVar("Result")
Group = Literal["RDKit", "hitlist", "peers"]


@dataclass(frozen=True)
class Cost:
    """Time and memory that some molecules took."""

    molecules: int
    seconds: float
    memory_mb: float = 0.0
    """Millions of bytes that all processes held together at most."""


@dataclass(frozen=True)
class Speed:
    """One thing that was measured."""

    what: str
    group: Group
    molecules: int
    """The larger number of molecules that was timed."""
    cores: int
    rate: float | None
    """Molecules per second, all cores together; None where no rate could be told."""
    parsing: float
    """Molecules per second that RDKit alone parsed just before and after, all cores together."""
    memory_mb: float | None = None
    """Millions of bytes that all processes held at most; None where that was not measured."""

    @property
    def label(self) -> str:
        """Whose it is, and what: ``hitlist: prepare``; a peer's name says both."""
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
    """Return molecules per second of what the larger number took longer: start-up falls out.

    None where it took no longer: the numbers are too small, or the machine was busy.
    """
    longer = large.seconds - small.seconds
    return (large.molecules - small.molecules) / longer if longer > 0 else None


def median_round(rounds: Sequence[Speed]) -> Speed:
    """Return the measurement of median ratio (of two, the lower one)."""
    told = sorted((speed for speed in rounds if speed.ratio is not None), key=_ratio)
    return told[(len(told) - 1) // 2] if told else rounds[0]


def _ratio(speed: Speed) -> float:
    return speed.ratio or 0.0


class Yardstick:
    """The parse-only rate, measured before and after whatever else is measured.

    A shared machine is faster one minute and slower the next; what stands between two
    measurements is compared with their mean.
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
