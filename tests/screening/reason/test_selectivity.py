"""Over what a hit is selective, by how much, of how many, and when that is not shown."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.screen_settings import Screen
from screening.score.card_facts import ErrorCorrelations

Tell = Callable[..., str]
ALL = "100-fold or more over AURKA, CDK2 and INSR (cautious value, all 3 off-targets)"
"""3.14 less an error of 0.52: 420-fold."""


def margin(folds: float) -> float:
    """The off-target's prediction that leaves so many folds."""
    return 8.14 - math.log10(folds)


def only(screen: Screen, count: int) -> Screen:
    return screen.changed(off_targets=screen.objective.off_targets[:count])


def test_it_says_over_what_by_how_much_and_of_how_many(kinase: Screen, tell: Tell) -> None:
    assert ALL.replace("100-fold", "400-fold") in tell(kinase).split("; ")
    one = only(kinase, 1)
    assert "400-fold or more over AURKA (cautious value, the only off-target)" in tell(one)
    two = only(kinase, 2)
    assert "over AURKA and CDK2 (cautious value, all 2 off-targets)" in tell(two)
    some = tell(kinase, {"activity_INSR": 8.5})
    assert "over AURKA and CDK2 (cautious value, 2 of 3 off-targets)" in some
    assert some.endswith("; no selectivity predicted over INSR")


@pytest.mark.parametrize(
    ("folds", "error", "words"),
    [
        (1380, 0.0, "1000-fold or more over AURKA"),
        (100, 0.0, "100-fold or more over AURKA"),
        (100, 0.01, "90-fold or more over AURKA"),
        (100, 1.0, "10-fold or more over AURKA"),
        (31, 1.0, "3-fold or more over AURKA"),
        (
            29,
            1.0,
            "not shown over AURKA (predicted 29-fold, cautious value 2.9-fold)",
        ),
        (3.1, 0.0, "3-fold or more over AURKA"),
        (
            2.9,
            0.0,
            "not shown over AURKA (predicted 2.9-fold, cautious value 2.9-fold)",
        ),
        (2.4, 0.4, "selectivity not shown over AURKA (predicted 2.4-fold, within its error)"),
        (1.0, 0.4, "no selectivity predicted over AURKA"),
        (0.1, 0.4, "no selectivity predicted over AURKA"),
    ],
)
def test_what_is_told_is_what_is_left_less_the_error(
    folds: float, error: float, words: str, kinase: Screen, tell: Tell
) -> None:
    changed = {
        "activity_AURKA": margin(folds),
        "activity_AURKA_std": error,
        "activity_EGFR_std": 0.0,
    }
    assert words in tell(only(kinase, 1), changed)


def test_the_errors_of_both_predictions_count(kinase: Screen, tell: Tell) -> None:
    changed = {"activity_AURKA": margin(100), "activity_AURKA_std": 0.3, "activity_EGFR_std": 0.4}
    assert "30-fold or more over AURKA" in tell(only(kinase, 1), changed)  # 2.0 - 0.5


@pytest.mark.parametrize(("correlation", "folds"), [(0.0, 30), (0.5, 40), (1.0, 70), (None, 30)])
def test_correlated_errors_leave_a_smaller_error_of_the_margin(
    correlation: float | None, folds: int, kinase: Screen, tell: Tell
) -> None:
    changed = {"activity_AURKA": margin(100), "activity_AURKA_std": 0.3, "activity_EGFR_std": 0.4}
    known = {"activity": ErrorCorrelations(correlation, (), ())}
    limits = {"activity_distance": 0.7}
    told = tell(only(kinase, 1), changed, limits=limits, correlations=known)
    assert f"{folds}-fold or more over AURKA" in told


