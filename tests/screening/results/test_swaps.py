"""Moved wells are found by controls, replicates and doses; where none moved, none are found."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from screening.objective.wells import PlateFormat, Well
from screening.results.controls import read_controls
from screening.results.peers import doses_elsewhere, find_peers, shares_of
from screening.results.swaps import Move, count_evidence, find_moves
from screening.results.well_results import PlateResult, WellResult
from tests.screening.results.simulate import SERIES, Signals, Truth, make_truth

Where = Callable[[Well, PlateFormat], Well]
DESIGNS: dict[str, tuple[int, dict[str, Any]]] = {
    "two series of each compound": (20, SERIES),
    "one series of each compound": (38, {"points": 8}),
    "one dose on two plates": (300, {"replicates": 2, "replicate_plates": True}),
    "series on 96 wells": (6, {"plate": 96, "points": 6, "replicates": 2}),
}
ROWS: Where = lambda at, _: at._replace(row={2: 4, 4: 2}.get(at.row, at.row))  # noqa: E731
COLUMNS: Where = lambda at, _: at._replace(column={3: 8, 8: 3}.get(at.column, at.column))  # noqa: E731
TURNED: Where = lambda at, form: Well(form.rows - 1 - at.row, form.columns - 1 - at.column)  # noqa: E731
REVERSED: Where = lambda at, form: at._replace(row=form.rows - 1 - at.row)  # noqa: E731


def move(truth: Truth, plate: str, where: Where) -> Signals:
    form, own = truth.plan.form(plate), truth.signals[plate]
    moved = {at: own[where(at, form)] for at in own if where(at, form) in own}
    return {**truth.signals, plate: moved}


def find(truth: Truth, signals: Signals, plate: str) -> list[Move]:
    plates = {
        name: PlateResult(
            name,
            {at: WellResult(well, signals[name].get(at, np.nan)) for at, well in wells.items()},
        )
        for name, wells in truth.plan.wells.items()
    }
    shares, noise = {}, 0.0
    for name, one in plates.items():
        controls = read_controls(one)
        assert controls is not None
        shares[name] = shares_of(one, controls)
        noise = controls.noise if name == plate else noise
    others = {name: values for name, values in shares.items() if name != plate}
    peers = find_peers(plates[plate], doses_elsewhere(others, plates))
    assert count_evidence(peers, shares[plate]) > 30
    return find_moves(truth.plan.form(plate), peers, shares[plate], noise)


@pytest.mark.parametrize("design", DESIGNS)
def test_every_move_is_found_and_named(design: str) -> None:
    hits, lab = DESIGNS[design]
    truth = make_truth(hits, 5, 0.03, **lab)
    plate = truth.plan.plates[0]
    assert find(truth, truth.signals, plate) == []
    for where, told in (
        (ROWS, "rows C and E are exchanged"),
        (COLUMNS, "columns 4 and 9 are exchanged"),
        (TURNED, "the plate is turned by 180 degrees"),
        (REVERSED, "the rows are in reverse"),
    ):
        (found,) = find(truth, move(truth, plate, where), plate)
        assert (found.told, found.is_certain) == (told, True)


def test_rows_of_other_parity_are_found_by_the_controls_alone() -> None:
    """The chessboard of controls differs between row C and row F, and not between C and E."""
    truth = make_truth(20, 5, 0.03, **SERIES)
    flat = {at: 50_000.0 for at, w in truth.plan.wells["kinase_P1"].items() if w.is_sample}
    signals = {"kinase_P1": {**truth.signals["kinase_P1"], **flat}}
    still = truth._replace(signals=signals)
    rows = {2: 5, 5: 2}
    moved = move(still, "kinase_P1", lambda at, _: at._replace(row=rows.get(at.row, at.row)))
    assert [one.told for one in find(still, moved, "kinase_P1")] == ["rows C and F are exchanged"]
    assert find(still, move(still, "kinase_P1", ROWS), "kinase_P1") == []


@pytest.mark.parametrize("noise", [0.02, 0.1])
@pytest.mark.parametrize("design", DESIGNS)
def test_noise_and_outliers_move_nothing(design: str, noise: float) -> None:
    hits, lab = DESIGNS[design]
    for seed in range(3):
        truth = make_truth(hits, seed, noise, **lab)
        plate = truth.plan.plates[0]
        draw = np.random.default_rng(seed)
        own = dict(truth.signals[plate])
        for at in draw.permutation(len(own))[: len(own) // 25]:
            own[list(own)[at]] = float(draw.uniform(5_000, 50_000))
        assert find(truth, {**truth.signals, plate: own}, plate) == []


def test_two_pairs_are_both_found() -> None:
    truth = make_truth(20, 2, 0.03, **SERIES)
    first = move(truth, "kinase_P1", ROWS)
    both = move(truth._replace(signals=first), "kinase_P1", COLUMNS)
    told = {one.told for one in find(truth, both, "kinase_P1")}
    assert told == {"rows C and E are exchanged", "columns 4 and 9 are exchanged"}


@pytest.mark.parametrize("seed", [100, 109, 113])
def test_a_plate_of_inactive_compounds_is_not_turned(seed: int) -> None:
    """Whichever way it is turned, its signals fit: chance alone must not decide."""
    truth = make_truth(20, seed, 0.04, **SERIES)
    draw = np.random.default_rng(seed)
    own = {
        at: 50_000 * (1 + draw.normal(0, 0.04))
        if truth.plan.wells["kinase_P1"][at].is_sample
        else v
        for at, v in truth.signals["kinase_P1"].items()
    }
    assert find(truth, {"kinase_P1": own}, "kinase_P1") == []
