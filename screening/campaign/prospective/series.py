"""Series of similar compounds of a campaign: where the model is right, and where it is not."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chem.assess.clusters import clusters
from chem.errors import InputError
from chem.structure.valid_smiles import read_molecule
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.statistics import FEWEST, Share, share_of
from screening.results.reading.plate_plan import PACTIVITY


class Series(NamedTuple):
    """The compounds of one series with a value on one target."""

    number: int
    """From 1, in the order in which series were met."""
    target: str
    n: int
    """Compounds with a value."""
    exact: int
    """Those whose error is known."""
    bias: float
    """The mean error in pActivity; NaN without exact values."""
    bias_error: float
    coverage: Share
    best: Comparison
    """The compound with the highest value."""


def number_series(rows: Sequence[Comparison]) -> dict[str, int]:
    """Return the number of each structure's series, by SMILES, over all compounds of a campaign.

    A structure that cannot be read is in series 0.
    """
    found = dict.fromkeys((one.row.smiles for one in rows), 0)
    readable = [text for text in found if _is_readable(text)]
    return {**found, **dict(zip(readable, clusters(readable), strict=True))}


def compare_series(rows: Sequence[Comparison], numbers: dict[str, int]) -> list[Series]:
    """Return the series of ``FEWEST`` or more compounds with a value by target, largest first."""
    groups: dict[tuple[str, int], list[Comparison]] = defaultdict(list)
    for one in rows:
        if number := numbers[one.row.smiles]:
            groups[one.target, number].append(one)
    found = [
        _series(number, target, own)
        for (target, number), own in groups.items()
        if len({one.row.key for one in own}) >= FEWEST
    ]
    return sorted(found, key=lambda one: (one.target, -one.n, one.number))


def _series(number: int, target: str, rows: Sequence[Comparison]) -> Series:
    exact = [one for one in rows if one.is_exact]
    errors = np.array([one.error for one in exact])
    inside = sum(one.agreement == "inside" for one in exact)
    bias = float(errors.mean()) if exact else math.nan
    spread = float(errors.std(ddof=1) / math.sqrt(len(exact))) if len(exact) > 1 else math.nan
    coverage = share_of(inside, len(exact))
    best = max(rows, key=_worth)
    return Series(number, target, len(rows), len(exact), bias, spread, coverage, best)


def _worth(one: Comparison) -> tuple[bool, bool, float]:
    """Order values: potencies before inhibitions, and upper bounds last."""
    return one.row.unit == PACTIVITY, one.row.qualifier != "<", one.row.value


def _is_readable(smiles: str) -> bool:
    try:
        return bool(smiles) and read_molecule(smiles).GetNumAtoms() > 0
    except InputError:
        return False
