"""Makes analogs of a hit that no library has, by reactions and with other substituents.

What is hard to make, gains an unstable group, or is in the list already, is left out.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from chem.analogs.unstable_groups import unstable_groups
from chem.assess.accessibility import accessibility
from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from chem.structure.valid_smiles import read_molecule
from screening.analogs.enumerated import ENUMERATED, enumerate_analogs
from screening.analogs.found import Analog, Record, read_records
from screening.analogs.partners import Partners
from screening.analogs.query import Query
from screening.analogs.reacted import REACTION, react
from screening.analogs.search import Progress
from screening.prepare.prepared import Prepared
from screening.prepare.prepared_rows import hash_key

T = TypeVar("T")
SAMPLE = 5000
"""Compounds of a library among which reagents are looked for."""
TAKEN_APART = 1000
"""Compounds of a library whose parts are taken: substituents, and parts that a reaction leaves."""
MADE_PER_ANALOG = 3
"""Analogs that are made and scored for each that is wanted."""
HARDEST = 4.5
"""The highest synthetic accessibility by default; 1 is easy, 10 is hard."""


class Wanted(NamedTuple):
    """Which analogs are made."""

    enumerated: int = 0
    """The most analogs with other substituents; 0 for none."""
    reactions: int = 0
    """The most analogs that are made by reactions; 0 for none."""
    hardest: float = HARDEST
    """The highest synthetic accessibility."""

    @property
    def kept(self) -> dict[str, int]:
        """The kinds of analogs that are made, and the most that are kept of each."""
        return {REACTION: self.reactions, ENUMERATED: self.enumerated}


class NewMolecules:
    """Tells whether a made molecule is wanted: it is new, stable, and easy enough to make."""

    def __init__(self, query: Query, known: Iterable[Analog], hardest: float) -> None:
        keys = (standardize(one.smiles, "smiles") for one in known)
        self._seen = {query.key}
        self._seen |= {hash_key(one.key) for one in keys if not isinstance(one, Failure)}
        self._hardest = hardest
        self._unstable = unstable_groups(read_molecule(query.smiles))

    def __call__(self, mol: Standardized) -> bool:
        """Tell whether a molecule is wanted, and remember that it was seen."""
        key = hash_key(mol.key)
        if key in self._seen:
            return False
        self._seen.add(key)
        if unstable_groups(read_molecule(mol.smiles)) - self._unstable:
            return False
        return accessibility([mol.smiles])[0] <= self._hardest


def make_analogs(
    prepared: Prepared,
    query: Query,
    known: Iterable[Analog],
    wanted: Wanted,
    progress: Progress | None = None,
) -> tuple[list[Analog], list[str]]:
    """Return made analogs, none of them known, and what to tell.

    Of each kind ``MADE_PER_ANALOG`` are made for each that is wanted. A molecule that is made by a
    reaction is not made again with a substituent.

    Args:
        prepared: The library from which reagents and substituents are taken.
        query: The hit.
        known: Analogs that are in the list already.
        wanted: How many, and how hard to make.
        progress: A callback that is told the progress.

    Raises:
        StoreError: A file of the library is missing or damaged.
    """
    if not any(wanted.kept.values()):
        return [], []
    sample = read_sample(prepared)
    taken_apart = evenly_spaced(sample, TAKEN_APART)
    is_wanted = NewMolecules(query, known, wanted.hardest)
    made: list[Analog] = []
    notes: list[str] = []
    if wanted.reactions:
        partners = Partners(sample, taken_apart, progress)
        most = MADE_PER_ANALOG * wanted.reactions
        made, notes = react(query, partners, is_wanted, most, progress)
    if wanted.enumerated:
        texts = [one.smiles for one in taken_apart]
        most = MADE_PER_ANALOG * wanted.enumerated
        made += enumerate_analogs(query, texts, is_wanted, most, progress)
    return made, notes


def read_sample(prepared: Prepared) -> list[Record]:
    """Return the compounds of evenly spaced rows of a library: they depend on no partitions."""
    rows = evenly_spaced(range(1, prepared.rows + 1), SAMPLE)
    return list(read_records(prepared, rows, b"").values())


def evenly_spaced(all_of_them: Sequence[T], most: int) -> list[T]:
    """Return at most so many items of a sequence.

    >>> evenly_spaced(range(10), 4)
    [0, 3, 6, 9]
    """
    count = len(all_of_them)
    at = np.linspace(0, max(count - 1, 0), min(most, count)).astype(np.int64)
    return [all_of_them[one] for one in at.tolist()]
