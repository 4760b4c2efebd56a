"""Measures intervals on values of another source, and widens them until they hold these values."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn.calibration.calibrate import HeldTask
from gnn.calibration.calibration import Calibration, apply_regression
from gnn.calibration.source_shift import SourceShift, fit_source_shift, shows_error
from gnn.card.domain_card import ShiftCard, ShiftKind
from gnn.features.array_types import Bools, Floats64, Ints


class Shifted(NamedTuple):
    """The factors that another source's values need, and the measured quality."""

    shift: SourceShift
    cards: tuple[ShiftCard, ...]


class _Errors(NamedTuple):
    """Values of all regressions that show an error, each [n]."""

    error: Floats64
    """Value minus measurement, in the unit of the card."""
    in_reach: Floats64
    """The same in half widths of the interval."""
    distance: Floats64
    rows: Ints


def measure_shift(
    held: Sequence[HeldTask], calibrations: Sequence[Calibration], known: Bools, mixed: bool
) -> Shifted:
    """Fit the factors to compounds that the models do not know, and measure all compounds.

    A known compound without a value of this task is as near as can be, and is often predicted
    worse. Factors for it would be too wide for all others, as no factor falls with distance.

    Args:
        held: Each task's values of another source and the models' outputs for them.
        calibrations: Those of the tasks, without any factors of a shift.
        known: [M] molecules on which the models trained.
        mixed: Whether errors count in standard deviations of each task's values.
    """
    found = _errors(held, calibrations, mixed)
    new = ~known[found.rows]
    shift = fit_source_shift(found.in_reach[new], found.distance[new])
    fold = np.random.default_rng(2).random(len(known)) < 0.5
    inside = np.zeros(len(found.rows), bool)
    for fitted in (fold, ~fold):
        seen = fitted[found.rows]
        other = fit_source_shift(found.in_reach[seen & new], found.distance[seen & new])
        inside[~seen] = _is_inside(found.in_reach[~seen], found.distance[~seen], other)
    before = _is_inside(found.in_reach, found.distance, SourceShift())
    cards = []
    kinds: tuple[tuple[ShiftKind, Bools], ...] = (
        ("new compounds", ~known),
        ("known compounds", known),
    )
    for kind, of in kinds:
        rows = of[found.rows]
        if rows.any():
            cards.append(
                ShiftCard(
                    kind=kind,
                    values=int(rows.sum()),
                    distance=round(float(np.median(found.distance[rows])), 4),
                    rmse=round(float(np.sqrt(np.mean(found.error[rows] ** 2))), 4),
                    bias=round(float(found.error[rows].mean()), 4),
                    coverage_before=round(float(before[rows].mean()), 4),
                    coverage=round(float(inside[rows].mean()), 4),
                )
            )
    return Shifted(shift, tuple(cards))


def _errors(held: Sequence[HeldTask], calibrations: Sequence[Calibration], mixed: bool) -> _Errors:
    parts: list[tuple[Floats64, Floats64, Floats64, Ints]] = [
        (np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    ]
    for task, calibration in zip(held, calibrations, strict=True):
        if task.binary or not len(task.truth):
            continue
        value, _, low, _ = apply_regression(task.networks, task.kernel, task.distance, calibration)
        shown = shows_error(value, task.truth, task.bounds)
        error = (value - task.truth)[shown]
        scale = task.trained.scale if mixed else 1.0
        reach = (value - low)[shown]
        parts.append((error / scale, error / reach, task.distance[shown], task.rows[shown]))
    return _Errors(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _is_inside(in_reach: Floats64, distance: Floats64, shift: SourceShift) -> Bools:
    below, above = shift.at(distance)
    found: Bools = (in_reach <= below) & (-in_reach <= above)
    return found
