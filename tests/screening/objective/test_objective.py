"""The laws of desirability: bounded, monotone, one row at a time, never NaN."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.calibration.conformal import INTERVAL_STDS
from screening.objective.objective import FLOOR, combine, evaluate, ramp, window
from screening.objective.terms import Objective

NUMBERS = st.floats(-1e6, 1e6)
ROWS = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("value", "zero", "full", "expected"),
    [
        (5.0, 5.5, 8.5, 0.0),
        (5.5, 5.5, 8.5, 0.0),
        (7.0, 5.5, 8.5, 0.5),
        (8.5, 5.5, 8.5, 1.0),
        (9.9, 5.5, 8.5, 1.0),
        (0.2, 0.9, 0.3, 1.0),  # less is better
        (0.6, 0.9, 0.3, 0.5),
        (0.95, 0.9, 0.3, 0.0),
        (2.0, 2.0, 2.0, 1.0),  # a step counts its edge
        (1.9, 2.0, 2.0, 0.0),
    ],
)
def test_ramp(value: float, zero: float, full: float, expected: float) -> None:
    assert ramp([value], zero, full)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "edges", "expected"),
    [
        (100, (200, 300, 600, 800), 0.0),
        (250, (200, 300, 600, 800), 0.5),
        (300, (200, 300, 600, 800), 1.0),
        (600, (200, 300, 600, 800), 1.0),
        (700, (200, 300, 600, 800), 0.5),
        (800, (200, 300, 600, 800), 0.0),
        (-1e9, (None, None, 600, 800), 1.0),
        (1e9, (200, 300, None, None), 1.0),
        (600, (200, 200, 600, 600), 1.0),  # both edges of a box are inside
        (200, (200, 200, 600, 600), 1.0),
        (601, (200, 200, 600, 600), 0.0),
    ],
)
def test_window(value: float, edges: tuple[float | None, ...], expected: float) -> None:
    assert window([value], *edges)[0] == pytest.approx(expected, abs=1e-12)


@given(st.lists(NUMBERS, min_size=1, max_size=30), NUMBERS, NUMBERS)
def test_ramp_is_bounded_and_monotone(values: list[float], zero: float, full: float) -> None:
    worth = ramp(sorted(values), zero, full)
    assert ((worth >= 0) & (worth <= 1)).all()
    steps = np.diff(worth)
    assert (steps >= 0).all() if full >= zero else (steps <= 0).all()


@given(st.lists(NUMBERS, min_size=1, max_size=30), st.lists(NUMBERS, min_size=4, max_size=4))
def test_window_rises_then_falls(values: list[float], edges: list[float]) -> None:
    a, b, c, d = sorted(edges)
    x = np.array(sorted(values))
    worth = window(x, a, b, c, d)
    assert ((worth >= 0) & (worth <= 1)).all()
    assert (worth[(x >= b) & (x <= c)] == 1).all()
    assert (np.diff(worth[x <= b]) >= 0).all()
    assert (np.diff(worth[x >= c]) <= 0).all()


def test_combine_is_the_weighted_geometric_mean() -> None:
    parts = [np.array([1.0, 0.5, 0.0]), np.array([1.0, 0.2, 0.0])]
    lifted = [FLOOR + (1 - FLOOR) * part for part in parts]
    expected = (lifted[0] ** 3 * lifted[1]) ** 0.25
    assert combine(parts, [3.0, 1.0]) == pytest.approx(expected, rel=1e-12)
    assert combine(parts, [3.0, 1.0])[0] == 1.0


def test_one_zero_does_not_erase_the_order_of_the_rest() -> None:
    failed = np.zeros(3)
    score = combine([failed, np.array([0.1, 0.5, 0.9])], [5.0, 0.1])
    assert score[0] < score[1] < score[2]


@given(ROWS, st.floats(0, 1), st.floats(0.01, 100), st.floats(0.01, 100))
def test_combine_is_bounded_and_monotone(row: list[float], d: float, w1: float, w2: float) -> None:
    varied = np.array(sorted(row))
    score = combine([varied, np.full_like(varied, d)], [w1, w2])
    assert ((score >= FLOOR) & (score <= 1)).all()
    assert (np.diff(score) >= -1e-15).all()  # the last bit of exp may waver


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 5), min_size=2, max_size=70), st.data())
def test_a_score_ignores_the_other_rows(rows: list[tuple[float, ...]], data: st.DataObject) -> None:
    table = np.array(rows)
    weights = [4.0, 0.4, 0.3, 0.3, 0.2]
    whole = combine(list(table.T), weights)
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    assert np.array_equal(combine(list(table[order].T), weights), whole[order])
    cut = data.draw(st.integers(1, len(rows) - 1))
    pieces = [combine(list(piece.T), weights) for piece in (table[:cut], table[cut:])]
    assert np.array_equal(np.concatenate(pieces), whole)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_raises(bad: float) -> None:
    calls: list[Callable[[np.ndarray], np.ndarray]] = [
        lambda x: ramp(x, 0, 1),
        lambda x: window(x, 0, 1, 2, 3),
        lambda x: combine([x], [1.0]),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="1 of 3 values are not finite, the first at 1"):
            call(np.array([0.5, bad, 0.5]))


def test_combine_wants_a_weight_for_each_part() -> None:
    with pytest.raises(ValueError, match="1 desirabilities for 2 weights"):
        combine([np.ones(2)], [1.0, 2.0])


def test_a_target_learned_as_logarithms_has_a_cautious_value_above_0() -> None:
    terms = ({"task": "pk_t", "zero": 1.0, "full": 10.0, "scale": "log10"},)
    objective = Objective.model_validate({"primary": terms})
    width = 10.0**INTERVAL_STDS  # one deviation of the logarithm is 1
    frame = pd.DataFrame({"pk_t": [5.0, 20.0], "pk_t_std": [99.0, 99.0]})
    frame = frame.assign(pk_t_lo=0.5, pk_t_hi=0.5 * width)
    found = evaluate(frame, objective)
    np.testing.assert_allclose(found["t_lower"], [0.5, 2.0])
    np.testing.assert_allclose(found["d_t"], [0.0, 1 / 9])
    optimistic = evaluate(frame, objective, optimism=1.0)
    np.testing.assert_allclose(optimistic["t_lower"], [50.0, 200.0])
    plain = Objective.model_validate({"primary": ({**terms[0], "scale": None},)})
    assert (evaluate(frame, plain)["t_lower"] < 0).all()
    assert plain.needed_columns == ("pk_t", "pk_t_std")
    assert objective.needed_columns == ("pk_t", "pk_t_std", "pk_t_lo", "pk_t_hi")
