"""Finds what a hit's parts can react with: reagents of a library, and parts of its compounds.

A reagent that the library has can be ordered by its ID, so it comes first. Where a library has few
reagents of a kind, those count, too, of which several of its compounds could have been made: such a
reagent is known to react and to be had, but not where.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import NamedTuple

import pandas as pd

from chem.analogs.couplings import Disconnection, heavy_atoms, reagents_of
from chem.analogs.reactions import GROUPS, Group, Reaction
from chem.analogs.reagents import NONE, ONE, Counts, count_groups, is_reagent, may_be_bought
from chem.assess.similarity import nearest
from chem.features.fingerprints import morgan_bits
from chem.structure.valid_smiles import read_molecules
from screening.analogs.found import Record
from screening.analogs.search import Progress
from screening.storage.cached_tables import cached_table

FEW = 20
"""Reagents of the library that fit, below which parts of its compounds are taken, too."""
MOST_GROWN = 6
"""Heavy atoms that a reagent may have more than the one that it replaces."""
LEAST_MADE = 2
"""Compounds of the sample that a part occurs in at least."""
_FOLDER = "reagents"
_RULES = "1"
"""The number of the rules by which reagents are found."""
_GROUP_COLUMNS = {"compound": "int64", "size": "int64", "group": "str", "count": "int64"}
_PART_COLUMNS = {"compound": "int64", "first": "str", "second": "str"}
_BLOCK = 200


class Partner(NamedTuple):
    """What a part of a hit reacts with."""

    smiles: str
    source: str
    """``reagent ID`` if the library has it; ``cut from ID`` if it is a part of a compound."""


class _Shelf(NamedTuple):
    """Reagents of one side of a reaction, the smallest first."""

    partners: tuple[Partner, ...]
    sizes: tuple[int, ...]
    """Heavy atoms of each."""

    def near(self, smiles: str, most: int) -> list[Partner]:
        """Return those of at most so many heavy atoms, by falling similarity to a reagent."""
        some = self.partners[: bisect_right(self.sizes, most)]
        bits = morgan_bits([one.smiles for one in some])
        found = nearest(morgan_bits([smiles]), bits, len(some))
        return [some[at] for at in found.rows[0].tolist()]


class _Compound(NamedTuple):
    """A compound that has groups which react."""

    at: int
    """Its place in the sample."""
    size: int
    """Heavy atoms."""
    counts: Counts


class Partners:
    """The reagents for each side of each reaction.

    Args:
        sample: Compounds of a library among which reagents are looked for.
        taken_apart: Compounds of which parts are taken.
        progress: A callback that is told the progress.
    """

    def __init__(
        self,
        sample: Sequence[Record],
        taken_apart: Sequence[Record],
        progress: Progress | None = None,
    ) -> None:
        self._sample = sample
        self._taken_apart = taken_apart
        self._progress = progress
        self._reagents = _find_reagents([one.smiles for one in sample], progress)
        self._shelves: dict[tuple[str, int, bool], _Shelf] = {}

    def near(self, way: Disconnection) -> Iterator[Partner]:
        """Yield the reagents that may replace one, those that the library has first.

        They have at most as many heavy atoms as the larger of the old one and of what is kept, and
        at most ``MOST_GROWN`` more than the old one. The most similar to the old one come first.
        """
        old = heavy_atoms(way.replaced)
        most = min(max(heavy_atoms(way.kept), old), old + MOST_GROWN)
        named = self._shelf(way.reaction, way.side, False).near(way.replaced, most)
        yield from named
        if len(named) < FEW:
            have = {one.smiles for one in named}
            parts = self._shelf(way.reaction, way.side, True).near(way.replaced, most)
            yield from (one for one in parts if one.smiles not in have)

    def _shelf(self, reaction: Reaction, side: int, is_cut: bool) -> _Shelf:
        at = reaction.name, side, is_cut
        if at not in self._shelves:
            make = self._parts if is_cut else self._named
            sized = sorted(make(reaction, side), key=lambda pair: pair[0])
            sizes, partners = tuple(size for size, _ in sized), tuple(one for _, one in sized)
            self._shelves[at] = _Shelf(partners, sizes)
        return self._shelves[at]

    def _named(self, reaction: Reaction, side: int) -> Iterator[tuple[int, Partner]]:
        """Yield the reagents that the library has, each after its number of heavy atoms."""
        for at, size, counts in self._reagents[reaction.groups[side]]:
            if is_reagent(counts, reaction, side):
                one = self._sample[at]
                yield size, Partner(one.smiles, f"reagent {_name(one)}")

    def _parts(self, reaction: Reaction, side: int) -> Iterator[tuple[int, Partner]]:
        """Yield the reagents of which several compounds could have been made, as above."""
        smiles = [one.smiles for one in self._taken_apart]
        parts = _take_apart(smiles, reaction, self._progress)
        by_reagent = parts.groupby(("first", "second")[side])["compound"]
        found = by_reagent.agg(["nunique", "min"]).reset_index(names="reagent")
        found = found[found["nunique"] >= LEAST_MADE].sort_values(["min", "reagent"])
        for text, at in zip(found["reagent"], found["min"], strict=True):
            source = f"cut from {_name(self._taken_apart[int(at)])}"
            yield heavy_atoms(str(text)), Partner(str(text), source)


def _name(one: Record) -> str:
    return one.compound_id or f"row {one.row}"


def _find_reagents(
    smiles: Sequence[str], progress: Progress | None
) -> dict[Group, list[_Compound]]:
    """Return the compounds that have exactly one of each group."""

    def compute() -> pd.DataFrame:
        rows = []
        for at, mol in enumerate(read_molecules(smiles)):
            size = mol.GetNumHeavyAtoms()
            counts = count_groups(mol) if may_be_bought(mol) else {}
            rows += [(at, size, one.name, count) for one, count in counts.items() if count != NONE]
            if progress is not None and at % _BLOCK == 0:
                progress("find reagents", at, len(smiles))
        return pd.DataFrame(rows, columns=list(_GROUP_COLUMNS))

    groups = (f"{one.name} {one.found}" for one in GROUPS)
    made_of = "\n".join([_RULES, version("rdkit"), *groups, *smiles])
    table = cached_table(_FOLDER, made_of, _GROUP_COLUMNS, compute)
    by_name = {group.name: group for group in GROUPS}
    known: dict[int, Counts] = defaultdict(lambda: dict.fromkeys(GROUPS, NONE))
    found: dict[Group, list[_Compound]] = {group: [] for group in GROUPS}
    columns = (table[name].tolist() for name in _GROUP_COLUMNS)
    for at, size, name, count in zip(*columns, strict=True):
        known[at][by_name[name]] = count
        if count == ONE:
            found[by_name[name]].append(_Compound(at, size, known[at]))
    return found


def _take_apart(
    smiles: Sequence[str], reaction: Reaction, progress: Progress | None
) -> pd.DataFrame:
    """Return the reagents of which each compound can be made by a reaction."""

    def compute() -> pd.DataFrame:
        rows = []
        for at, mol in enumerate(read_molecules(smiles)):
            pairs = reagents_of(mol, reaction) if may_be_bought(mol) else set()
            rows += [(at, *pair) for pair in sorted(pairs)]
            if progress is not None and at % _BLOCK == 0:
                progress("take compounds apart", at, len(smiles))
        return pd.DataFrame(rows, columns=list(_PART_COLUMNS))

    groups = [text for one in reaction.every_group for text in (one.found, one.written)]
    rules = [_RULES, version("rdkit"), reaction.name, reaction.bond, reaction.product, *groups]
    return cached_table(_FOLDER, "\n".join([*rules, *smiles]), _PART_COLUMNS, compute)
