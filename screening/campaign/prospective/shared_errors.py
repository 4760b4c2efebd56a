"""How the errors of a campaign's compounds go together, by the curves of their models' cards."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.features.graphs import MolGraph, featurize
from chem.structure.valid_smiles import read_molecule
from gnn.calibration.domain import COLUMNS, Bits, environment_bits
from gnn.calibration.shared_error import correlations_among, similarities
from gnn.features.graph_arrays import collect
from screening.campaign.event import ErrorCurve
from screening.campaign.prospective.comparison import Comparison

Floats = npt.NDArray[np.float64]
MOST = 2000
"""Most compounds whose pairs are compared; of more, so many are drawn."""


def compute_bits(rows: Sequence[Comparison]) -> dict[str, Bits]:
    """Return the atom environments [128] of each structure, by its SMILES.

    A structure that cannot be read has none, so it is like no other.
    """
    texts = list(dict.fromkeys(one.row.smiles for one in rows))
    graphs = {text: graph for text in texts if (graph := _graph(text)) is not None}
    empty = np.zeros(COLUMNS // 8, np.uint8)
    if not graphs:
        return dict.fromkeys(texts, empty)
    bits = environment_bits(collect(list(graphs.values())))
    return {**dict.fromkeys(texts, empty), **dict(zip(graphs, bits, strict=True))}


def correlate(rows: Sequence[Comparison], bits: dict[str, Bits]) -> Floats:
    """Return the correlations [n, n] of the errors of n compounds on one target.

    Two compounds of models with different curves have the mean of both; no curve means 0.
    """
    likeness = similarities(np.stack([bits[one.row.smiles] for one in rows]))
    curves: list[ErrorCurve | None] = []
    of = np.empty(len(rows), np.int64)
    for at, one in enumerate(rows):
        if one.curve not in curves:
            curves.append(one.curve)
        of[at] = curves.index(one.curve)
    found = np.zeros_like(likeness)
    for number, curve in enumerate(curves):
        share = np.add.outer(of == number, (of == number).astype(np.float64)) / 2
        if curve is not None and curve.series:
            found += share * correlations_among(likeness, curve.similarities, curve.series)
    np.fill_diagonal(found, 1)
    return found


def covariance_of_means(groups: Sequence[Sequence[Comparison]], bits: dict[str, Bits]) -> Floats:
    """Return the covariance [g, g] of the mean standardized errors of g groups, each not empty.

    The variance of a mean of n errors is (1 + (n - 1) r) / n, r the mean correlation of two of
    them. The covariance of two means is the mean correlation between their compounds.
    """
    sizes = [len(group) for group in groups]
    most = max(20, MOST // max(len(groups), 1))
    generator = np.random.default_rng(0)
    rows: list[Comparison] = []
    which: list[int] = []
    for number, group in enumerate(groups):
        drawn = np.arange(len(group))
        if len(drawn) > most:
            drawn = np.sort(generator.choice(drawn, most, replace=False))
        rows += [group[at] for at in drawn.tolist()]
        which += [number] * len(drawn)
    if not rows:
        return np.zeros((0, 0))
    matrix = correlate(rows, bits)
    member = np.equal.outer(np.arange(len(groups)), np.array(which)).astype(np.float64)
    counts = member.sum(axis=1)
    sums = member @ matrix @ member.T
    found: Floats = sums / np.outer(counts, counts)
    for at, size in enumerate(sizes):
        pairs = counts[at] * (counts[at] - 1)
        r = (sums[at, at] - counts[at]) / pairs if pairs else 0.0
        found[at, at] = (1 + (size - 1) * r) / size
    return found


def _graph(smiles: str) -> MolGraph | None:
    try:
        graph = featurize(read_molecule(smiles))
    except InputError:
        return None
    return graph if isinstance(graph, MolGraph) else None
