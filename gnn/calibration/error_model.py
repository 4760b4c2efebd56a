"""Models the size of regressions' errors: by task, predicted value, distance and spread.

The model is a product, fitted over all tasks together in units of each task's training standard
deviation: variance = noise(task)^2 * level(predicted value) * growth(distance) + (factor *
spread)^2. A task's noise is drawn towards the value expected from its scale, the more the fewer its
rows. Growth never falls.
"""

from typing import NamedTuple

import numpy as np

from gnn.features.array_types import Floats, Ints

_PRIOR_ROWS = 20.0
"""Rows for which the noise of all tasks together counts in each task's own."""
_BIN_ROWS, _MOST_BINS = 100, 10
_ROUNDS = 6
_REFITS = 3
_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
_SPREADS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_FLOOR = 1e-3
"""Smallest noise, in units of a task's scale: no prediction is perfect."""


class Errors(NamedTuple):
    """Held-out errors of all tasks, each [n], in units of their tasks' scales."""

    error: Floats
    level: Floats
    """Predicted values as distances from their tasks' means."""
    spread: Floats
    """The members' standard deviation."""
    distance: Floats
    task: Ints
    """The task of each error, 0 to T - 1."""


class Curve(NamedTuple):
    """A factor that is linear between knots and constant beyond them."""

    at: tuple[float, ...]
    factor: tuple[float, ...]

    def __call__(self, x: Floats) -> Floats:
        """Return the factors at x [n]."""
        return np.interp(x, self.at, self.factor)


FLAT = Curve((0.0,), (1.0,))


class ErrorModel(NamedTuple):
    """A fitted model of errors; everything is in units of a task's scale."""

    noise: Floats
    """[T] noise of each task."""
    level: Curve
    growth: Curve
    spread: float

    def std(self, errors: Errors) -> Floats:
        """Return the standard deviations [n] that it gives to errors."""
        noise = np.square(self.noise[errors.task])
        found = noise * self.level(errors.level) * self.growth(errors.distance)
        total: Floats = np.sqrt(found + np.square(self.spread * errors.spread))
        return total


def fit_error_model(errors: Errors, tasks: int) -> ErrorModel:
    """Fit the model to errors [n] of a number of tasks; without errors noise is 1."""
    if not len(errors.error):
        return ErrorModel(np.ones(tasks), FLAT, FLAT, 1.0)
    squared = np.maximum(np.square(errors.error), _FLOOR**2)
    model = ErrorModel(np.zeros(tasks), FLAT, FLAT, 0.0)
    for _ in range(_REFITS):
        # The expected part of noise in each error beside the spread (expectation maximisation for
        # a sum of two normal variables).
        spread = np.square(model.spread * errors.spread)
        share = 1 - spread / np.maximum(np.square(model.std(errors)), _FLOOR**2)
        noisy = np.square(share) * squared + share * spread
        model = _fit_noise(errors, np.maximum(noisy, _FLOOR**2), tasks)
        noise_share, factor = _fit_spread(errors, squared, model)
        model = model._replace(noise=np.sqrt(noise_share) * model.noise, spread=factor)
    return model._replace(noise=np.maximum(model.noise, _FLOOR))


def _fit_noise(errors: Errors, squared: Floats, tasks: int) -> ErrorModel:
    """Fit the product of noise, level and growth, one after the other, to squares [n]."""
    rows = np.bincount(errors.task, minlength=tasks)
    level = growth = FLAT
    noise = np.full(tasks, squared.mean())
    for _ in range(_ROUNDS):
        own = noise[errors.task]
        level = _fit_curve(errors.level, squared / (own * growth(errors.distance)))
        level = Curve(level.at, tuple(max(factor, 0.05) for factor in level.factor))
        growth = _rise(_fit_curve(errors.distance, squared / (own * level(errors.level))))
        alike = squared / (level(errors.level) * growth(errors.distance))
        total = np.bincount(errors.task, alike, minlength=tasks)
        noise = (total + _PRIOR_ROWS * alike.mean()) / (rows + _PRIOR_ROWS)
    return ErrorModel(np.sqrt(noise), level, growth, 0.0)


def _fit_curve(x: Floats, squared: Floats) -> Curve:
    """Average squares in bins with equal numbers of rows; knots are the bins' mean positions."""
    bins = int(np.clip(len(x) // _BIN_ROWS, 1, _MOST_BINS))
    order = np.array_split(np.argsort(x, kind="stable"), bins)
    return Curve(
        tuple(float(x[rows].mean()) for rows in order),
        tuple(float(squared[rows].mean()) for rows in order),
    )


def _rise(curve: Curve) -> Curve:
    """Join neighbours until factors rise (pool adjacent violators), and start from 1."""
    pools: list[tuple[float, int]] = []
    for factor in curve.factor:
        pools.append((factor, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (one, some), (other, more) = pools[-2:]
            pools[-2:] = [((one * some + other * more) / (some + more), some + more)]
    risen = [factor for factor, count in pools for _ in range(count)]
    return Curve(curve.at, tuple(factor / risen[0] for factor in risen))


def _fit_spread(errors: Errors, squared: Floats, model: ErrorModel) -> tuple[float, float]:
    """Choose by Gaussian likelihood the noise's share and the factor on the members' spread."""
    if not errors.spread.any():
        # Each row is held out by one member (cross-validation): the data do not show the factor,
        # and disagreement must still widen an interval.
        return 1.0, 1.0
    noise, spread = np.square(model.std(errors)), np.square(errors.spread)

    def loss(choice: tuple[float, float]) -> float:
        found = choice[0] * noise + choice[1] ** 2 * spread
        return float((squared / found + np.log(found)).mean())

    return min(((share, factor) for share in _SHARES for factor in _SPREADS), key=loss)
