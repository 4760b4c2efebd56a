"""Laws of values, standard deviations and intervals, whatever a calibration's numbers are."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gnn.calibration.blend import Votes, fit_platt
from gnn.calibration.calibration import (
    LIKE_IT,
    MOST_LIKE_IT,
    UNCALIBRATED,
    Calibration,
    apply_classification,
    apply_regression,
    mean_widening,
    share_doubt,
)
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.models.losses import logistic

SHAPE = st.tuples(st.integers(1, 4), st.integers(1, 6))
LOGITS = arrays(np.float64, SHAPE, elements=st.floats(-200, 200))
VALUES = arrays(np.float64, SHAPE, elements=st.floats(-20, 20))
SMALL = st.floats(0, 5)
UNIT = st.floats(0, 1)


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    """Draw any calibration that may be fitted."""
    knots = draw(st.integers(1, 4))

    def rising(low: float, high: float, size: int) -> tuple[float, ...]:
        found = draw(st.lists(st.floats(low, high), min_size=size, max_size=size))
        return tuple(sorted(found))

    edges = draw(st.integers(0, 2))
    return Calibration(
        noise=draw(SMALL),
        spread=draw(SMALL),
        quantile=draw(st.floats(1, 5)),
        rows=50,
        centre=draw(st.floats(-8, 8)),
        slope=draw(UNIT),
        kernel=draw(UNIT),
        remote=draw(st.floats(-8, 8)),
        fade=draw(UNIT),
        gone=draw(st.floats(0.05, 1)),
        far=draw(SMALL),
        levels=rising(-9, 9, knots),
        level_factors=tuple(draw(st.floats(0.05, 4)) for _ in range(knots)),
        distances=rising(0, 1, knots),
        distance_factors=rising(1, 9, knots),
        edges=rising(0, 1, edges),
        factors=rising(1, 3, edges),
        offset=draw(st.floats(-5, 5)),
    )


def along(row: np.ndarray, steps: int) -> np.ndarray:
    """The same outputs at many distances."""
    return np.repeat(row[:, :1], steps, axis=1)


@given(
    members=VALUES,
    kernel=st.none() | st.floats(-20, 20),
    calibration=calibrations(),
    distances=st.lists(UNIT, min_size=2, max_size=12),
)
def test_a_regression_never_gets_more_certain_far_away(
    members: np.ndarray, kernel: float | None, calibration: Calibration, distances: list[float]
) -> None:
    away = np.sort(distances)
    scores = None if kernel is None else np.full(len(away), kernel)
    value, std, low, high = apply_regression(along(members, len(away)), scores, away, calibration)
    slack = 1e-9 * (1 + np.abs(value).max() + std.max())
    assert (np.diff(std) >= -slack).all()
    assert std == pytest.approx((high - low) / INTERVAL_STDS, abs=float(slack))
    assert (low <= value).all()
    assert (value <= high).all()
    gap = np.abs(value - calibration.remote)
    assert (np.diff(gap) <= slack).all(), "a value goes straight to the far-away one"


@given(
    members=VALUES,
    calibration=calibrations(),
    below=st.floats(0, 8),
    caution=SMALL,
    distances=st.lists(UNIT, min_size=2, max_size=12),
)
def test_a_cautious_value_never_rises_with_distance(
    members: np.ndarray,
    calibration: Calibration,
    below: float,
    caution: float,
    distances: list[float],
) -> None:
    """Where strangers are presumed to be less, a molecule ranks lower the stranger it is."""
    away = np.sort(distances)
    alike = along(members, len(away))
    near = apply_regression(alike, None, np.zeros(len(away)), replace(calibration, fade=1.0))[0]
    known = replace(calibration, remote=float(near[0]) - below)
    value, std, _, _ = apply_regression(alike, None, away, known)
    slack = 1e-9 * (1 + np.abs(value).max() + caution * std.max())
    assert (np.diff(value) <= slack).all()
    assert (np.diff(value - caution * std) <= slack).all()
    assert (value >= known.remote - slack).all()
    assert (value <= near + slack).all()


@given(
    members=LOGITS,
    kernel=st.none() | st.floats(-1, 2),
    calibration=calibrations(),
    distances=st.lists(UNIT, min_size=2, max_size=12),
)
def test_the_interval_of_a_class_only_widens(
    members: np.ndarray, kernel: float | None, calibration: Calibration, distances: list[float]
) -> None:
    away = np.sort(distances)
    scores = None if kernel is None else np.full(len(away), kernel)
    found = apply_classification(along(members, len(away)), scores, away, calibration)
    value, std, low, high = found
    assert (np.diff(low) <= 1e-12).all()
    assert (np.diff(high) >= -1e-12).all()
    assert (np.diff(std) >= -1e-12).all()
    assert (low <= value).all()
    assert (value <= high).all()


@given(members=VALUES, calibration=calibrations())
def test_at_the_far_end_a_value_is_the_one_for_strange_compounds(
    members: np.ndarray, calibration: Calibration
) -> None:
    known = replace(calibration, fade=min(calibration.fade, calibration.gone - 0.01))
    ends = np.ones(members.shape[1])
    value, std, _, _ = apply_regression(members, None, ends, known)
    assert value == pytest.approx(np.full(len(ends), known.remote), abs=1e-9)
    least = known.far * mean_widening(replace(known, below=(1.0,), above=(1.0,)))
    assert (std >= least * (1 - 1e-9) - 1e-12).all()


@given(members=LOGITS, calibration=calibrations())
def test_a_probability_lies_in_its_interval_in_0_to_1(
    members: np.ndarray, calibration: Calibration
) -> None:
    for used in (calibration, UNCALIBRATED):
        value, std, low, high = apply_classification(members, None, None, used)
        for column in (value, std, low, high):
            assert column.shape == members.shape[1:]
            assert ((column >= 0) & (column <= 1)).all()
        assert (low <= value).all()
        assert (value <= high).all()


@pytest.mark.parametrize("rows", [20, 100, 200, 10**6])
def test_members_that_agree_leave_the_doubt_of_the_rows_held_out(rows: int) -> None:
    members = np.full((3, 1), 2.0)
    seen = replace(UNCALIBRATED, rows=rows)
    value, std, low, high = apply_classification(members, None, np.zeros(1), seen)
    share = 1 / (1 + np.exp(-2))
    assert value[0] == pytest.approx(share)
    near = min(LIKE_IT * rows, MOST_LIKE_IT)
    by_hand = 2 * NORMAL_90 * np.sqrt(share * (1 - share) / near)
    assert high[0] - low[0] == pytest.approx(by_hand, rel=0.4)
    assert std[0] == pytest.approx((high - low)[0] / INTERVAL_STDS)


@pytest.mark.parametrize("odds", [-30.0, -3.0, 0.0, 1.5, 30.0])
@pytest.mark.parametrize("rows", [1.0, 12.0, 400.0])
def test_the_ends_of_a_share_solve_its_equation(odds: float, rows: float) -> None:
    """Wilson's ends are where a share that was seen is 1.645 standard errors from the true one."""
    less, more = share_doubt(np.array([odds]), rows)
    seen = float(logistic(np.array([odds]))[0])
    for end in (odds - less[0], odds + more[0]):
        true = float(logistic(np.array([end]))[0])
        error = np.sqrt(true * (1 - true) / rows)
        assert abs(seen - true) == pytest.approx(NORMAL_90 * error, rel=1e-4, abs=1e-12)


