import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.objective import evaluate
from screening.objective.screen_settings import Screen
from screening.rank.rank import merge_top
from screening.score.expected_score import (
    expected_score,
    kept_by_predictions,
    kept_by_properties,
    wanted_columns,
)

SCREEN = Screen.model_validate(
    {
        "name": "promise",
        "title": "Promise",
        "library": "any",
        "bundles": ["activity"],
        "hits": 5,
        "primary": [{"task": "a_EGFR", "zero": 5.0, "full": 8.0}],
        "off_targets": [{"task": "a_CDK2"}],
        "liabilities": [{"task": "t_herg", "zero": 1.0, "full": 0.3}],
        "filters": {"max_mw": 500.0, "max_t_herg": 0.6, "min_heavy_atoms": 10.0},
    }
)
VALUES = st.lists(st.floats(3, 10), min_size=1, max_size=20)


def make(values: list[float], **other: float) -> pd.DataFrame:
    plain = {"a_EGFR_std": 0.8, "a_CDK2": 5.0, "t_herg": 0.4, "mw": 300.0, "heavy_atoms": 20.0}
    frame = pd.DataFrame({"a_EGFR": values, **plain, **other})
    return frame.assign(row=np.arange(len(frame)), smiles="C")


@given(VALUES)
def test_without_an_error_the_promise_is_the_score(values: list[float]) -> None:
    frame = make(values)
    expected = evaluate(frame, SCREEN.objective)["score"].to_numpy()
    np.testing.assert_allclose(
        expected_score(frame, SCREEN, {"a_EGFR": 0.0}, []), expected, rtol=1e-12
    )


@given(VALUES, st.floats(0.01, 1.0))
def test_the_promise_is_the_mean_score_over_the_error(values: list[float], error: float) -> None:
    steps = np.arange(-3, 4)
    weights = np.exp(-(steps**2) / 2)
    scores = [
        evaluate(make([v + 2 * s * error for v in values]), SCREEN.objective)["score"]
        for s in steps
    ]
    expected = np.average(scores, axis=0, weights=weights)
    found = expected_score(make(values), SCREEN, {"a_EGFR": error}, [])
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_just_below_the_rise_promises_more_than_far_below() -> None:
    """Both score the same; a small error would lift one of them alone."""
    frame = make([5.75, 4.0], a_CDK2=9.0)
    score = evaluate(frame, SCREEN.objective)["score"]
    assert score[0] == score[1]
    near, far = expected_score(frame, SCREEN, {"a_EGFR": 0.15}, [])
    assert near > 1.1 * far


def test_a_probability_is_moved_in_log_odds() -> None:
    screen = SCREEN.changed(primary=(SCREEN.objective.primary[0].changed(zero=0.0, full=1.0),))
    frame = make([0.001, 0.5, 0.999], a_EGFR_std=0.0)
    found = expected_score(frame, screen, {"a_EGFR": 2.0}, ["a_EGFR"])
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()


@given(st.lists(st.tuples(st.floats(100, 900), st.floats(0, 1)), min_size=1, max_size=30))
def test_filters_take_what_the_ranking_takes(rows: list[tuple[float, float]]) -> None:
    frame = make([7.0] * len(rows)).assign(mw=[mw for mw, _ in rows], t_herg=[p for _, p in rows])
    kept, taken = kept_by_properties(frame, SCREEN)
    passing = kept_by_predictions(frame, SCREEN)
    ranking = merge_top([frame], SCREEN)
    assert int((kept & passing).sum()) == ranking.passed
    assert taken == {"max_mw": ranking.filtered["max_mw"], "min_heavy_atoms": 0}


def test_wanted_columns_are_those_that_somebody_predicts() -> None:
    every = ["a_EGFR", "a_EGFR_std", "a_EGFR_lo", "a_CDK2", "t_herg", "t_ames"]
    assert wanted_columns(SCREEN, every) == ["a_EGFR", "a_CDK2", "t_herg", "a_EGFR_std"]


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        expected_score(make([float("nan")]), SCREEN, {"a_EGFR": 0.1}, [])


def test_a_logarithm_is_moved_by_a_factor() -> None:
    terms = [{"task": "a_EGFR", "zero": 1.0, "full": 50.0, "scale": "log10"}]
    screen = Screen.model_validate(
        {"name": "h", "title": "h", "library": "any", "bundles": ["a"], "primary": terms}
    )
    frame = pd.DataFrame({"a_EGFR": [2.0, 20.0], "a_EGFR_lo": [1.0, 5.0], "a_EGFR_hi": [4.0, 80.0]})
    frame = frame.assign(a_EGFR_std=1.0)
    steps = np.arange(-3, 4)
    scores = [
        evaluate(frame.assign(a_EGFR=frame["a_EGFR"] * 10.0 ** (2 * s * 0.1)), screen.objective)
        for s in steps
    ]
    expected = np.average([one["score"] for one in scores], axis=0, weights=np.exp(-(steps**2) / 2))
    found = expected_score(frame, screen, {"a_EGFR": 0.1}, [])
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert set(wanted_columns(screen, frame.columns.tolist())) == set(frame)
