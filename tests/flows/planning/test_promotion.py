"""A promotion is tried with a margin that means something, which is the same everywhere."""

import inspect
from pathlib import Path

import pytest

from chem.errors import InputError
from flows.commands.finished_runs.promote import promote
from flows.planning.promotion import comparison_rows, is_base_better, try_promotion
from flows.results import results
from gnn.candidates.decide import MARGIN, Decision, Figures
from screening.campaign.campaign import LOG


def test_command_and_flow_have_the_margin_of_the_decision() -> None:
    for one in (promote, results.fn):
        assert inspect.signature(one).parameters["margin"].default == MARGIN


@pytest.mark.parametrize("margin", [-0.1, 1.0, 2.0, float("nan")])
def test_an_impossible_margin_is_one_line(margin: float, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected 0 to 1, such as 0\.02 for 2 %"):
        try_promotion(tmp_path, "activity", margin)


def test_a_campaign_without_a_model_needs_a_base(tmp_path: Path) -> None:
    (tmp_path / LOG).touch()
    with pytest.raises(InputError, match="name the bundle of its runs with --bundle"):
        try_promotion(tmp_path, None, MARGIN)


def test_the_table_has_a_row_for_each_model_and_no_number_of_nothing() -> None:
    none, some = Figures(0, float("nan"), 0), Figures(10, 0.5, 9)
    every = {"base": some, "current": none}
    decision = Decision(every, every, (), "", None, ())
    assert list(comparison_rows(decision)) == [
        ["base", "10", "0.500", "0.90", "10", "0.500", "0.90"],
        ["current", "0", "", "", "0", "", ""],
    ]
    assert not is_base_better(decision)
