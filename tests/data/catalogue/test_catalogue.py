import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from chem.errors import InputError
from data.catalogue.catalogue import Dataset, TaskColumn, WheelSource, dataset, datasets


def test_the_catalogue_has_every_set() -> None:
    names = list(datasets())
    assert len(names) == len(set(names)) == 69
    assert sum(name.startswith("tdc_") for name in names) == 22
    assert sum(name.startswith("moleculeace_") for name in names) == 30
    assert {"kinase200", "tox21", "approved_drugs", "zinc_leadlike"} <= set(names)


@pytest.mark.parametrize("entry", datasets().values(), ids=list(datasets()))
def test_an_entry_is_complete(entry: Dataset) -> None:
    assert entry.title
    assert entry.licence
    assert entry.citation.startswith("doi:10.")
    assert entry.upstream.startswith("https://")
    assert bool(entry.all_tasks or entry.task_column) == (entry.kind != "library")
    for source in entry.sources:
        if isinstance(source, WheelSource) and len(source.members) == 1:
            assert source.members[0].sha256 == entry.sha256


def test_faults_are_sentences_with_numbers_and_the_guide_has_them() -> None:
    guide = (Path(__file__).parents[3] / "docs/guide/data.md").read_text(encoding="utf-8")
    with_faults = [entry for entry in datasets().values() if entry.faults]
    names = {entry.name for entry in with_faults}
    assert {name for name in datasets() if name.startswith("tdc_")} | {"kinase200", "tox21"} < names
    for entry in with_faults:
        assert f"| `{entry.name}` | {' '.join(entry.faults)} |" in guide.splitlines(), entry.name
        assert all(fault.endswith(".") for fault in entry.faults)
        assert any(re.search(r"\d", fault) for fault in entry.faults)


def test_a_task_of_two_sets_is_one_task() -> None:
    units: dict[str, tuple[str, str]] = {}
    for entry in datasets().values():
        for task in entry.all_tasks:
            about = (task.kind, task.unit)
            assert units.setdefault(task.name, about) == about, task.name
    for name, helper in (
        ("tdc_ames", "ames_extra"),
        ("tdc_lipophilicity_astrazeneca", "logd_extra"),
        ("tdc_caco2_wang", "caco2_extra"),
    ):
        assert dataset(name).tasks[0].name == dataset(helper).tasks[0].name


def test_columns_that_no_field_names_are_tasks() -> None:
    toxcast = dataset("toxcast")
    assert [task.name for task in toxcast.all_tasks] == list(toxcast.columns[1:])
    assert {task.kind for task in toxcast.all_tasks} == {"classification"}
    assert dataset("tdc_herg").all_tasks == dataset("tdc_herg").tasks


@pytest.mark.parametrize(
    ("shipped", "names"),
    [
        (True, ["kinase200", "tox21", "tdc_herg", "toxcast", "ames_extra", "b3db"]),
        (False, ["sider", "extra_kinase_values", "ld50_routes", "caco2_extra", "kinase_mutants"]),
    ],
)
def test_values_of_unclear_terms_are_not_passed_on(shipped: bool, names: list[str]) -> None:
    assert {dataset(name).ship_values for name in names} == {shipped}
    for entry in datasets().values():
        if "NC" in entry.licence or "not named" in entry.licence:
            assert not entry.ship_values


def test_files_of_two_entries_never_meet() -> None:
    files = [entry.file for entry in datasets().values()]
    assert len(set(files)) == len(files)


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("tdc_herg", "classification", "1 = blocker"),
        ("tdc_ames", "classification", "1 = mutagenic"),
        ("tdc_dili", "classification", "1 = injures the liver"),
        ("tdc_ld50_zhu", "regression", "log10(1/(mol/kg))"),
        ("tdc_caco2_wang", "regression", "log10(cm/s)"),
        ("tdc_half_life_obach", "regression", "h"),
    ],
)
def test_endpoints(name: str, kind: str, unit: str) -> None:
    (task,) = dataset(name).tasks
    assert (task.name, task.kind, task.unit) == (name.removeprefix("tdc_"), kind, unit)


def test_an_unknown_name_gets_close_ones() -> None:
    with pytest.raises(InputError, match=r"'tox12'.*did you mean.*tox21"):
        dataset("tox12")
    with pytest.raises(InputError, match=r"'Kinase200'.*kinase200"):
        dataset("Kinase200")
    with pytest.raises(InputError, match="no name comes close"):
        dataset("????")


@pytest.mark.parametrize(
    "change",
    [
        {"smiles_column": "SMILES"},
        {"file": "../outside.csv"},
        {"file": "/absolute.csv"},
        {"sha256": ""},
        {"sha256": "A" * 64},
        {"rows": 0},
        {"colour": "blue"},
    ],
)
def test_a_faulty_entry_is_refused(change: dict[str, object]) -> None:
    good = dataset("tdc_herg").model_dump()
    assert Dataset(**good) == dataset("tdc_herg")
    with pytest.raises(ValidationError):
        Dataset(**{**good, **change})


def test_times_volumes_and_rates_are_learned_as_logarithms() -> None:
    tasks = [task for entry in datasets().values() for task in entry.tasks]
    logs = {task.name: task.main_metric for task in tasks if task.scale == "log10"}
    rates = ["clearance_hepatocyte_az", "clearance_microsome_az"]
    assert logs == dict.fromkeys(["vdss_lombardo", "half_life_obach", *rates], "spearman")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "classification", "scale": "log10"}, "numbers above 0"),
        ({"scale": "log10", "floors": (0.0,)}, "numbers above 0"),
        ({"scale": "log10", "ceiling": 5.0, "offset": -5.0}, "numbers above 0"),
        ({"main_metric": "auroc"}, "does not judge"),
        ({"kind": "classification", "main_metric": "mae"}, "does not judge"),
        ({"scale": "log2"}, "log10"),
    ],
)
def test_a_scale_or_metric_that_cannot_be_is_refused(change: dict[str, object], told: str) -> None:
    task = {"column": "y", "name": "t", "kind": "regression", "unit": "h", **change}
    with pytest.raises(ValidationError, match=told):
        TaskColumn.model_validate(task)


def test_sets_agree_about_a_task_that_they_share() -> None:
    known: dict[str, tuple[object, ...]] = {}
    for entry in datasets().values():
        for task in entry.all_tasks:
            about = (task.kind, task.unit, task.scale, task.main_metric)
            assert known.setdefault(task.name, about) == about, (entry.title, task.name)
    assert len(known) > 500
