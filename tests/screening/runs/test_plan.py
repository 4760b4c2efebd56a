"""Checks of a screen against its bundles, before any work."""

from pathlib import Path

import pytest

from chem.errors import InputError
from screening.errors import StoreError
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.prepare.prepared_location import open_store, prepared_store, scores_store
from screening.runs.plan import check_lines, check_units, load_bundles
from screening.score.predicted_columns import task_units
from screening.storage.store import Store

SCREEN = load_screen(Path(__file__).parents[3] / "flows/screens/kinase.toml")


def with_primary(task: str) -> Screen:
    primary = SCREEN.objective.primary[0].changed(task=task, label="wanted")
    return SCREEN.changed(primary=(primary,))


def test_units_come_from_the_cards() -> None:
    units = task_units(load_bundles(("activity", "toxicity")))
    assert units["activity_EGFR"] == "pActivity"
    assert units["toxicity_herg"] == "probability"


def test_selectivity_between_tasks_of_one_unit_is_accepted() -> None:
    check_units(SCREEN, load_bundles(SCREEN.bundles))


def test_selectivity_between_tasks_of_different_units_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^[^\n]*toxicity_herg in probability[^\n]*$"):
        check_units(with_primary("toxicity_herg"), load_bundles(SCREEN.bundles))


def test_a_primary_of_any_unit_may_stand_alone() -> None:
    alone = with_primary("toxicity_herg").changed(off_targets=())
    check_units(alone, load_bundles(SCREEN.bundles))


def test_a_line_is_for_the_probability_of_a_class() -> None:
    first, *rest = SCREEN.objective.liabilities
    bundles = load_bundles(SCREEN.bundles)
    costly = first.changed(cost_ratio=4.0)
    check_lines(SCREEN.changed(liabilities=(costly, *rest)), bundles)
    dose = costly.changed(task="toxicity_ld50_zhu", full=2.0, zero=4.0)
    with pytest.raises(InputError) as refused:
        check_lines(SCREEN.changed(liabilities=(*rest, dose)), bundles)
    assert str(refused.value) == (
        'screen kinase, [[liabilities]] 4, "cost_ratio": found toxicity_ld50_zhu in '
        "log10(1/(mol/kg)), expected the probability of a class; leave out cost_ratio and say with "
        "full and zero which values are good"
    )


def test_a_store_by_its_path_is_the_same_from_any_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert open_store("shared/x") == Store(tmp_path / "shared/x")
    assert open_store("~/x") == Store(tmp_path / "home/x")
    assert open_store(f"file://{tmp_path}/x") == Store(tmp_path / "x")
    assert open_store(None) is None


def test_a_store_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"^[^\n]*cannot be made[^\n]*$"):
        open_store(str(tmp_path / "file" / "store"))


def test_every_library_and_every_scoring_has_a_place_of_its_own(tmp_path: Path) -> None:
    root = Store("memory://shelf")
    assert prepared_store(root, "a", tmp_path) == Store("memory://shelf/prepared/a")
    assert scores_store(root, "b", tmp_path) == Store("memory://shelf/scores/b")
    assert prepared_store(None, "a", tmp_path) == Store(tmp_path)
    assert scores_store(None, "b", tmp_path) == Store(tmp_path / "scores")
