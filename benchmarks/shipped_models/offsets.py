"""Measures what a few measured compounds of a series tell about the others.

The rows are those that the bundle was not trained on. Of each target, compounds are drawn as a
first plate: some of one series, or 40 of all. Their errors move the predictions of the others
(:mod:`gnn.updating.series_offset`), whose errors before and after are compared.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from chem.assess.clusters import SIMILAR, clusters
from chem.errors import InputError
from flows.model_benchmark.held_out import HeldOut, measure_held_out
from flows.model_benchmark.predicting import read_graphs
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.calibration.domain import environment_bits
from gnn.calibration.shared_error import similarities
from gnn.card.domain_card import SharedErrorCard
from gnn.features.graph_arrays import collect
from gnn.updating.series_offset import SeriesOffset

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 10
"""Fewest compounds of a series."""
PLATE = 40
"""Compounds of a plate that is drawn from all series of a target."""
DRAWS = 10
"""Plates that are drawn of each series or target."""


class Drawn(NamedTuple):
    """The results of all plates of one kind."""

    title: str
    groups: int
    """Number of series, or of targets."""
    before: float
    """Root mean square error of the compounds that were not measured, in log units."""
    after: float
    plates: float
    """Share of the plates after which the error of the others is smaller."""
    better: float
    """Share of the series (or targets) whose error is smaller on average over their plates."""
    covered: tuple[float, float]
    """Share of the values inside their 90 % intervals, before and after."""


class _Target(NamedTuple):
    """The n held-out values of one target."""

    likeness: torch.Tensor
    """[n, n] similarities."""
    error: Floats
    """[n] measured less predicted."""
    deviation: Floats
    """[n] standard deviations, from the 90 % intervals."""
    series: tuple[Ints, ...]
    """The positions of the compounds of each series."""


def measure_offsets(bundle: str, report: Report) -> list[Drawn]:
    """Return the results for plates of 3 and 5 compounds of one series, and of 40 of a target.

    Raises:
        InputError: The held-out rows are not available, or the card knows no correlations.
    """
    card = read_card(find_bundle(bundle))
    if card.shared_error is None or not card.shared_error.series:
        raise InputError(f"the card of {bundle} does not say how errors of like compounds agree")
    report("predicting the held-out rows", 0, None)
    held, problem = measure_held_out(bundle)
    if not held:
        raise InputError(f"no held-out rows of {bundle}: {problem}")
    targets = [target for one in held for target in _targets(one, report)]
    series = [(target, rows) for target in targets for rows in target.series]
    whole = [
        (target, np.arange(len(target.error)))
        for target in targets
        if len(target.error) >= 2 * PLATE
    ]
    kinds = ((3, "3 compounds of a series", series), (5, "5 compounds of a series", series))
    return [
        _draw(number, title, groups, card.shared_error)
        for number, title, groups in (*kinds, (PLATE, f"{PLATE} compounds of a target", whole))
    ]


def _targets(held: HeldOut, report: Report) -> Iterator[_Target]:
    texts = held.predictions.smiles
    _, _, graphs = read_graphs(texts)
    bits = environment_bits(collect(graphs))
    tasks = [task.name for task in held.table.tasks]
    for at, task in enumerate(tasks):
        report("series", at, len(tasks))
        rows = np.flatnonzero(held.table.is_measured[:, at])
        if len(rows) < LEAST:
            continue
        value, low, high = (held.column(task, end)[rows] for end in ("", "_lo", "_hi"))
        truth = held.table.values[rows, at].astype(np.float64)
        error, deviation = truth - value, (high - low) / INTERVAL_STDS
        number = np.array(clusters([texts[row] for row in rows]))
        series = [np.flatnonzero(number == name) for name in np.unique(number)]
        kept = tuple(one for one in series if len(one) >= LEAST)
        yield _Target(torch.from_numpy(similarities(bits[rows])), error, deviation, kept)


def _draw(
    number: int, title: str, groups: Sequence[tuple[_Target, Ints]], shared: SharedErrorCard
) -> Drawn:
    """Draw plates of ``number`` compounds from every group."""
    generator = np.random.default_rng(0)
    squares = np.empty((len(groups), DRAWS, 2))
    covered = np.empty((len(groups), DRAWS, 2))
    for at, (target, rows) in enumerate(groups):
        for draw in range(DRAWS):
            measured = generator.choice(rows, number, replace=False)
            rest = np.setdiff1d(rows, measured)
            known = torch.from_numpy(target.error[measured] / target.deviation[measured])
            likeness = target.likeness[:, measured]
            series = SeriesOffset(known, likeness[measured], shared.similarities, shared.series)
            offset, narrowed = (part.numpy() for part in series.move(likeness[rest]))
            error, deviation = target.error[rest], target.deviation[rest]
            after = error - offset * deviation
            for way, (left, width) in enumerate(
                ((error, deviation), (after, deviation * narrowed))
            ):
                squares[at, draw, way] = np.mean(left**2)
                covered[at, draw, way] = np.mean(np.abs(left) <= NORMAL_90 * width)
    mean = np.sqrt(squares).mean(axis=1)
    before, after_all = np.sqrt(squares.mean(axis=(0, 1)))
    inside = covered.mean(axis=(0, 1))
    return Drawn(
        title,
        len(groups),
        float(before),
        float(after_all),
        float((squares[..., 1] < squares[..., 0]).mean()),
        float((mean[:, 1] < mean[:, 0]).mean()),
        (float(inside[0]), float(inside[1])),
    )


def table(found: Sequence[Drawn]) -> tuple[list[str], list[list[str]]]:
    """Return headers and a line for each kind of plate."""
    headers = ["measured", "series or targets", "RMSE of the others before", "after"]
    headers += ["better after a plate", "series or targets better on average"]
    headers += ["90 % intervals hold before", "after"]
    lines = [
        [
            *(one.title, f"{one.groups}", f"{one.before:.3f}", f"{one.after:.3f}"),
            *(f"{one.plates:.0%}", f"{one.better:.0%}"),
            *(f"{share:.2f}" for share in one.covered),
        ]
        for one in found
    ]
    return headers, lines


def remarks() -> list[str]:
    """Return the remarks below the table, one line each."""
    return [
        f"a series: compounds of one target within ECFP4 similarity {SIMILAR:g} of a leader, "
        f"{LEAST} or more",
        f"{DRAWS} plates are drawn from each series or target; the errors of the others are pooled",
        "the model was not trained on these rows; the correlations of its errors were measured on "
        "them",
    ]


def write_offsets(file: Path, found: Sequence[Drawn]) -> None:
    """Write the table as CSV."""
    write_csv(file, *table(found))
