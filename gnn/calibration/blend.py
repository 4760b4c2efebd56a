"""Fits the weights of the kernel machine and of the networks in a prediction.

In a regression each has a weight, fitted by least squares. The log odds of a class are slope *
(networks' mean logit) + weight * 4 (kernel score - 1/2) + offset with slope and weight of at least
0, so that calibration never reverses an order. They are the posterior mode of a logistic regression
(Platt 1999) whose prior is the fit to all tasks together; that in turn is drawn towards leaving the
outputs unchanged.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from gnn.features.array_types import Bools, Floats
from gnn.models.losses import logistic

_PRIOR_ROWS = 50.0
"""Rows for which the fit to all tasks, a prior, counts in each task's own."""
_INFORMATION = 0.1
"""Typical information of one row about a class: p (1 - p)."""
_STEPS, _DAMPING = 60, 1e-9


class Rivals(NamedTuple):
    """A task's held-out values and both predictions of them, each [n], in units of its scale."""

    truth: Floats
    networks: Floats
    kernel: Floats


def fit_blends(tasks: Sequence[Rivals]) -> list[float]:
    """Return each task's weight of the kernel machine, 0 to 1, by least squares.

    A task's own weight is drawn towards that of all tasks together, the more the fewer its rows.
    Without any rows, all are 1/2.
    """
    sums = [_sums(task) for task in tasks]
    rows = sum(len(task.truth) for task in tasks)
    gain, weight = (sum(pair[at] for pair in sums) for at in (0, 1))
    shared = float(np.clip(gain / weight, 0, 1)) if weight > 0 else 0.5
    prior = _PRIOR_ROWS * weight / rows if rows else 1.0
    if weight <= 0:
        return [shared] * len(sums)
    return [float(np.clip((own + prior * shared) / (seen + prior), 0, 1)) for own, seen in sums]


def _sums(task: Rivals) -> tuple[float, float]:
    apart = task.kernel - task.networks
    return float((apart * (task.truth - task.networks)).sum()), float(np.square(apart).sum())


class Votes(NamedTuple):
    """A class's held-out truth (0 or 1) and raw outputs, each [n]."""

    truth: Floats
    networks: Floats | None
    """The networks' mean logits; None without networks."""
    kernel: Floats | None
    """A kernel machine's scores; None without one."""


class Platt(NamedTuple):
    """Coefficients of the log odds."""

    slope: float
    kernel: float
    offset: float


def unchanged(votes: Votes) -> Platt:
    """Return coefficients that leave the outputs unchanged: one of them, or half of each."""
    if votes.kernel is None:
        return Platt(1.0, 0.0, 0.0)
    return Platt(0.0, 1.0, 0.0) if votes.networks is None else Platt(0.5, 0.5, 0.0)


def fit_platt(tasks: Sequence[Votes]) -> list[Platt]:
    """Fit every task, all of which have the same kinds of outputs."""
    if not tasks:
        return []
    truth = np.concatenate([task.truth for task in tasks])
    features = [_features(task) for task in tasks]
    shared = fit_logistic(truth, np.concatenate(features), np.array(unchanged(tasks[0])))
    return [
        Platt(*map(float, fit_logistic(task.truth, x, shared)))
        for task, x in zip(tasks, features, strict=True)
    ]


def _features(votes: Votes) -> Floats:
    found = np.zeros((len(votes.truth), 3))
    if votes.networks is not None:
        found[:, 0] = votes.networks
    if votes.kernel is not None:
        found[:, 1] = 4 * (votes.kernel - 0.5)
    found[:, 2] = 1
    return found


def fit_logistic(truth: Floats, features: Floats, prior: Floats) -> Floats:
    """Return the posterior mode [3] of a logistic regression; its first two numbers are at least 0.

    The loss is convex: if its minimum breaks a limit, the best one lies on the limit.

    Args:
        truth: [n] 0 or 1.
        features: [n, 3]
        prior: [3] the mode without any rows; it counts for 50 rows.
    """
    if not len(truth):
        return prior
    weights = _PRIOR_ROWS * _INFORMATION * np.square(features).mean(axis=0)
    found = []
    for free in product((True, False), repeat=2):
        theta = _newton(truth, features, prior, weights, np.array([*free, True]))
        if (theta[:2] >= 0).all():
            found.append((_loss(theta, truth, features, prior, weights), theta))
            if all(free):
                break
    return min(found, key=lambda pair: pair[0])[1]


def _loss(theta: Floats, truth: Floats, x: Floats, prior: Floats, weights: Floats) -> float:
    odds = x @ theta
    fit = np.logaddexp(0, odds).sum() - (truth * odds).sum()
    return float(fit + 0.5 * (weights * np.square(theta - prior)).sum())


def _newton(truth: Floats, x: Floats, prior: Floats, weights: Floats, free: Bools) -> Floats:
    """Minimise over the free numbers, with the others 0; halve steps until they help."""
    theta: Floats = np.where(free, prior, 0.0)
    loss = _loss(theta, truth, x, prior, weights)
    for _ in range(_STEPS):
        p = logistic(x @ theta)
        slope = x.T @ (p - truth) + weights * (theta - prior)
        bend = (x.T * (p * (1 - p))) @ x + np.diag(weights + _DAMPING)
        step = np.zeros(len(theta))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        size = 1.0
        while size > 1e-6:
            tried = theta - size * step
            new = _loss(tried, truth, x, prior, weights)
            if new < loss:
                break
            size /= 2
        if size <= 1e-6 or loss - new < 1e-10 * (1 + abs(loss)):
            break
        theta, loss = tried, new
    return theta
