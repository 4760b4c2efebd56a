"""Gathers what a run predicts of the candidates, for the acquisition that picks among them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from chem.errors import InputError
from gnn.calibration.conformal import INTERVAL_STDS
from gnn.calibration.domain import Bits
from gnn.calibration.shared_error import similarities, similarities_between
from gnn.updating.left_correlations import left_correlations
from screening.objective.objective import combine
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.objective.terms import Primary
from screening.score.card_facts import CardFacts, ErrorCorrelations
from screening.score.error_likeness import environments_of
from screening.score.predicted_columns import Limits, bundle_of, distance_column
from screening.select.acquisition import Acquisition, Target
from screening.select.pick_order import Picks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST = 2_000
"""The most candidates among which knowledge is compared. Time grows with the square."""
_LEAST_DEVIATION = 1e-6


class Outlook:
    """The M candidates of a selection, as an acquisition sees them."""

    def __init__(
        self, frame: pd.DataFrame, screen: Screen, selection: Selection, cards: CardFacts
    ) -> None:
        """Read the predictions of the candidates.

        Args:
            frame: The evaluated candidates.
            screen: The screen.
            selection: Its selection, with an acquisition.
            cards: What the cards of the bundles say of errors that go together.

        Raises:
            InputError: Knowledge was asked for, and a card does not say how errors go together.
        """
        assert selection.acquisition is not None
        self._rule: str = selection.acquisition
        self._later = selection.later_picks(screen.hits)
        self._worth = _worth(frame, screen)
        self._terms = [_predicted(frame, term, cards) for term in screen.objective.primary]
        self._smiles = frame["smiles"].tolist()
        wanted = screen.objective.primary if self._rule == "knowledge" else ()
        self._shared = [_shared(term, cards, screen) for term in wanted]
        self._inside = inside_domains(frame, screen, cards.limits)
        every = self._acquisition(np.arange(len(frame)), "probability")
        self.probability = every.probability
        """[M] probability that each candidate is a hit."""
        self.gains: dict[int, float] = {}
        """What the result of a candidate was expected to teach when it was offered, in hits of
        later plates; for candidates that were offered for their knowledge."""

    def picks(self, offered: Sequence[int], taken: Sequence[int]) -> Picks:
        """Offer candidates, always the best that is left.

        Candidates outside the domain of a primary target come last, by their yield: their
        probabilities are not reliable, and their deviations are large because nothing is known.
        Knowledge is compared among the ``MOST`` candidates with the highest expected improvement;
        the others follow by their yield.

        Args:
            offered: The positions of the candidates that are offered.
            taken: The positions of those that were taken before, such as controls.
        """
        places = np.unique([*offered, *taken]).astype(np.int64)
        places, outside = places[self._inside[places]], places[~self._inside[places]]
        later = np.empty(0, np.int64)
        if self._rule == "knowledge" and len(places) > MOST:
            hopeful = self._acquisition(places, "improvement").improvement()
            hopeful[np.isin(places, taken)] = np.inf  # what is measured anyway teaches, too
            order = np.argsort(-hopeful, kind="stable")
            places, later = (np.sort(places[part]) for part in (order[:MOST], order[MOST:]))
        stages = ((places, self._rule), (later, "probability"), (outside, "probability"))
        for stage, rule in stages:
            acquisition = self._acquisition(stage, rule)
            for at in np.flatnonzero(np.isin(stage, taken)).tolist():
                acquisition.take(at)
            while (best := acquisition.best()) is not None:
                place = int(stage[best])
                if best in acquisition.gains:
                    self.gains[place] = acquisition.gains[best]
                if (yield place):
                    acquisition.take(best)
                else:
                    acquisition.refuse(best)

    def _acquisition(self, at: Ints, rule: str) -> Acquisition:
        shared = self._covariances(at) if rule == "knowledge" else [None] * len(self._terms)
        targets = [
            Target(mean[at], deviation[at], level, covariance)
            for (level, mean, deviation), covariance in zip(self._terms, shared, strict=True)
        ]
        return Acquisition(rule, targets, self._worth[at], self._later)

    def _covariances(self, at: Ints) -> list[Floats | None]:
        """Return the covariances of the errors of candidates, on each primary target."""
        bits = environments_of([self._smiles[place] for place in at.tolist()])
        likeness = similarities(bits)
        found: list[Floats | None] = []
        for (_, _, deviation), known in zip(self._terms, self._shared, strict=True):
            if known is None:
                found.append(None)
                continue
            curve, measured = known
            # What is measured was learnt: it is not asked for again.
            to, among = similarities_between(bits, measured), similarities(measured)
            shared = left_correlations(likeness, to, among, curve.similarities, curve.series)
            found.append(shared * deviation[at][:, None] * deviation[at])
        return found


def inside_domains(frame: pd.DataFrame, screen: Screen, edges: Limits) -> Bools:
    """Tell which rows [n] are inside the domains of all primary targets.

    A row without a known distance counts as inside.
    """
    columns = {distance_column(term.task, edges) for term in screen.objective.primary} & set(edges)
    found = np.ones(len(frame), dtype=bool)
    for column in sorted(columns & set(frame.columns)):
        found &= frame[column].to_numpy(dtype=np.float64) <= edges[column]
    return found


def _worth(frame: pd.DataFrame, screen: Screen) -> Floats:
    """Return [M], the weighted geometric mean of the desirabilities of all but primary terms."""
    primary = {f"d_{term.name}" for term in screen.objective.primary}
    names = [name for name in screen.objective.columns if name.startswith("d_")]
    weights = [term.weight for term in screen.objective.terms]
    others = [
        (frame[name].to_numpy(dtype=np.float64), weight)
        for name, weight in zip(names, weights, strict=True)
        if name not in primary
    ]
    if not others:
        return np.ones(len(frame))
    return combine([one for one, _ in others], [weight for _, weight in others])


def _predicted(
    frame: pd.DataFrame, term: Primary, cards: CardFacts
) -> tuple[float, Floats, Floats]:
    """Return the level of a hit, the predictions [M] and their deviations [M].

    They are logarithms for a task that is learned as logarithms. A compound is in a class with its
    predicted probability: that is written as a normal value with this probability above 0.
    """
    mean = frame[term.name].to_numpy(dtype=np.float64)
    if term.task in cards.classes:
        return 0.0, ndtri(np.clip(mean, _LEAST_DEVIATION, 1 - _LEAST_DEVIATION)), np.ones(len(mean))
    deviation = frame[f"{term.name}_std"].to_numpy(dtype=np.float64)
    level = term.halfway
    if term.scale == "log10":
        low, high = (frame[f"{term.task}{end}"].to_numpy(np.float64) for end in ("_lo", "_hi"))
        mean, level = np.log10(mean), float(np.log10(level))
        deviation = (np.log10(high) - np.log10(low)) / INTERVAL_STDS
    return level, mean, np.maximum(deviation, _LEAST_DEVIATION)


def _shared(
    term: Primary, cards: CardFacts, screen: Screen
) -> tuple[ErrorCorrelations, Bits] | None:
    """Return how errors of a target go together, and the compounds with own results.

    None for a class: how errors of probabilities go together is not known.
    """
    if term.task in cards.classes:
        return None
    bundle = bundle_of(term.task, cards.limits)
    known = cards.correlations.get(bundle)
    if known is None or not known.series:
        raise InputError(
            f'screen {screen.name}, [selection] acquisition: "knowledge" needs to know how errors '
            f"of similar compounds go together, and the card of bundle {bundle} does not say it; "
            'use "probability", or train the bundle again with more values'
        )
    return known, cards.known_errors.get(term.task, np.zeros((0, 128), np.uint8))
