"""Short parts of a hit's sentence, and their order."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple


class Place(IntEnum):
    """Where a part stands in the sentence."""

    STRENGTH = 0
    CONTRADICTION = 1
    """A measurement that contradicts the prediction: before all other warnings."""
    WARNING = 2


class Part(NamedTuple):
    """A part of the sentence."""

    place: Place
    text: str


Parts = Iterator[Part]


def joined(parts: Iterable[Part]) -> str:
    """Return every part in one sentence: by place, otherwise in the order given.

    >>> joined([Part(Place.WARNING, "hERG risk 0.71"), Part(Place.STRENGTH, "potent")])
    'potent; hERG risk 0.71'
    """
    return "; ".join(part.text for part in sorted(parts, key=lambda part: part.place))
