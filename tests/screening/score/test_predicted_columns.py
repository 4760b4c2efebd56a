"""Naming tasks of a prediction file: by task or column, in the bundles' order."""

from pathlib import Path

import pytest

from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.find_bundle import shipped_bundles
from screening.objective.screen_settings import Screen
from screening.runs.plan import load_bundles
from screening.score.predicted_columns import (
    calibrated_tasks,
    domain_limits,
    has_interval,
    wanted_tasks,
)
from tests.conftest import MakeBundle


@pytest.fixture(scope="module")
def bundles() -> tuple[Bundle, ...]:
    return load_bundles(tuple(shipped_bundles()))


INACTIVITY = ("_p_inactive", "_if_active")


def four(task: str) -> list[str]:
    return [task + part for part in ("", "_std", "_lo", "_hi")]


def six(task: str) -> list[str]:
    """The columns of a potency, whose inactivity is predicted, too."""
    return [*four(task), *(task + part for part in INACTIVITY)]


def test_without_names_every_task_is_wanted(bundles: tuple[Bundle, ...]) -> None:
    wanted = wanted_tasks(bundles)
    assert wanted.bundles == bundles
    networks = [name for name in wanted.columns if not name.endswith(INACTIVITY)]
    assert networks == predicted_columns(bundles)
    assert "activity_EGFR_p_inactive" in wanted.columns
    assert wanted.tasks == sum(len(bundle.card.tasks) for bundle in bundles)


@pytest.mark.parametrize(
    "names",
    [("EGFR",), ("egfr",), ("activity_EGFR",), ("ACTIVITY_egfr", "EGFR")],
)
def test_a_potency_has_six_columns_and_its_bundle_a_distance(
    names: tuple[str, ...], bundles: tuple[Bundle, ...]
) -> None:
    wanted = wanted_tasks(bundles, names)
    assert [bundle.card.name for bundle in wanted.bundles] == ["activity"]
    assert wanted.columns == [*six("activity_EGFR"), "activity_distance"]
    assert wanted.tasks == 1


def test_columns_stand_in_the_bundles_order(bundles: tuple[Bundle, ...]) -> None:
    wanted = wanted_tasks(bundles, ("herg", "JAK2", "EGFR"))
    every = predicted_columns(bundles)
    networks = [name for name in wanted.columns if not name.endswith(INACTIVITY)]
    assert networks == [name for name in every if name in wanted.columns]
    assert wanted.tasks == 3
    assert set(wanted.columns) == {
        *(*six("activity_EGFR"), *six("activity_JAK2"), "activity_distance"),
        *(*four("toxicity_herg"), "toxicity_distance"),
    }


@pytest.mark.parametrize("names", [("EGFRR",), ("EGFR", "EGFRR")])
def test_a_task_that_nothing_predicts(names: tuple[str, ...], bundles: tuple[Bundle, ...]) -> None:
    with pytest.raises(InputError, match=r"predicts 'EGFRR'; did you mean \"activity_EGFR\"\?"):
        wanted_tasks(bundles, names)


def test_without_a_card_a_probability_has_no_interval(
    kinase: Screen, units: dict[str, str]
) -> None:
    assert has_interval("activity_EGFR", kinase, units)
    assert not has_interval("toxicity_herg", kinase, units)


def test_a_card_that_measured_a_coverage_decides(kinase: Screen, units: dict[str, str]) -> None:
    assert has_interval("toxicity_herg", kinase, units, {"toxicity_herg"})
    assert not has_interval("activity_EGFR", kinase, units, {"toxicity_herg"})


def test_the_shipped_bundles() -> None:
    bundles = load_bundles(("activity", "toxicity"))
    found = calibrated_tasks(bundles)
    for bundle in bundles:
        for task in bundle.card.tasks:
            name = f"{bundle.card.name}_{task.name}"
            # Held-out rows say of a class where its share of positives lies.
            assert task.calibration["rows"] > 0
            assert name in found
    limits = domain_limits(bundles)
    assert set(limits) == {"activity_distance", "toxicity_distance"}
    for bundle in bundles:
        assert bundle.card.domain is not None
        limit = limits[f"{bundle.card.name}_distance"]
        assert 0 <= bundle.card.domain.limit - limit < 0.011


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_of_regressions_that_nothing_was_held_out_for_there_is_no_interval(
    coverage: float | None, tmp_path: Path, make_bundle: MakeBundle
) -> None:
    bundle = make_bundle(tmp_path / "small")
    card = bundle.card.model_copy(update={"coverage": coverage})
    object.__setattr__(bundle, "card", card)
    regressions = {f"small_{task.name}" for task in card.tasks if task.kind == "regression"}
    assert calibrated_tasks((bundle,)) & regressions == (regressions if coverage else set())
