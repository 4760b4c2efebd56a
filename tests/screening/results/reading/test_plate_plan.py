"""The plan of the plates, read back from a real run."""

import math
import shutil
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.errors import AlteredError
from screening.objective.screen_file import load_screen
from screening.results.compounds import compare_with
from screening.results.reading import plate_plan
from screening.results.reading.plate_plan import read_plan
from screening.runs.runfolder import RunFolder, open_folder


def test_the_plan_is_that_of_the_run(lab_run: RunFolder) -> None:
    plan = read_plan(lab_run)
    assert (plan.task, plan.target, plan.is_potency) == ("small_EGFR", "EGFR", True)
    assert plan.plates == ["EGFR_P1"]
    wells = plan.wells["EGFR_P1"]
    assert len(wells) == 384
    samples = [one for one in wells.values() if one.is_sample]
    assert len(samples) == len(plan.compounds) * 16
    assert {one.rank for one in samples} == set(plan.compounds)
    for one in samples:
        assert plan.compounds[one.rank].compound_id == one.compound_id
        assert one.concentration_um > 0
    for compound in plan.compounds.values():
        low, high = compound.predicted.low, compound.predicted.high
        assert low <= compound.predicted.value <= high
        assert compound.key
        assert compound.smiles
    controls = [one for one in wells.values() if one.is_control]
    assert len(controls) == 64
    assert all(not one.rank for one in controls)
    assert all(math.isnan(w.concentration_um) for w in wells.values() if w.role == "empty")


def test_a_target_is_named_in_any_case_and_by_its_short_name(lab_run: RunFolder) -> None:
    assert read_plan(lab_run, "egfr").task == read_plan(lab_run, "small_EGFR").task
    with pytest.raises(InputError, match=r"no primary target 'EGFT'.*small_EGFR.*did you mean"):
        read_plan(lab_run, "EGFT")


def test_a_prediction_that_was_changed_later_is_refused(lab_run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(lab_run.folder, folder)
    path = folder / "lab/plates.csv"
    path.write_text(path.read_text().replace("kinase", "kinase").replace("sample", "Sample", 1))
    with pytest.raises(AlteredError, match=r"plates\.csv is not what the run wrote"):
        read_plan(open_folder(folder))


def test_of_several_targets_one_has_to_be_named(
    lab_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = load_screen(lab_run.folder / "screen.toml")
    other = one.objective.primary[0].changed(task="small_CDK2")
    two = one.changed(primary=(*one.objective.primary, other))
    monkeypatch.setattr(plate_plan, "load_screen", lambda _: two)
    with pytest.raises(InputError, match=r"2 primary targets \(small_EGFR, small_CDK2\).*--task"):
        read_plan(lab_run)
    assert read_plan(lab_run, "CDK2").target == "CDK2"
    assert read_plan(lab_run, "small_EGFR").target == "EGFR"


def test_a_potency_is_not_compared_with_an_interval_in_another_unit(
    lab_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_in_percent(run: RunFolder, name: str) -> list[dict[str, str]]:
        rows = read(run, name)
        return [row | {"unit": "%"} for row in rows] if name == "columns.csv" else rows

    read = plate_plan._read
    monkeypatch.setattr(plate_plan, "_read", read_in_percent)
    plan = read_plan(lab_run)
    assert not plan.is_potency
    for one in plan.compounds.values():
        assert not math.isnan(one.predicted.value)
        assert compare_with(one.predicted, 7.0, "=", "pActivity") == ""
