"""Replays campaigns on an assay with all results: plate by plate, each picked from the results.

Every way to pick starts with the same first plate, drawn at random, and sees only the results of
its own plates.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.campaign_benchmark.assays import Assay
from gnn.calibration.conformal import NORMAL_90
from gnn.training.baselines import regress_with_spread
from gnn.updating.few_results import FewResults
from screening.objective.selection import LATER_PLATES
from screening.select.acquisition import Acquisition, Target

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLATES, PLATE = 10, 40
COMPARED = 1200
"""The compounds among which knowledge is compared, the most hopeful ones."""


class Campaign(NamedTuple):
    """One replayed campaign."""

    found: Ints
    """[plates] actives found after each plate."""
    covered: Floats
    """[plates] share of each plate's results in the 90 % intervals before it; NaN without them."""


class State:
    """A campaign while it runs: the compounds that are measured, and the model of their results."""

    def __init__(self, assay: Assay, first: Ints, seed: int) -> None:
        """Start with the results of a first plate."""
        self.assay, self.measured = assay, first
        self.generator = np.random.default_rng((seed, 1))
        self._every = np.arange(len(assay.values))
        self._model: FewResults | None = None

    @property
    def open(self) -> Ints:
        """The compounds that are not measured, ascending."""
        return np.setdiff1d(self._every, self.measured)

    @property
    def results(self) -> Floats:
        """The results, in the order in which they came."""
        return self.assay.values[self.measured]

    @property
    def model(self) -> FewResults:
        """The process on all results."""
        if self._model is None:
            known = self.assay.kernel[np.ix_(self.measured, self.measured)]
            self._model = FewResults(known, self.results)
        return self._model

    def similar(self, rows: Ints) -> npt.NDArray[np.float32]:
        """Return the similarities [n, measured] of compounds to the measured ones."""
        found: npt.NDArray[np.float32] = self.assay.kernel[np.ix_(rows, self.measured)]
        return found

    def measure(self, rows: Ints) -> None:
        """Add the results of a plate."""
        self.measured = np.concatenate([self.measured, rows])
        self._model = None


Pick = Callable[[State, int], Ints]
"""A way to pick a plate, given the number of plates that follow it."""


def replay(assay: Assay, pick: Pick, seed: int, plates: int = PLATES) -> Campaign:
    """Replay a campaign of ``plates`` plates."""
    every = np.arange(len(assay.values))
    first = np.random.default_rng(seed).choice(every, PLATE, replace=False)
    state = State(assay, first, seed)
    found, covered = [int(assay.is_active[first].sum())], [float("nan")]
    for plate in range(1, plates):
        rows = pick(state, plates - 1 - plate)
        foreseen = state.model.predict(state.similar(rows))
        error = np.abs(assay.values[rows] - foreseen.mean)
        covered.append(float((error <= NORMAL_90 * foreseen.deviation).mean()))
        state.measure(rows)
        found.append(int(assay.is_active[state.measured].sum()))
    return Campaign(np.array(found), np.array(covered))


def at_random(state: State, later: int) -> Ints:
    """Pick a plate at random."""
    return state.generator.choice(state.open, PLATE, replace=False)


def greedy(state: State, later: int) -> Ints:
    """Pick the highest predictions of the process, refitted after each plate."""
    return _highest(state.open, state.model.predict(state.similar(state.open)).mean)


class Fixed:
    """Picks down the list of the first plate's model, as without feedback."""

    def __init__(self) -> None:
        """Start without a list."""
        self._mean: Floats | None = None

    def __call__(self, state: State, later: int) -> Ints:
        """Pick the next of the list."""
        if self._mean is None:
            every = np.arange(len(state.assay.values))
            self._mean = state.model.predict(state.similar(every)).mean
        return _highest(state.open, self._mean[state.open])


def forest_ucb(state: State, later: int) -> Ints:
    """Pick the highest mean plus standard deviation of a forest's trees, on counted ECFP4."""
    counts = state.assay.counts
    seed = int(state.generator.integers(1 << 30))
    known = counts[state.measured]
    mean, spread = regress_with_spread(known, state.results, counts[state.open], seed)
    return _highest(state.open, mean + spread)


def by_probability(state: State, later: int) -> Ints:
    """Pick by the probability of being active."""
    return _acquire(state, "probability", 0)


def by_knowledge(state: State, later: int) -> Ints:
    """Pick by the probability of being active and by what the results teach."""
    return _acquire(state, "knowledge", PLATE * min(later, LATER_PLATES))


def _acquire(state: State, rule: str, later: int) -> Ints:
    rows, level = state.open, state.assay.level
    foreseen = state.model.predict(state.similar(rows))
    covariance = None
    if rule == "knowledge":
        target = Target(foreseen.mean, foreseen.deviation, level)
        hopeful = Acquisition("improvement", [target], np.ones(len(rows))).improvement()
        best = np.sort(np.argsort(-hopeful, kind="stable")[:COMPARED])
        rows = rows[best]
        foreseen = state.model.predict(state.similar(rows))
        among = state.assay.kernel[np.ix_(rows, rows)]
        covariance = state.model.covariance(among, state.similar(rows))
    target = Target(foreseen.mean, foreseen.deviation, level, covariance)
    acquisition = Acquisition(rule, [target], np.ones(len(rows)), later)
    found: list[int] = []
    while len(found) < PLATE and (at := acquisition.best()) is not None:
        acquisition.take(at)
        found.append(int(rows[at]))
    return np.array(found)


def _highest(rows: Ints, value: Floats) -> Ints:
    return rows[np.argsort(-value, kind="stable")[:PLATE]]


WAYS: dict[str, Callable[[], Pick]] = {
    "random": lambda: at_random,
    "first model": Fixed,
    "forest, UCB": lambda: forest_ucb,
    "greedy": lambda: greedy,
    "probability": lambda: by_probability,
    "knowledge": lambda: by_knowledge,
}
"""All ways to pick, by name."""
