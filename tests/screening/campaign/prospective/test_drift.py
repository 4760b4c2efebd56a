"""The control chart and the CUSUM: silent without drift, also if series are off; they speak of a
shift."""

import numpy as np
import pytest

from screening.campaign.event import ErrorCurve
from screening.campaign.prospective.drift import (
    LIMIT,
    chart_target,
    cusum,
    find_surprises,
)
from screening.campaign.prospective.report import tell_drift
from screening.campaign.prospective.shared_errors import (
    compute_bits,
    correlate,
    covariance_of_means,
)
from tests.screening.campaign.prospective.simulate import CURVE, Floats, plates_of

PLATES, EACH, TIMES = 6, 20, 200
STEEP = ErrorCurve(similarities=[0.0, 0.3, 0.5], series=[0.0, 0.4, 0.8])
"""Errors of a series go together nearly entirely."""
BITS = compute_bits(plates_of(np.zeros(PLATES * EACH), PLATES))


def shared_root(curve: ErrorCurve) -> Floats:
    """Return the root of the correlations: independent draws times it go together."""
    matrix = correlate(plates_of(np.zeros(PLATES * EACH), PLATES, curve), BITS)
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))


def draw_errors(root: Floats, seed: int, shift: float = 0) -> Floats:
    """Return errors of six plates in deviations; ``shift`` is added from the third plate on."""
    errors = np.asarray(root @ np.random.default_rng(seed).standard_normal(PLATES * EACH))
    errors[2 * EACH :] += shift
    return errors


def count_alarms(of_errors: ErrorCurve, of_limits: ErrorCurve | None, shift: float = 0) -> int:
    """Return how many of 200 campaigns set off the CUSUM in the direction of the shift."""
    root = shared_root(of_errors)
    rows = plates_of(np.zeros(PLATES * EACH), PLATES, of_limits)
    plates = [rows[at : at + EACH] for at in range(0, len(rows), EACH)]
    covariance = covariance_of_means(plates, BITS)
    found = 0
    for seed in range(TIMES):
        means = draw_errors(root, seed, shift).reshape(PLATES, EACH).mean(axis=1)
        high, low = cusum(find_surprises(means, covariance))
        sums = (*([] if shift < 0 else high), *([] if shift > 0 else low))
        found += max(sums) > LIMIT
    return found


def test_the_variance_of_a_mean_is_that_of_the_formula() -> None:
    rows = plates_of(np.zeros(40), 2)
    first, second = rows[:20], rows[20:]
    matrix = correlate(rows, BITS)
    found = covariance_of_means([first, second], BITS)
    off = ~np.eye(20, dtype=bool)
    for at, block in enumerate((matrix[:20, :20], matrix[20:, 20:])):
        assert found[at, at] == pytest.approx((1 + 19 * block[off].mean()) / 20)
    assert found[0, 1] == pytest.approx(matrix[:20, 20:].mean())
    alone = covariance_of_means([plates_of(np.zeros(40), 2, curve=None)[:20]], BITS)
    assert alone.tolist() == [[pytest.approx(1 / 20)]]


def test_many_compounds_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.campaign.prospective import shared_errors

    rows = plates_of(np.zeros(100), 1)
    whole = covariance_of_means([rows], BITS)
    monkeypatch.setattr(shared_errors, "MOST", 60)
    drawn = covariance_of_means([rows], BITS)
    assert drawn != whole
    assert drawn[0, 0] == pytest.approx(whole[0, 0], rel=0.3)


def test_surprises_are_independent() -> None:
    """Against the inverse Cholesky factor, which whitens a vector in the same order."""
    draw = np.random.default_rng(3)
    half = draw.normal(size=(5, 5))
    covariance = half @ half.T + np.eye(5)
    means = draw.normal(size=5)
    expected = np.linalg.solve(np.linalg.cholesky(covariance), means)
    assert find_surprises(means, covariance) == pytest.approx(expected)


def test_a_cusum_by_hand() -> None:
    high, low = cusum(np.array([1.0, 2.0, -1.0, -3.0, 0.0]))
    assert high.tolist() == [0.5, 2.0, 0.5, 0.0, 0.0]
    assert low.tolist() == [0.0, 0.0, 0.5, 3.0, 2.5]


@pytest.mark.parametrize("curve", [CURVE, STEEP])
def test_without_drift_it_is_silent(curve: ErrorCurve) -> None:
    """Also if the errors of series are shared, within plates and between them."""
    assert count_alarms(curve, curve) <= 0.05 * TIMES


def test_shared_errors_would_set_it_off_if_they_were_taken_as_independent() -> None:
    """So the test above can fail."""
    assert count_alarms(STEEP, None) > 0.5 * TIMES


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_shift_of_one_deviation_at_the_third_plate_is_told_by_the_sixth(shift: float) -> None:
    assert count_alarms(CURVE, CURVE, shift) >= 0.9 * TIMES


def test_most_drifts_are_dated_and_sized_well() -> None:
    root = shared_root(CURVE)
    found = []
    for seed in range(20):
        drift = chart_target(plates_of(draw_errors(root, seed, -1), PLATES), BITS).drift
        assert drift is not None
        found.append(drift)
    assert sum(one.since.number == "003" for one in found) >= 13
    assert sum(one.until is None for one in found) >= 19
    assert np.mean([one.bias for one in found]) == pytest.approx(-0.5, abs=0.1)


def test_the_sentence_says_since_when_and_how_much() -> None:
    errors = np.zeros(PLATES * EACH)
    errors[2 * EACH :] = -1.2
    chart = chart_target(plates_of(errors, PLATES), BITS)
    said = tell_drift(chart)
    assert said.startswith(
        "since event 003 predictions of EGFR are too high, by 0.60 on average of 80 compounds: "
    )
    assert "reference compound" in said
    assert max(one.low for one in chart.points) > LIMIT
    errors[2 * EACH :] = 1.2
    errors[4 * EACH :] = 0
    said = tell_drift(chart_target(plates_of(errors, PLATES), BITS))
    assert said.startswith("from event 003 to 00")
    assert "were too low" in said
    assert "the events after that show no such error" in said


def test_without_a_curve_it_says_so() -> None:
    chart = chart_target(plates_of(np.zeros(40), 2, curve=None), BITS)
    assert tell_drift(chart) == "no drift over 2 events; limits are as if errors were independent"


def test_fewer_than_three_compounds_are_no_point() -> None:
    rows = plates_of(np.full(22, 5.0), 2)
    chart = chart_target([*rows[:11], *rows[11:13]], BITS)
    assert [one.event.number for one in chart.points] == ["001"]
    assert [one.number for one in chart.too_few] == ["002"]
