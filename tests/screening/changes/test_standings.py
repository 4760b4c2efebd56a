"""Two nights between which a bundle was upgraded: its task is learned as logarithms now."""

import math
from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle, load_bundle, write_card
from screening.changes.compare import compare_runs
from screening.changes.compared_run import open_compared
from screening.changes.setting import Cause
from screening.changes.standings import scale_as, view_all
from tests.screening.changes.conftest import TASKS, MakeBundle, Nights

PRIMARY = [{"task": "small_EGFR", "zero": 1.0, "full": 1e9}]


def upgrade(folder: Path, bundle: Bundle) -> Bundle:
    first, *rest = bundle.card.tasks
    logs = first.model_copy(update={"scale": "log10", "unit": "h"})
    write_card(folder, bundle.card.model_copy(update={"tasks": (logs, *rest)}))
    return load_bundle(folder, bundle.card.featurizer)


def in_hours(folder: Path, bundle: Bundle) -> Bundle:
    first, *rest = bundle.card.tasks
    hours = first.model_copy(update={"unit": "h"})
    write_card(folder, bundle.card.model_copy(update={"tasks": (hours, *rest)}))
    return load_bundle(folder, bundle.card.featurizer)


@pytest.fixture(scope="module")
def two(
    nights: Nights, make_bundle: MakeBundle, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    folders = [tmp_path_factory.mktemp(name) for name in ("linear", "logs")]
    linear, logs = (make_bundle(folder, "small", TASKS) for folder in folders)
    before = nights.run("linear", bundle=in_hours(folders[0], linear), primary=PRIMARY)
    now = nights.run("logs", bundle=upgrade(folders[1], logs), primary=PRIMARY)
    del nights.made["linear"], nights.made["logs"]
    return before, now


@pytest.mark.parametrize("back", [False, True])
def test_every_change_is_one_of_the_models(two: tuple[Path, Path], back: bool) -> None:
    found = compare_runs(*(two[::-1] if back else two))
    assert {one.cause for one in found.changes} <= {Cause.MODELS}
    assert not any("scale" in text for text in (*found.notes, *(c.detail for c in found.changes)))


def test_values_of_each_run_keep_its_scale(two: tuple[Path, Path]) -> None:
    before, now = map(open_compared, two)
    for run, other, scale in ((before, now, None), (now, before, "log10")):
        scaled = scale_as(run.past, other.past)
        assert scaled is not None
        assert scaled.objective.primary[0].scale == scale
        records = run.find_keys({*run.hits})
        for view in view_all(run, other, records).values():
            assert view.own == view.other  # the screens differ in the scale only
            assert view.own is not None
            assert math.isfinite(view.own.score or math.nan)


def test_a_target_of_the_other_screen_has_the_scale_of_the_own_model(
    two: tuple[Path, Path], nights: Nights, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    cdk2 = [{"task": "small_CDK2", "zero": 5.0, "full": 8.0}]
    bundle = make_bundle(tmp_path, "small", TASKS, seed=5)
    run = open_compared(nights.run("cdk2-before", bundle=bundle, primary=cdk2))
    del nights.made["cdk2-before"]
    now = open_compared(two[1])
    scaled = scale_as(run.past, now.past)
    assert scaled is not None
    assert scaled.objective.primary[0].scale is None
    upgrade(tmp_path, bundle)  # the bundle of the older run is gone
    assert scale_as(run.past, now.past) is None
    views = view_all(run, now, run.find_keys({*run.hits}))
    assert {view.other for view in views.values()} == {None}
