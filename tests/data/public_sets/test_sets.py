import csv
from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.catalogue.catalogue import dataset
from data.catalogue.panel import human_kinases, kinase_panel
from data.public_sets.sets import load_activities, read_activities

FILES = Path(__file__).parents[2] / "files/data"


def read_rows(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_kinase_sample_is_every_human_measurement_once() -> None:
    table = read_activities(FILES / "kinase200_sample.csv", dataset("kinase200"))
    rows = read_rows("kinase200_sample.csv")
    human = [row for row in rows if row["uniprot"] in human_kinases()]
    assert len(human) < len(rows)  # the sample has mouse measurements
    assert len(table.tasks) == 193
    assert table.is_measured.sum() == len(human)
    columns = {task.uniprot: column for column, task in enumerate(table.tasks)}
    at = {smiles: row for row, smiles in enumerate(table.smiles)}
    assert table.split is not None
    for row in human:
        where = at[row["smiles"]]
        assert table.values[where, columns[row["uniprot"]]] == np.float32(row["pactivity"])
        assert table.split[where] == row["split"]
        assert table.ids[where] == row["inchikey"]
    assert set(table.split) == {"train", "valid"}


def test_the_panel() -> None:
    panel = kinase_panel()
    assert len(panel) == 198
    assert panel["P00533"].gene == "EGFR"
    genes = [kinase.gene for kinase in human_kinases().values()]
    assert len(genes) == len(set(genes)) == 193
    assert all(genes)
    assert sum(kinase.published for kinase in human_kinases().values()) == 66


def test_tox21_sample() -> None:
    table = read_activities(FILES / "tox21_sample.csv", dataset("tox21"))
    rows = read_rows("tox21_sample.csv")
    assert len(table) == len(rows) == 40
    for column, task in enumerate(table.tasks):
        expected = [np.nan if row[task.name] == "" else float(row[task.name]) for row in rows]
        np.testing.assert_array_equal(table.values[:, column], np.array(expected, np.float32))
    assert [task.name for task in table.tasks][:2] == ["NR-AR", "NR-AR-LBD"]
    assert {task.kind for task in table.tasks} == {"classification"}
    assert table.ids[0] == "TOX20800"
    assert not table.bounds.any()


def test_moleculeace_sample_is_molar() -> None:
    entry = dataset("moleculeace_chembl204_ki")
    table = read_activities(FILES / "moleculeace_sample.csv", entry)
    nanomolar = [float(row["exp_mean [nM]"]) for row in read_rows("moleculeace_sample.csv")]
    np.testing.assert_allclose(table.values[:, 0], 9 - np.log10(nanomolar), rtol=1e-6)
    assert table.tasks[0].unit == "pKi"
    assert table.ids[0] == "row1"


def test_numbers_at_the_limits_of_an_assay_are_bounds(tmp_path: Path) -> None:
    clearance = tmp_path / "clearance.csv"
    clearance.write_text("smiles,name,y\nC,a,3\nCC,b,3.5\nCCC,c,150\nCCCC,d,25.12\n")
    table = read_activities(clearance, dataset("tdc_clearance_hepatocyte_az"))
    assert table.bounds[:, 0].tolist() == [-1, 0, 1, 0]
    assert table.values[0, 0] == 3


def test_a_class_that_is_no_class_is_refused(tmp_path: Path) -> None:
    text = (FILES / "tox21_sample.csv").read_text()
    header, first, *rest = text.splitlines()
    damaged = tmp_path / "tox21.csv"
    damaged.write_text("\n".join([header, "2" + first[1:], *rest]))
    with pytest.raises(InputError, match=r"NR-AR.*0 or 1"):
        read_activities(damaged, dataset("tox21"))


def test_a_library_has_no_activities() -> None:
    with pytest.raises(InputError, match="approved_drugs is a library"):
        load_activities("approved_drugs")


def test_a_long_table_with_named_tasks(tmp_path: Path) -> None:
    file = tmp_path / "dili.csv"
    file.write_text(
        "smiles,task,y,in_tdc\nCCO,dili,1,True\nCCN,dili,0,False\nCCO,mitotoxicity,0,False\n"
        "CCC,another,1,False\n"
    )
    table = read_activities(file, dataset("dili_extra"))
    names = [task.name for task in table.tasks]
    assert names[:2] == ["dili_gold", "mitotoxicity"]
    assert list(table.smiles) == ["CCO", "CCN"]
    np.testing.assert_array_equal(table.values[:, :2], [[1, 0], [0, np.nan]])
    assert np.isnan(table.values[:, 2:]).all()
    assert table.notes == ("dili_extra: 1 value of 1 other task in its column task left out",)
    file.write_text("smiles,task,y,in_tdc\nCCO,dili,2,True\n")
    with pytest.raises(InputError, match=r"column dili: classes must be 0 or 1"):
        read_activities(file, dataset("dili_extra"))


def test_values_that_kinase200_lacks(tmp_path: Path) -> None:
    """Rows that another set is measured on stay out, and so do proteins without a column."""
    file = tmp_path / "extra.csv"
    rows = [
        ("CCO", "P00533", "5", "False"),  # a floor of the set: EGFR has one value only
        ("CCN", "P00533", "7.25", "False"),
        ("CCO", "P04626", "4.5229", "False"),
        ("CCC", "P00533", "8", "True"),
        ("CCO", "O60885", "6", "False"),  # BRD4 is no kinase
    ]
    lines = [f"{s},key-{s},{u},gene,{v},x,{flag},1," for s, u, v, flag in rows]
    header = "smiles,inchikey,uniprot,gene,pactivity,source,in_valid,replicates,replicate_sd"
    file.write_text("\n".join([header, *lines]))
    table = read_activities(file, dataset("extra_kinase_values"))
    assert len(table.tasks) == len(human_kinases())
    assert list(table.ids) == ["key-CCO", "key-CCN"]
    picked = table.select_tasks(["EGFR", "ERBB2"])
    np.testing.assert_allclose(picked.values, [[5, 4.5229], [7.25, np.nan]], rtol=1e-6)
    assert picked.bounds.tolist() == [[-1, -1], [0, 0]]
    assert (
        table.tasks == read_activities(FILES / "kinase200_sample.csv", dataset("kinase200")).tasks
    )
    assert len(table.notes) == 2
    assert table.notes[0].startswith("extra_kinase_values: 1 row left out, marked by the column in")


def test_a_half_life_of_zero_is_left_out_and_told(tmp_path: Path) -> None:
    file = tmp_path / "half_life.csv"
    file.write_text("smiles,name,y\nCCO,ethanol,0.5\nCCN,amine,0\nCCC,propane,-2\nC,methane,30\n")
    table = read_activities(file, dataset("tdc_half_life_obach"))
    assert table.tasks[0].scale == "log10"
    np.testing.assert_array_equal(table.values[:, 0], np.array([0.5, np.nan, np.nan, 30], "f4"))
    assert len(table.notes) == 1
    assert table.notes[0].startswith("half_life_obach: 2 values left out, found at most 0 h")


def test_the_limits_of_a_clearance_stay_bounds(tmp_path: Path) -> None:
    file = tmp_path / "clearance.csv"
    file.write_text("smiles,name,y\nCCO,a,3.0\nCCN,b,17.5\nCCC,c,150.0\n")
    table = read_activities(file, dataset("tdc_clearance_microsome_az"))
    assert table.bounds[:, 0].tolist() == [-1, 0, 1]
    assert table.values[:, 0].tolist() == [3.0, 17.5, 150.0]
    assert not table.notes


def test_several_limits_of_assays_are_bounds(tmp_path: Path) -> None:
    file = tmp_path / "herg.csv"
    file.write_text("smiles,inchikey,pic50,source,used_as\nC,a,5,x,\nCC,b,4.5229,x,\nCCC,c,6,x,\n")
    table = read_activities(file, dataset("herg_pic50"))
    assert table.bounds[:, 0].tolist() == [-1, -1, 0]
    assert table.tasks[0].unit == "pActivity"
