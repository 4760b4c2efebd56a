"""Makes analogs of a hit that no library has: with the substituents of a library's own compounds.

A substituent is put where the library has it on the same kind of atom, the most frequent ones
first. What looks hard to make is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np

from chem.analogs.replacements import Replacement, attachment, replacements
from chem.analogs.single_cuts import HYDROGEN
from chem.assess.accessibility import accessibility
from chem.records.records import Failure
from chem.structure.standardize import standardize
from screening.analogs.cuts import cut_compounds
from screening.analogs.found import Analog, describe, read_records
from screening.analogs.query import Query
from screening.analogs.search import Progress
from screening.prepare.prepared import Prepared
from screening.prepare.prepared_rows import hash_key

ENUMERATED = "enumerated"
SAMPLE = 1000
"""Compounds of a library whose substituents are taken."""
LEAST_SEEN = 2
"""Compounds of the sample in which a substituent occurs at least."""
MADE_PER_ANALOG = 3
"""Analogs that are made and scored for each that is wanted."""
HARDEST = 4.5
"""The highest synthetic accessibility by default; 1 is easy, 10 is hard."""


class Wanted(NamedTuple):
    """Which analogs are made."""

    limit: int
    """The most analogs; 0 for none."""
    hardest: float = HARDEST
    """The highest synthetic accessibility."""


def enumerate_analogs(
    prepared: Prepared,
    query: Query,
    known: Iterable[Analog],
    wanted: Wanted,
    progress: Progress | None = None,
) -> list[Analog]:
    """Return made analogs, ``MADE_PER_ANALOG`` for each that is wanted, none of them known.

    Args:
        prepared: The library whose substituents are taken.
        query: The hit.
        known: Analogs that are in the list already.
        wanted: How many, and how hard to make.
        progress: A callback that is told the progress.

    Raises:
        StoreError: A file of the library is missing or damaged.
    """
    if not wanted.limit:
        return []
    seen = {query.key, *(_key(one.smiles) for one in known)}
    made: dict[str, Replacement] = {}
    source = replacements(
        [place.cut for place in query.places], common_substituents(prepared, progress)
    )
    new = (one for one in source if _is_new(one, seen, wanted.hardest))
    for one in islice(new, MADE_PER_ANALOG * wanted.limit):
        made[one.mol.smiles] = one
        if progress is not None:
            progress("make analogs", len(made), None)
    told = describe(query, list(made))
    return [
        Analog("", smiles, (ENUMERATED,), similarity, one.change, one.core)
        for (smiles, one), (similarity, *_) in zip(made.items(), told, strict=True)
    ]


def _key(smiles: str) -> bytes:
    found = standardize(smiles, "smiles")
    return b"" if isinstance(found, Failure) else hash_key(found.key)


def _is_new(one: Replacement, seen: set[bytes], hardest: float) -> bool:
    """Tell whether a molecule is new and easy enough to make; remember that it was seen."""
    key = hash_key(one.mol.key)
    if key in seen:
        return False
    seen.add(key)
    return accessibility([one.mol.smiles])[0] <= hardest


def common_substituents(
    prepared: Prepared, progress: Progress | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the substituents of a library, the most frequent ones first, and what carries them.

    A hydrogen comes first. The sample is of evenly spaced rows, so it does not depend on the
    partitions.
    """
    rows = np.unique(np.linspace(1, prepared.rows, min(SAMPLE, prepared.rows)).astype(np.int64))
    records = read_records(prepared, rows.tolist(), b"")
    cuts = cut_compounds([one.smiles for one in records.values()], progress)
    counts: Counter[str] = Counter()
    carriers: dict[str, set[str]] = defaultdict(set)
    pairs = cuts.drop_duplicates(["compound", "substituent"])
    counts.update(pairs["substituent"].tolist())
    for core, substituent in zip(cuts["core"], cuts["substituent"], strict=True):
        carriers[substituent].add(attachment(core))
    order = sorted(counts, key=lambda text: (-counts[text], text))
    common = [text for text in order if counts[text] >= LEAST_SEEN and text != HYDROGEN]
    return [(HYDROGEN, ()), *((text, tuple(sorted(carriers[text]))) for text in common)]
