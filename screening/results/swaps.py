"""Finds rows or columns that were exchanged, and plates that were turned or mirrored.

Every way to move the wells is tried: each pair of rows, each pair of columns, and the whole plate
turned by 180 degrees or mirrored. A way fits if the signals, moved back, agree better with what is
expected of the wells: from the controls, the replicates and the next doses. For a pair of rows,
only wells outside both predict those inside, so that a moved well never vouches for another.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from screening.lab.layout import NEGATIVE, POSITIVE
from screening.objective.wells import PlateFormat, Well
from screening.results.peers import Floats, Mask, Peers
from screening.results.reading.well_names import row_letters

GAIN, GAIN_OF_WELLS = 70.0, 14.0
"""The least gain, in squared tolerances, from which a move is suspected; and the same by the square
root of the number of moved wells, as the gain by chance grows (its deviation is about 2 by it)."""
MARGIN = 30.0
"""The least distance to the second-best move from which the best is beyond doubt."""
CONTROLS = "the positive and negative controls are exchanged"
_MOST = 16.0
"""The most that one well counts: a single outlier moves no row."""
_ROUNDS = 3


class Move(NamedTuple):
    """A suspected move of wells."""

    told: str
    """Such as ``rows C and F are exchanged``."""
    wells: tuple[int, ...]
    """The places of the wells in the plate's order; all of them for a turned plate."""
    gain: float
    is_certain: bool
    """True if no other move explains the signals nearly as well."""
    is_whole: bool
    """True if the whole plate was turned or mirrored, or all its controls were exchanged."""
    is_of_controls: bool = False
    """True if all positive and negative controls were exchanged."""


class _Try(NamedTuple):
    told: str
    order: npt.NDArray[np.intp]
    """[n] where the signal of each well stands in the file."""
    moved: Mask
    is_whole: bool
    is_of_controls: bool = False


def find_moves(form: PlateFormat, peers: Peers, shares: Floats, noise: float) -> list[Move]:
    """Return the moves that the signals of a plate suggest, the strongest first; usually none.

    shares: [n] of every well, NaN without a signal. noise: of a control, as a share.
    """
    shares, found = shares.copy(), list[Move]()
    tries = _all_tries(form, tuple(peers.places))
    for _ in range(_ROUNDS):
        scales = peers.scales(shares, noise)
        gains = np.array(
            [
                _gain_of_whole(one, peers, shares, noise)
                if one.is_whole
                else _gain(one, peers, shares, scales)
                for one in tries
            ]
        )
        is_much = gains >= [_least_gain(one, shares) for one in tries]
        if not is_much.any():
            break
        best = int(np.where(is_much, gains, -np.inf).argmax())
        rest = np.delete(gains, best)
        certain = bool(gains[best] - rest.max() >= MARGIN)
        one = tries[best]
        wells = tuple(np.flatnonzero(one.moved).tolist())
        found.append(
            Move(one.told, wells, float(gains[best]), certain, one.is_whole, one.is_of_controls)
        )
        if one.is_whole or not certain:
            break
        shares[one.moved] = np.nan
    return found


def _least_gain(one: _Try, shares: Floats) -> float:
    wells = int((one.moved & ~np.isnan(shares)).sum())
    return max(GAIN, GAIN_OF_WELLS * math.sqrt(wells))


def count_evidence(peers: Peers, shares: Floats) -> int:
    """Return the number of samples that have peers, by which moves of samples are seen."""
    _, kinds = peers.expect(shares, np.ones(len(shares), bool))
    return int(((kinds == "replicate") | (kinds == "dose")).sum())


@lru_cache(maxsize=4)
def _all_tries(form: PlateFormat, places: tuple[Well, ...]) -> tuple[_Try, ...]:
    return tuple(_tries(form, places))


def _tries(form: PlateFormat, places: Sequence[Well]) -> Iterator[_Try]:
    at = {place: number for number, place in enumerate(places)}

    def moved(told: str, where: dict[Well, Well], is_whole: bool) -> _Try:
        order = np.array([at[where[place]] for place in places], np.intp)
        return _Try(told, order, order != np.arange(len(places)), is_whole)

    last_row, last = form.rows - 1, form.columns - 1
    for first in range(form.rows):
        for second in range(first + 1, form.rows):
            rows = {first: second, second: first}
            where = {one: one._replace(row=rows.get(one.row, one.row)) for one in places}
            names = f"rows {row_letters(first)} and {row_letters(second)} are exchanged"
            yield moved(names, where, False)
    for first in range(form.columns):
        for second in range(first + 1, form.columns):
            columns = {first: second, second: first}
            where = {
                one: one._replace(column=columns.get(one.column, one.column)) for one in places
            }
            yield moved(f"columns {first + 1} and {second + 1} are exchanged", where, False)
    turned = {one: Well(last_row - one.row, last - one.column) for one in places}
    yield moved("the plate is turned by 180 degrees", turned, True)
    yield moved(
        "the rows are in reverse", {o: o._replace(row=last_row - o.row) for o in places}, True
    )
    across = {one: one._replace(column=last - one.column) for one in places}
    yield moved("the columns are in reverse", across, True)
    order, everywhere = np.arange(len(places)), np.ones(len(places), bool)
    yield _Try(CONTROLS, order, everywhere, True, True)


def _gain(one: _Try, peers: Peers, shares: Floats, scales: Mapping[str, float]) -> float:
    """Return how much better the signals of the moved wells fit when they are moved back."""
    expected, kinds = peers.expect(shares, ~one.moved)
    before = _cost(shares, expected, kinds, scales)
    return _less(before, _cost(shares[one.order], expected, kinds, scales), one.moved)


def _gain_of_whole(one: _Try, peers: Peers, shares: Floats, noise: float) -> float:
    """Return the same for a whole plate, whose controls move, too."""
    everywhere = np.ones(len(shares), bool)
    if one.is_of_controls:
        everywhere = ~np.isin(peers.roles, (NEGATIVE, POSITIVE))
        back = 1 - shares
    else:
        back = _scaled(peers, shares[one.order])
    scales = [peers.scales(values, noise) for values in (shares, back)]
    least = {kind: min(each[kind] for each in scales) for kind in scales[0]}
    costs = [_cost(values, *peers.expect(values, everywhere), least) for values in (shares, back)]
    return _less(costs[0], costs[1], everywhere)


def _cost(
    shares: Floats, expected: Floats, kinds: npt.NDArray[np.str_], scales: Mapping[str, float]
) -> Floats:
    """Return squared distances [n] in tolerances; NaN where nothing is expected or measured."""
    tolerance = np.ones(len(shares))
    for kind, scale in scales.items():
        tolerance[kinds == kind] = scale
    return np.minimum(((shares - expected) / tolerance) ** 2, _MOST)


def _less(before: Floats, after: Floats, wells: Mask) -> float:
    both = wells & ~np.isnan(before) & ~np.isnan(after)
    return float((before - after)[both].sum())


def _scaled(peers: Peers, shares: Floats) -> Floats:
    """Scale shares by the controls as they lie after a move."""
    ends = []
    for role in (NEGATIVE, POSITIVE):
        own = shares[peers.roles == role]
        own = own[~np.isnan(own)]
        ends.append(float(np.median(own)) if len(own) else float(role == POSITIVE))
    span = ends[1] - ends[0]
    return (shares - ends[0]) / span if abs(span) > 0.1 else np.full(len(shares), np.nan)
