"""Short phrases of a hit's sentence, and their order."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple


class Place(IntEnum):
    """Where a phrase stands in the sentence."""

    VERDICT = 0
    """What is predicted of a primary target, what contradicts it, or that it is not to be relied
    on: it is read first, also where a sentence is cut."""
    STRENGTH = 1
    FACT = 2
    """Neither good nor bad."""
    WARNING = 3


class Phrase(NamedTuple):
    """A phrase of the sentence."""

    place: Place
    text: str


Phrases = Iterator[Phrase]


def joined(phrases: Iterable[Phrase]) -> str:
    """Return every phrase in one sentence: by place, otherwise in the order given.

    >>> joined([Phrase(Place.WARNING, "hERG risk 0.71"), Phrase(Place.VERDICT, "potent on EGFR")])
    'potent on EGFR; hERG risk 0.71'
    """
    return "; ".join(phrase.text for phrase in sorted(phrases, key=lambda phrase: phrase.place))


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words.

    >>> listed(["AURKA"]), listed(["AURKA", "CDK2", "INSR"])
    ('AURKA', 'AURKA, CDK2 and INSR')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
