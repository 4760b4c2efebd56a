"""Computes how errors of compounds still go together, once results of similar ones are known.

A result explains the part of an error that its series shares (:mod:`gnn.updating.series_offset`).
What is left goes together less: of two compounds of a series with many results hardly at all.
"""

from collections.abc import Sequence

import numpy as np

from gnn.features.array_types import Floats64
from gnn.updating.series_offset import LEAST_OWN

_DIGITS = 6
"""Decimals of a correlation: the last bits of a matrix product depend on the machine."""


def shared_part(
    likeness: Floats64, similarity: Sequence[float], series: Sequence[float]
) -> Floats64:
    """Return the correlations of errors at similarities, 0 for compounds that are unlike.

    Args:
        likeness: Similarities of any shape, 0 to 1.
        similarity: The similarities at which correlations are known, ascending.
        series: These correlations. The first is that of any two molecules, which counts as none.
    """
    found: Floats64 = np.maximum(np.interp(likeness, similarity, series) - series[0], 0.0)
    return found


def left_correlations(
    among: Floats64,
    to: Floats64,
    known: Floats64,
    similarity: Sequence[float],
    series: Sequence[float],
) -> Floats64:
    """Return the correlations [M, M] of the errors of M compounds, given n known results.

    Args:
        among: [M, M] similarities of the compounds.
        to: [M, n] similarities to the measured compounds; n may be 0.
        known: [n, n] similarities of the measured compounds.
        similarity: The similarities at which correlations are known, ascending.
        series: These correlations.
    """
    before = shared_part(among, similarity, series)
    np.fill_diagonal(before, 1.0)
    if not to.shape[1]:
        return before
    own = max(LEAST_OWN, 1 - series[-1])
    gram = shared_part(known, similarity, series)
    np.fill_diagonal(gram, 1.0)
    values, vectors = np.linalg.eigh(gram)
    shared = shared_part(to, similarity, series)
    turned = shared @ vectors / np.sqrt(np.maximum(values, own))
    left = before - turned @ turned.T
    size = np.sqrt(np.maximum(np.diag(left), own))
    found: Floats64 = np.clip(left / size[:, None] / size, -1.0, 1.0).round(_DIGITS)
    np.fill_diagonal(found, 1.0)
    return found
