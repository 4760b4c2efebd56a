"""Tells how many hits of a list are expected to be active, with an interval.

A hit counts as active at half of its primary term's desirability. Errors of similar compounds go
together: if a series is predicted too potent, all its compounds mostly are. So the number of active
hits is far less certain than with independent errors, and the interval of a list with large series
is wider than that of a diverse list (:mod:`gnn.calibration.shared_error`).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from chem.records.message_text import counted
from gnn.calibration.shared_error import correlations_among
from screening.objective.screen_settings import Screen
from screening.score.card_facts import ErrorCorrelations
from screening.score.error_likeness import likeness_of
from screening.score.predicted_columns import PACTIVITY, Limits, bundle_of, unit_of

Floats = npt.NDArray[np.float64]
MOST = 1000
"""Longest list whose similarities are compared, which takes a second."""
_DRAWS = 4000
"""Draws of all errors together. They come from a seed, so a list has one interval."""
_ENDS = (5.0, 95.0)


class Expected(NamedTuple):
    """The expected number of active hits."""

    hits: int
    mean: float
    low: float
    """5th percentile, if errors go together as they did on held-out rows."""
    high: float
    independent: tuple[float, float]
    """The same interval if errors were independent."""


def expect_actives(mean: Floats, std: Floats, level: float, correlations: Floats) -> Expected:
    """Return the expected number of hits at or above a level.

    Args:
        mean: The predictions [n].
        std: Their standard deviations [n].
        level: The value from which a hit is active.
        correlations: The correlations [n, n] of the errors.
    """
    away = (mean - level) / np.maximum(std, 1e-9)
    generator = np.random.default_rng(0)
    own = generator.standard_normal((_DRAWS, len(mean)))
    values, vectors = np.linalg.eigh(correlations)
    # Interpolated correlations need not be those of any errors: negative parts are cut off, and
    # each error is brought back to its own size.
    root = vectors * np.sqrt(np.clip(values, 0, None))
    root /= np.maximum(np.linalg.norm(root, axis=1, keepdims=True), 1e-9)
    together = own @ root.T
    low, high = np.percentile((together >= -away).sum(axis=1), _ENDS)
    alone = np.percentile((own >= -away).sum(axis=1), _ENDS)
    expected = float(ndtr(away).sum())
    return Expected(len(mean), expected, low, high, (float(alone[0]), float(alone[1])))


def tell_expected(
    hits: pd.DataFrame,
    screen: Screen,
    units: Mapping[str, str],
    known: Mapping[str, ErrorCorrelations],
    limits: Limits,
) -> Iterator[str]:
    """Yield a sentence for each primary pActivity whose errors are known to go together.

    Lists of one hit, and of more than ``MOST``, get none.
    """
    if not 1 < len(hits) <= MOST:
        return
    likeness: Floats | None = None
    for term in screen.objective.primary:
        of = known.get(bundle_of(term.task, limits))
        columns = (term.name, f"{term.name}_std")
        if unit_of(term.task, screen, units) != PACTIVITY or of is None or not of.series:
            continue
        mean, std = (hits[name].to_numpy(np.float64) for name in columns)
        if likeness is None:
            likeness = likeness_of(list(hits["smiles"]))
        correlations = correlations_among(likeness, of.similarities, of.series)
        level = term.halfway
        yield _sentence(term.name, level, expect_actives(mean, std, level, correlations))


def _sentence(name: str, level: float, found: Expected) -> str:
    low, high = found.independent
    return (
        f"Expected: of {counted(found.hits, 'hit')}, {found.mean:.0f} have {name} pActivity "
        f"{level:g} or more; 90 % interval {found.low:.0f} to {found.high:.0f}, "
        f"because the errors of similar hits go together (independent errors would give {low:.0f} "
        f"to {high:.0f})"
    )
