"""Controls: exchanged, outlying, weak, in the wrong direction. Suspected plates are refused."""

from pathlib import Path

import numpy as np
import pytest

from screening.lab.layout import NEGATIVE, POSITIVE
from screening.objective.wells import Well
from screening.results.controls import Controls, summarize
from screening.results.evaluate import Evaluation, Options, evaluate
from tests.screening.results.simulate import Signals, Truth, make_truth, write_wells

PLATE = "kinase_P1"


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth(20, 4)


def run(
    truth: Truth, folder: Path, signals: Signals | None = None, options: Options | None = None
) -> Evaluation:
    return evaluate(truth.plan, [write_wells(folder / "x.csv", truth, signals)], options)


def controls(truth: Truth, role: str) -> list[Well]:
    return [at for at, one in truth.plan.wells[PLATE].items() if one.role == role]


def kinds(found: Evaluation) -> list[str]:
    return [f"{one.severity}: {one.what}" for one in found.findings]


def test_two_exchanged_controls_are_left_out(truth: Truth, tmp_path: Path) -> None:
    own = dict(truth.signals[PLATE])
    one, two = controls(truth, NEGATIVE)[5], controls(truth, POSITIVE)[11]
    own[one], own[two] = own[two], own[one]
    found = run(truth, tmp_path, {PLATE: own})
    assert kinds(found) == ["left out: exchanged controls"]
    assert set(found.findings[0].wells) == {one.name, two.name}
    assert found.wells_kept == found.wells_planned - 2
    clean = run(truth, tmp_path)
    again = [one.value for one in found.values]
    assert again == pytest.approx([one.value for one in clean.values], abs=0.02)


def test_an_outlying_control_fits_neither_kind(truth: Truth, tmp_path: Path) -> None:
    own = dict(truth.signals[PLATE])
    own[controls(truth, NEGATIVE)[3]] = 250_000.0
    assert kinds(run(truth, tmp_path, {PLATE: own})) == ["left out: outlying controls"]


def test_all_controls_exchanged_refuse_the_plate(truth: Truth, tmp_path: Path) -> None:
    """The dose series show it: less inhibition at higher doses."""
    own = dict(truth.signals[PLATE])
    for one, two in zip(controls(truth, NEGATIVE), controls(truth, POSITIVE), strict=True):
        own[one], own[two] = own[two], own[one]
    found = run(truth, tmp_path, {PLATE: own})
    assert "refused: all controls exchanged" in kinds(found)
    assert "less inhibition at higher doses" in found.findings[0].found
    assert found.wells_kept == 0
    assert found.is_empty


def test_a_signal_that_rises_is_read_from_the_controls(truth: Truth, tmp_path: Path) -> None:
    rising = {PLATE: {at: 60_000 - value for at, value in truth.signals[PLATE].items()}}
    found = run(truth, tmp_path, rising)
    assert kinds(found) == []
    assert any(line.startswith("the signal rises with inhibition") for line in found.told)
    clean = run(truth, tmp_path)
    assert [one.value for one in found.values] == pytest.approx(
        [one.value for one in clean.values], abs=1e-3
    )
    refused = run(truth, tmp_path, rising, Options(direction="falls"))
    assert refused.findings[0].what == "all controls exchanged"
    assert "while you say that it falls" in refused.findings[0].found


def test_one_plate_in_the_other_direction_is_refused(tmp_path: Path) -> None:
    truth = make_truth(300, 2, replicates=3, replicate_plates=True)
    name = truth.plan.plates[1]
    own = dict(truth.signals[name])
    own |= {at: 55_000 - own[at] for at, w in truth.plan.wells[name].items() if w.is_control}
    found = run(truth, tmp_path, {**truth.signals, name: own})
    assert found.plates[name].refused == (
        "it seems that the positive and negative controls are exchanged"
    )
    assert [one.name for one in found.plates.values() if one.refused] == [name]
    assert kinds(found) == ["refused: all controls exchanged"]


def test_weak_controls_are_told_and_bad_ones_refuse_the_plate(truth: Truth, tmp_path: Path) -> None:
    for noise, told in ((0.11, "told: weak controls"), (0.28, "refused: bad controls")):
        draw = np.random.default_rng(6)
        own = dict(truth.signals[PLATE])
        for at in (*controls(truth, NEGATIVE), *controls(truth, POSITIVE)):
            own[at] += draw.normal(0, 45_000 * noise)
        found = run(truth, tmp_path, {PLATE: own})
        assert told in kinds(found)
        assert bool(found.plates[PLATE].refused) == told.startswith("refused")
    kept = run(truth, tmp_path, {PLATE: own}, Options(accepted=(PLATE,)))
    assert "told: weak controls" in kinds(kept)
    assert not kept.is_empty


def test_a_turned_plate_is_refused_unless_it_is_accepted(truth: Truth, tmp_path: Path) -> None:
    own = {Well(15 - at.row, 23 - at.column): v for at, v in truth.signals[PLATE].items()}
    found = run(truth, tmp_path, {PLATE: own})
    assert found.plates[PLATE].refused == "it seems that the plate is turned by 180 degrees"
    assert found.is_empty
    accepted = run(truth, tmp_path, {PLATE: own}, Options(accepted=(PLATE,)))
    assert not accepted.plates[PLATE].refused
    (told,) = [one for one in accepted.findings if one.what == "moved wells"]
    assert told.done == "kept as they are in the file, as you accept the plate"


def test_a_plan_without_positive_controls_takes_zero_as_full(tmp_path: Path) -> None:
    truth = make_truth(300, 1, positive_controls=False)
    found = run(truth, tmp_path)
    assert any("the plan has no positive controls" in line for line in found.told)
    assert "told: order of wells not checked" in kinds(found)
    assert len(found.with_value) == 300


def test_robust_figures_are_those_of_normal_values() -> None:
    draw = np.random.default_rng(1)
    low = summarize(draw.normal(10, 1, 4000).tolist())
    high = summarize([*draw.normal(100, 5, 4000), 1e6])
    assert low.std == pytest.approx(1, abs=0.1)
    assert high.mean == pytest.approx(100, abs=1)
    both = Controls(high, low)
    assert both.direction == "falls"
    assert both.z_prime == pytest.approx(1 - 3 * 6 / 90, abs=0.02)
    assert both.signal_to_background == pytest.approx(10, abs=0.2)
    assert high.cv == pytest.approx(5, abs=0.3)


def test_two_plates_that_contradict_each_other_are_both_refused(tmp_path: Path) -> None:
    """With two replicates, nothing tells which plate has its controls exchanged."""
    truth = make_truth(200, 2, replicates=2, replicate_plates=True, top_uM=1.0)
    name = truth.plan.plates[1]
    own = dict(truth.signals[name])
    own |= {at: 55_000 - own[at] for at, w in truth.plan.wells[name].items() if w.is_control}
    found = run(truth, tmp_path, {**truth.signals, name: own})
    assert all(one.refused for one in found.plates.values())
    assert found.is_empty
    assert {one.what for one in found.findings if one.severity == "refused"} == {
        "all controls exchanged"
    }


def test_one_planned_control_of_a_kind_is_used_and_told(tmp_path: Path) -> None:
    truth = make_truth(20, 2, controls_each=1, replicates=2)
    found = run(truth, tmp_path)
    assert kinds(found) == ["told: few controls"]
    assert len(found.with_value) == 20
