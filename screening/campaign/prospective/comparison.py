"""One compound of a campaign: what was registered before the assay, and what was found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scipy.special import ndtr

from gnn.calibration.conformal import INTERVAL_STDS
from screening.campaign.campaign import Campaign
from screening.campaign.event import ErrorCurve, Event
from screening.campaign.tables import CompoundRow
from screening.results.compounds import Agreement, compare_with
from screening.results.reading.plate_plan import PACTIVITY, Predicted

_QUALIFIERS: dict[str, Literal["=", "<", ">", ""]] = {"=": "=", "<": "<", ">": ">"}


@dataclass(frozen=True)
class Comparison:
    """A compound's registered prediction and its value of one event."""

    event: Event
    row: CompoundRow
    place: int
    """The place in time of the event, as ``Campaign.place_in_time`` has it."""

    @property
    def order(self) -> tuple[int, int]:
        """The order of its event in time: corrections of one event go by their numbers."""
        return self.place, int(self.event.number)

    @property
    def target(self) -> str:
        """The target's short name, as the screen has it."""
        return self.event.target

    @property
    def level(self) -> float:
        """The pActivity from which it is active; NaN if none was registered."""
        known = self.event.registered
        return math.nan if known is None or known.level is None else known.level

    @property
    def curve(self) -> ErrorCurve | None:
        """The correlations of errors of the model that predicted it; None if not recorded."""
        known = self.event.registered
        return None if known is None else known.correlations

    @property
    def agreement(self) -> Agreement:
        """Whether the value lies in the registered 90 % interval.

        ``inside`` or ``outside`` for an exact value; ``possible`` for a bound that allows a value
        inside, else ``outside``; empty if they cannot be compared.
        """
        known, one = self.event.registered, self.row
        if known is not None and known.unit != PACTIVITY:
            return ""
        predicted = Predicted(one.predicted, one.predicted_lo, one.predicted_hi)
        return compare_with(predicted, one.value, _QUALIFIERS.get(one.qualifier, ""), one.unit)

    @property
    def is_exact(self) -> bool:
        """True for an exact potency with a registered interval, so that its error is known."""
        return bool(self.agreement) and self.row.qualifier == "="

    @property
    def error(self) -> float:
        """The value less the prediction, in pActivity; NaN if ``is_exact`` is False."""
        return self.row.value - self.row.predicted if self.is_exact else math.nan

    @property
    def std(self) -> float:
        """The registered standard deviation: half the interval's width over 1.645."""
        return (self.row.predicted_hi - self.row.predicted_lo) / INTERVAL_STDS

    @property
    def standardized(self) -> float:
        """The error in registered standard deviations; NaN if ``is_exact`` is False."""
        return self.error / max(self.std, 1e-9)

    @property
    def is_active(self) -> bool | None:
        """Whether its value is at or above the level; None if the value leaves that open."""
        value, qualifier = self.row.value, self.row.qualifier
        if not self.agreement or math.isnan(self.level):
            return None
        if qualifier == "=":
            return value >= self.level
        if qualifier == ">":
            return True if value >= self.level else None
        return False if value < self.level else None

    @property
    def chance(self) -> float:
        """The registered probability that it is active, 0 to 1; NaN if it is not known."""
        return float(ndtr((self.row.predicted - self.level) / max(self.std, 1e-9)))


def read_comparisons(campaign: Campaign) -> list[Comparison]:
    """Return the current value of every prediction, in order of time, then by rank.

    A prediction with values of two kinds, such as a plate and a file of final values, has the
    potency rather than the inhibition, then the newer one. Raises AlteredError for a changed file.
    """
    best: dict[tuple[str, str, int], Comparison] = {}
    for event, row in campaign.current_values():
        one = Comparison(event, row, campaign.place_in_time[event.number])
        key = (event.run, event.task, row.rank)
        if key not in best or _precedence(one) > _precedence(best[key]):
            best[key] = one
    return sorted(best.values(), key=lambda one: (one.order, one.target, one.row.rank))


class Parted(NamedTuple):
    """The values of predictions, by what the predictions could know."""

    foreseen: list[Comparison]
    """Those of compounds that had no value on the target before the first event of their run."""
    known_before: list[Comparison]
    """The others: the model may have followed the earlier result, as after ``hitlist learn``."""


def part_known(campaign: Campaign, rows: Sequence[Comparison]) -> Parted:
    """Part values whose result an earlier event of another run had, from those that were foreseen.

    A run registers its predictions before its own first event, so only what came before that event
    can be known. An earlier value counts here also if it was replaced later.
    """
    begin: dict[str, int] = {}
    first: dict[tuple[str, str], int] = {}
    for event in campaign.events:
        place = campaign.place_in_time[event.number]
        begin.setdefault(event.run, place)
        for row in campaign.compounds(event):
            if row.qualifier:
                key = event.target, row.key
                first[key] = min(first.get(key, place), place)
    parted = Parted([], [])
    for one in rows:
        is_known = first[one.target, one.row.key] < begin[one.event.run]
        (parted.known_before if is_known else parted.foreseen).append(one)
    return parted


def read_without_value(campaign: Campaign, known: list[Comparison]) -> list[Comparison]:
    """Return the compounds of the campaign that have no value, with the reason of the last try."""
    there = {(one.event.run, one.event.task, one.row.rank) for one in known}
    found: dict[tuple[str, str, int], Comparison] = {}
    for event in campaign.events:
        for row in campaign.compounds(event):
            key = (event.run, event.task, row.rank)
            if key not in there and not row.qualifier:
                place = campaign.place_in_time[event.number]
                found[key] = Comparison(event, row, place)
    return sorted(found.values(), key=lambda one: (one.order, one.target, one.row.rank))


def _precedence(one: Comparison) -> tuple[bool, int]:
    return one.row.unit == PACTIVITY, int(one.event.number)
