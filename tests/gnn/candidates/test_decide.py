"""A candidate is promoted if it is better by the margin, and only then."""

import numpy as np
import pytest

from gnn.candidates.candidates import MOVED
from gnn.candidates.decide import LEAST, Decision, decide
from gnn.candidates.foresee import BASE, CURRENT, Foreseen, Later


def later(
    moved: float = 0.5,
    current: float = 1.0,
    width: float = 2.0,
    tasks: str = "A" * 12,
    known: int = 0,
) -> Later:
    """Return two events of results, each foreseen with errors of these sizes."""
    count = len(tasks)
    sign = np.where(np.arange(count) % 2, 1.0, -1.0)
    measured = np.linspace(5, 8, count)
    event = np.where(np.arange(count) < count - 10, 1, 2)

    def foreseen(error: float, half: float) -> Foreseen:
        value = measured + error * sign
        return Foreseen(value, value - half, value + half)

    now = foreseen(current, width)
    kept = Foreseen(*(np.where(event >= known, part, np.nan) for part in now))
    models = {BASE: foreseen(current, width), CURRENT: kept, MOVED: foreseen(moved, width)}
    task = np.array(list(tasks), dtype=object)
    return Later(task, np.arange(count), event, measured, models, {}, {})


def test_a_better_candidate_is_promoted_with_its_gain() -> None:
    found = decide(later())
    assert found.promote == MOVED
    assert found.gain is not None
    assert found.gain.value == pytest.approx(0.5)
    assert found.events == (2,)
    assert found.newest[MOVED].results == 10
    assert found.every[MOVED].results == 12
    assert "lower by 50.0 % (90 % interval 50 to 50 %)" in found.why[-1]


@pytest.mark.parametrize(("moved", "word"), [(0.99, "lower by 1.0 %"), (1.1, "higher by 10.0 %")])
def test_less_than_the_margin_changes_nothing(moved: float, word: str) -> None:
    found = decide(later(moved))
    assert (found.promote, found.gain) == ("", None)
    assert word in found.why[0]
    assert "expected lower by at least 2 %" in found.why[0]


def test_a_candidate_of_the_same_results_waits_for_the_next_event() -> None:
    assert "one more event tells" in decide(later(1.0)).why[0]


def test_the_margin_is_the_callers() -> None:
    assert decide(later(0.99), 0.005).promote == MOVED
    assert decide(later(0.5), 0.6).promote == ""


def test_intervals_that_hold_too_few_refuse_a_candidate() -> None:
    found = decide(later(0.5, width=0.4))
    assert found.promote == ""
    assert "intervals hold 0 of 10 results" in found.why[0]


def test_one_target_may_not_pay_for_another() -> None:
    one = later(0.5, tasks="AABABABABABA")
    models = dict(one.models)
    error = np.where(one.task == "B", 1.2, 0.1)
    value = one.measured + error
    models[MOVED] = Foreseen(value, value - 2, value + 2)
    found = decide(one._replace(models=models))
    assert found.promote == ""
    assert "its error on B is higher, 1.200 instead of 1.000" in found.why[0]


def too_few(found: Decision) -> bool:
    return found.promote == "" and f"at least {LEAST}" in found.why[0]


def test_what_the_current_model_knows_and_too_few_results_decide_nothing() -> None:
    assert too_few(decide(later(known=3)))
    assert decide(later(known=2)).promote == MOVED
    one = later()
    few = {name: Foreseen(*(part[5:] for part in own)) for name, own in one.models.items()}
    rows = (one.task[5:], one.compound[5:], one.event[5:], one.measured[5:])
    assert too_few(decide(Later(*rows, few, {}, {})))


def test_results_of_one_compound_on_many_targets_are_one_compound() -> None:
    one = later(tasks="ABCDEFGHIJKLMN")
    found = decide(one._replace(compound=np.zeros(14, int)))
    assert too_few(found)
    assert "results of 1 new compound decide" in found.why[0]


def test_the_interval_draws_compounds_with_all_their_results() -> None:
    single = later(tasks="A" * 12)
    rng = np.random.default_rng(1)
    value = single.measured + rng.normal(0, 0.5, 12)
    models = dict(single.models) | {MOVED: Foreseen(value, value - 2, value + 2)}
    single = single._replace(models=models)
    twice = np.repeat(np.arange(12), 2)  # each compound on two targets, with equal errors
    double = Later(
        np.array(list("AB" * 12), dtype=object),
        single.compound[twice],
        single.event[twice],
        single.measured[twice],
        {name: Foreseen(*(part[twice] for part in made)) for name, made in models.items()},
        {},
        {},
    )
    assert decide(double).gain == pytest.approx(decide(single).gain)
