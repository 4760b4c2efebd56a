"""A prediction beside those of the other targets of its bundle, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.screen_settings import Screen
from screening.reason.measurements import Contradiction
from screening.reason.other_targets import Comparison, OtherTargets, compare
from screening.reason.sentence import HitFacts

ROW = {"activity_EGFR": 8.1, "activity_A": 6.0, "activity_B": 7.0, "activity_C": 7.0}


def compared(row: dict[str, float], others: list[str]) -> Comparison:
    """Compare EGFR in a row with other targets."""
    names = tuple(task.removeprefix("activity_") for task in others)
    return OtherTargets("EGFR", "activity_EGFR", "activity", tuple(others), names).compare(row)


@pytest.mark.parametrize(
    ("value", "others", "told"),
    [
        (8.1, [6.5, 5.7], "EGFR pActivity 8.1, 2.0 above the mean of 2 other kinases predicted"),
        (5.0, [6.5, 5.5], "EGFR pActivity 5.0, 1.0 below the mean of 2 other kinases predicted"),
        (6.02, [6.0, 6.0], "EGFR pActivity 6.0, 0.0 above the mean of 2 other kinases predicted"),
        (5.98, [6.0, 6.0], "EGFR pActivity 6.0, 0.0 above the mean of 2 other kinases predicted"),
        (8.1, [6.5], "EGFR pActivity 8.1, 1.6 above T0, as predicted"),
    ],
)
def test_the_sentence_says_over_what(value: float, others: list[float], told: str) -> None:
    row = {"activity_EGFR": value, **{f"activity_T{n}": other for n, other in enumerate(others)}}
    assert compared(row, list(row)[1:]).sentence("kinases") == told


def test_a_comparison_of_a_contradicted_prediction_says_so() -> None:
    told = compared(ROW, ["activity_A"]).sentence("kinases", Contradiction("measured 5.5", False))
    assert told == (
        "EGFR pActivity 8.1, 2.1 above A, as predicted; "
        "from the prediction, although the compound was measured 5.5"
    )


def test_equal_predictions_stay_in_order_and_five_are_named() -> None:
    row = {**ROW, **{f"activity_X{n}": 5.0 for n in range(6)}}
    others = [task for task in row if task != "activity_EGFR"]
    found = compared(row, others)
    assert found.highest == "B 7.0, C 7.0, A 6.0, X0 5.0, X1 5.0"
    assert found.size == 9
    assert len(found.strongest) == 5


@given(st.permutations(["activity_A", "activity_B", "activity_C"]))
def test_the_margin_does_not_depend_on_the_order(others: list[str]) -> None:
    assert compared(ROW, others).margin == 8.1 - 20 / 3


def test_other_primaries_and_other_bundles_are_left_out(kinase: Screen) -> None:
    first = kinase.objective.primary[0]
    both = kinase.changed(primary=(first, first.changed(task="activity_A")), off_targets=())
    units = {**dict.fromkeys(ROW, "pActivity"), "lab_B": "pActivity", "activity_D": "other"}
    row = {**ROW, "lab_B": 9.0, "activity_D": 9.0}
    found = list(compare(HitFacts(row, both, units)))
    assert [one.name for one in found] == ["EGFR", "A"]
    assert [[name for name, _ in one.strongest] for one in found] == [["B", "C"]] * 2


def test_bundles_whose_names_begin_alike_are_told_apart(kinase: Screen) -> None:
    term = kinase.objective.primary[0].changed(task="my_assay_A")
    screen = kinase.changed(primary=(term,), off_targets=())
    units = dict.fromkeys(["my_assay_A", "my_assay_B", "my_other_C"], "pActivity")
    row = {"my_assay_A": 7.0, "my_assay_B": 6.0, "my_other_C": 9.0}
    row |= {"my_assay_distance": 0.2, "my_other_distance": 0.2}
    (found,) = compare(HitFacts(row, screen, units))
    assert found.strongest == (("B", 6.0),)


def test_a_margin_of_that_name_is_no_domain(kinase: Screen) -> None:
    """A term of the screen may be called like a column of distances."""
    off = kinase.objective.off_targets[0].changed(task="activity_A", label="activity_x_distance")
    screen = kinase.changed(off_targets=(off,))
    row = {**ROW, "activity_x_Q": 9.0, "activity_distance": 0.2}
    row["selectivity_activity_x_distance"] = 0.5
    (found,) = compare(HitFacts(row, screen, dict.fromkeys(row, "pActivity")))
    assert "x_Q" in found.highest
