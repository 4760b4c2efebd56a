"""The map of a report: hits, and the measured compounds that are like them, on a plane."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import count_fingerprints
from gnn.explain.tsne_layout import tsne_layout

SIDE = 1000
"""Coordinates are whole numbers from 0 to this."""


def map_points(smiles: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each molecule stands; equal structures stand in one place.

    Distances are 1 - Tanimoto similarity of circular environments out to two bonds (ECFP4 bits).
    """
    distinct = list(dict.fromkeys(smiles))
    if not distinct:
        return []
    places = np.rint(tsne_layout(_distances(distinct)) * SIDE).astype(int)
    at = {text: (int(x), int(y)) for text, (x, y) in zip(distinct, places, strict=True)}
    return [at[text] for text in smiles]


def _distances(smiles: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return ``[n, n]``; 0 where neither has any environment in common with the other's lack."""
    bits = (count_fingerprints(smiles) > 0).astype(np.float32)
    shared = bits @ bits.T
    each = bits.sum(axis=1)
    union = each[:, None] + each[None, :] - shared
    return np.asarray(1 - shared / np.maximum(union, 1), dtype=np.float32)