def test_uncalibrated_is_the_members_own_spread() -> None:
    members = np.array([[5.0], [7.0]])
    value, std, low, high = apply_regression(members, None, None, UNCALIBRATED)
    assert (value[0], std[0]) == (6.0, 1.0)
    assert (low[0], high[0]) == pytest.approx((6 - 1.644854, 6 + 1.644854))


def test_a_slope_draws_value_and_interval_towards_the_centre() -> None:
    members = np.array([[5.0, 8.0], [7.0, 8.0]])
    calibration = Calibration(0.3, 1.0, 2.0, 50, centre=6.0, slope=0.5)
    value, std, low, high = apply_regression(members, None, None, calibration)
    assert value.tolist() == [6.0, 7.0]
    assert (high - low) == pytest.approx([4 * np.hypot(0.3, 0.5), 4 * 0.3])
    assert std == pytest.approx((high - low) / INTERVAL_STDS)
    assert (low + high) == pytest.approx(2 * value)


def test_every_factor_does_what_its_name_says() -> None:
    calibration = Calibration(
        noise=0.5,
        spread=2.0,
        quantile=1.5,
        rows=50,
        levels=(5.0, 7.0),
        level_factors=(1.0, 4.0),
        distances=(0.2, 0.6),
        distance_factors=(1.0, 9.0),
        edges=(0.3, 0.5),
        factors=(1.1, 1.2),
        kernel=0.25,
        remote=5.0,
        fade=0.8,
        far=1.0,
    )
    members, kernel = np.array([[5.0, 7.0, 7.0, 7.0]]), np.array([5.0, 7.0, 7.0, 3.0])
    distance = np.array([0.1, 0.1, 0.4, 0.9])
    value, std, low, high = apply_regression(members, kernel, distance, calibration)
    assert value == pytest.approx([5.0, 7.0, 7.0, 0.5 * 6.0 + 0.5 * 5.0])
    noise = [0.25, 0.25 * 4, 0.25 * 4 * 5, 0.25 * 2.5 * 9 + 0.5]
    assert (high - low) / 2 == pytest.approx(np.sqrt(noise) * [1.5, 1.5, 1.65, 1.8])
    assert std == pytest.approx((high - low) / INTERVAL_STDS)


