"""Naming tasks of a prediction file: by task or column, in the bundles' order."""

import pytest

from chem.errors import InputError
from gnn.bundle.bundle import Bundle, shipped_bundles
from gnn.bundle.predict import predicted_columns
from screening.runs.plan import load_bundles
from screening.score.wanted_tasks import wanted_tasks


@pytest.fixture(scope="module")
def bundles() -> tuple[Bundle, ...]:
    return load_bundles(tuple(shipped_bundles()))


def four(task: str) -> list[str]:
    return [task + part for part in ("", "_std", "_lo", "_hi")]


def test_without_names_every_task_is_wanted(bundles: tuple[Bundle, ...]) -> None:
    wanted = wanted_tasks(bundles)
    assert wanted.bundles == bundles
    assert wanted.columns == predicted_columns(bundles)
    assert wanted.tasks == sum(len(bundle.card.tasks) for bundle in bundles)


@pytest.mark.parametrize(
    "names",
    [("EGFR",), ("egfr",), ("activity_EGFR",), ("ACTIVITY_egfr", "EGFR")],
)
def test_a_task_has_four_columns_and_its_bundle_a_distance(
    names: tuple[str, ...], bundles: tuple[Bundle, ...]
) -> None:
    wanted = wanted_tasks(bundles, names)
    assert [bundle.card.name for bundle in wanted.bundles] == ["activity"]
    assert wanted.columns == [*four("activity_EGFR"), "activity_distance"]
    assert wanted.tasks == 1


def test_columns_stand_in_the_bundles_order(bundles: tuple[Bundle, ...]) -> None:
    wanted = wanted_tasks(bundles, ("herg", "JAK2", "EGFR"))
    every = predicted_columns(bundles)
    assert wanted.columns == [name for name in every if name in wanted.columns]
    assert wanted.tasks == 3
    assert set(wanted.columns) == {
        *(*four("activity_EGFR"), *four("activity_JAK2"), "activity_distance"),
        *(*four("toxicity_herg"), "toxicity_distance"),
    }


@pytest.mark.parametrize("names", [("EGFRR",), ("EGFR", "EGFRR")])
def test_a_task_that_nothing_predicts(names: tuple[str, ...], bundles: tuple[Bundle, ...]) -> None:
    with pytest.raises(InputError, match=r"predicts 'EGFRR'; did you mean \"activity_EGFR\"\?"):
        wanted_tasks(bundles, names)