def test_several_margins_that_are_not_shown_are_told_by_their_ends(
    kinase: Screen, tell: Tell
) -> None:
    changed = {"activity_AURKA": margin(2.4), "activity_INSR": margin(1.2)}
    over = "selectivity not shown over AURKA and INSR"
    text = f"{over} (predicted 1.2 to 2.4-fold, within their error)"
    assert tell(kinase, changed).endswith(f"; {text}")
    changed = {"activity_AURKA": margin(5), "activity_INSR": margin(4)}
    text = f"{over} (predicted 4.0 to 5.0-fold, cautious values 1.5-fold or less)"
    assert tell(kinase, changed).endswith(f"; {text}")


def test_without_the_off_targets_error_nothing_is_claimed(
    kinase: Screen, tell: Tell, good: dict[str, float]
) -> None:
    unknown = dict.fromkeys(["activity_AURKA_std"], math.inf)
    told = tell(only(kinase, 1), unknown)
    assert "selectivity not shown over AURKA (predicted over 1000-fold, error unknown)" in told


@pytest.mark.parametrize("off", [0.72, 0.69])
def test_an_off_target_outside_its_models_domain_is_not_assessed(
    off: float, kinase: Screen, tell: Tell
) -> None:
    other = kinase.objective.off_targets[0].changed(task="panel_JAK2")
    screen = kinase.changed(off_targets=(other,))
    limits = {"activity_distance": 0.63, "panel_distance": 0.7}
    changed = {"panel_JAK2": 4.0, "panel_JAK2_std": 0.1}
    told = tell(screen, changed, limits=limits, activity_distance=0.1, panel_distance=off)
    far = f"selectivity not assessed over JAK2: outside panel's domain (distance {off}, limit 0.70)"
    assert (far in told) == (off > 0.7)
    assert ("fold or more over JAK2" in told) == (off <= 0.7)


def test_it_is_not_counted_from_a_prediction_that_is_not_to_be_relied_on(
    kinase: Screen, tell: Tell
) -> None:
    told = tell(kinase, limits={"activity_distance": 0.63}, activity_distance=0.8)
    assert "fold" not in told
    assert "AURKA" not in told


def test_of_two_targets_the_better_one_decides(kinase: Screen, tell: Tell) -> None:
    own = kinase.objective.primary[0].changed(task="mine_KDR")
    screen = kinase.changed(primary=(kinase.objective.primary[0], own))
    limits = {"activity_distance": 0.63, "mine_distance": 0.7}
    far = {"limits": limits, "activity_distance": 0.1, "mine_distance": 0.9}
    weak = {"mine_KDR": 6.0, "mine_KDR_std": 0.1}
    assert "400-fold or more" in tell(screen, weak, **far)
    best = {"mine_KDR": 9.0, "mine_KDR_std": 0.1}
    assert "fold" not in tell(screen, best, **far)


@given(
    off=st.floats(3, 9),
    std=st.floats(0, 2),
    own=st.floats(0, 2),
)
def test_no_selectivity_is_claimed_within_its_error(
    off: float, std: float, own: float, kinase: Screen, tell: Tell
) -> None:
    changed = {
        "activity_AURKA": off,
        "activity_AURKA_std": std,
        "activity_EGFR_std": own,
    }
    claimed = "-fold or more over" in tell(only(kinase, 1), changed)
    assert not claimed or 8.14 - off > math.hypot(std, own)


def test_a_set_is_named_with_its_highest_target(kinase: Screen, tell: Tell) -> None:
    members = ("activity_AURKA", "activity_CDK2", "activity_INSR")
    screen = kinase.changed(off_targets=(), selective_over=({"targets": "TK", "members": members},))
    said = tell(screen, {"activity_CDK2": 5.5})
    assert "100-fold or more over TK (CDK2) (cautious value, the only off-target)" in said
    said = tell(screen, {"activity_CDK2": 8.5})
    assert "no selectivity predicted over TK (CDK2)" in said
    far = tell(screen, {"activity_distance": 0.9}, limits={"activity_distance": 0.5})
    assert "over TK" not in far