def test_log_odds_are_a_weighted_sum() -> None:
    calibration = replace(UNCALIBRATED, slope=0.5, kernel=2.0, offset=-1.0, remote=-3.0, fade=0.8)
    members, kernel = np.array([[1.0], [3.0]]), np.array([0.75])
    value, _, low, high = apply_classification(members, kernel, np.array([0.9]), calibration)
    near = 0.5 * 2 + 2.0 * 4 * 0.25 - 1.0
    drawn = near + 0.5 * (-3.0 - near)
    less, more = (float(x[0]) for x in share_doubt(np.array([near]), 0))
    other = NORMAL_90 * np.hypot(0.5, 0.9)
    assert value == pytest.approx(logistic(np.array([drawn])))
    assert low == pytest.approx(logistic(np.array([drawn - np.hypot(less, other)])))
    assert high == pytest.approx(logistic(np.array([near + np.hypot(more, other)])))


@pytest.mark.parametrize("rows", [50, 200, 1000])
def test_shares_of_positives_lie_in_the_interval(rows: int) -> None:
    """Scores too bold and bent, calibrated on some rows: what do thousands of others show?"""
    generator = np.random.default_rng(rows)
    inside = []
    for _ in range(30):
        true = generator.normal(-0.5, 1.5, rows + 6000)
        truth = (generator.random(len(true)) < logistic(true)).astype(float)
        score = 2 * true + 0.3 * np.square(true) - 1
        fitted = fit_platt([Votes(truth[:rows], score[:rows], None)])[0]
        known = replace(UNCALIBRATED, slope=fitted.slope, offset=fitted.offset, rows=rows)
        others = score[None, rows:]
        found = apply_classification(others, None, None, known)
        value, _, low, high = found
        for some in np.array_split(np.argsort(value), 6):
            share = truth[rows:][some].mean()
            inside.append(low[some].mean() <= share <= high[some].mean())
    assert np.mean(inside) >= 0.9


def test_a_kernel_machine_needs_no_networks() -> None:
    none, kernel = np.zeros((0, 2)), np.array([5.0, 6.0])
    found = Calibration(0.5, 1.0, 2.0, 20, kernel=1.0)
    value, std, _, _ = apply_regression(none, kernel, None, found)
    assert value.tolist() == [5.0, 6.0]
    assert std == pytest.approx(np.full(2, 0.5 * 2.0 / NORMAL_90))


@given(calibration=calibrations())
def test_a_calibration_survives_as_text(calibration: Calibration) -> None:
    again = Calibration.from_dict(json.loads(json.dumps(calibration.to_dict())))
    assert again == calibration


def test_a_calibration_of_before_distances_still_holds() -> None:
    old = {"noise": 0.4, "spread": 1.0, "quantile": 1.7, "rows": 50, "centre": 6.0, "slope": 0.8}
    found = Calibration.from_dict(old)
    members, ends = np.array([[7.0]]), np.ones(1)
    near = apply_regression(members, None, None, found)
    assert near == apply_regression(members, None, ends, found)
    assert near[0] == pytest.approx(6.8)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"distance_factors": [2.0, 1.0], "distances": [0.1, 0.2]}, id="falling"),
        pytest.param({"distances": [0.2, 0.1], "distance_factors": [1, 2]}, id="no order"),
        pytest.param({"distances": [0.1, 0.2]}, id="a distance without a factor"),
        pytest.param({"levels": []}, id="no level"),
        pytest.param({"edges": [0.1]}, id="an edge without a factor"),
        pytest.param({"edges": [0.1, 0.2], "factors": [2.0, 1.5]}, id="narrower far away"),
        pytest.param({"distances": [float("nan")]}, id="not a number"),
    ],
)
def test_a_calibration_that_breaks_the_law_is_refused(change: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="calibration"):
        Calibration.from_dict(UNCALIBRATED.to_dict() | change)
