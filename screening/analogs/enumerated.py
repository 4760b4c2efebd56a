"""Makes analogs of a hit that no library has: with the substituents of a library's own compounds.

A substituent is put where the library has it on the same kind of atom, the most frequent ones
first. What looks hard to make is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import islice

from chem.analogs.replacements import Replacement, replacements
from chem.analogs.single_cuts import HYDROGEN
from chem.structure.standardize import Standardized
from screening.analogs.cuts import cut_compounds
from screening.analogs.found import Analog, similarity_to
from screening.analogs.query import Query
from screening.analogs.search import Progress

ENUMERATED = "enumerated"
LEAST_SEEN = 2
"""Compounds of the sample in which a substituent occurs at least."""


def enumerate_analogs(
    query: Query,
    sample: Sequence[str],
    is_wanted: Callable[[Standardized], bool],
    most: int,
    progress: Progress | None = None,
) -> list[Analog]:
    """Return made analogs.

    Args:
        query: The hit.
        sample: SMILES of the compounds whose substituents are taken.
        is_wanted: Tells whether a molecule is new and easy enough to make.
        most: The most analogs.
        progress: A callback that is told the progress.
    """
    made: dict[str, Replacement] = {}
    source = replacements(
        [place.cut for place in query.places], common_substituents(sample, progress)
    )
    for one in islice((one for one in source if is_wanted(one.mol)), most):
        made[one.mol.smiles] = one
        if progress is not None:
            progress("make analogs", len(made), None)
    return [
        Analog("", smiles, (ENUMERATED,), similarity, one.change, one.core)
        for (smiles, one), similarity in zip(
            made.items(), similarity_to(query, list(made)), strict=True
        )
    ]


def common_substituents(
    sample: Sequence[str], progress: Progress | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the substituents of some compounds, the most frequent first, and what carries them.

    A hydrogen comes first.
    """
    cuts = cut_compounds(sample, progress)
    counts: Counter[str] = Counter()
    carriers: dict[str, set[str]] = defaultdict(set)
    pairs = cuts.drop_duplicates(["compound", "substituent"])
    counts.update(pairs["substituent"].tolist())
    carried = cuts[["substituent", "carrier"]].drop_duplicates()
    for substituent, carrier in carried.itertuples(index=False):
        carriers[substituent].add(carrier)
    order = sorted(counts, key=lambda text: (-counts[text], text))
    common = [text for text in order if counts[text] >= LEAST_SEEN and text != HYDROGEN]
    return [(HYDROGEN, ()), *((text, tuple(sorted(carriers[text]))) for text in common)]
