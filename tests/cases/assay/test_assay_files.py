"""Assay files as people have them: the right value of the right quantity, or a question."""

from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.activities.activity import ActivityTable
from data.assay.read import AssayOptions, describe_assay, read_assay

FILES = Path(__file__).parent


def read(name: str, **options: object) -> ActivityTable:
    return read_assay(FILES / name, AssayOptions(**options))  # type: ignore[arg-type]  # any of its


def column(table: ActivityTable, task: str) -> list[float]:
    at = [each.name for each in table.tasks].index(task)
    return [round(float(value), 3) for value in table.values[:, at]]


def test_a_pubchem_table_is_known_by_its_headers() -> None:
    table = read("downloads/pubchem_table.csv")
    assert [(t.name, t.kind, t.unit) for t in table.tasks] == [
        ("PUBCHEM_ACTIVITY_OUTCOME", "classification", "1 = active"),
        ("pPotency", "regression", "pActivity"),
        ("Efficacy", "regression", "%"),
    ]
    assert len(table) == 48
    assert column(table, "pPotency")[0] == 7.21
    outcome = table.values[:, 0]
    assert np.isnan(outcome[3])  # inconclusive
    assert outcome[0] == 1
    assert "12 values left out: inconclusive" in " ".join(table.notes)


def test_responses_at_a_dose_are_per_cent_whatever_the_header_lacks() -> None:
    asked = describe_assay(FILES / "downloads/pubchem_table.csv")
    assert any(name == "Activity at 0.457 uM" and "asked" in why for name, why in asked.others)
    options = {"value_column": "Activity at 0.457 uM", "units": "% down"}
    for name in ("downloads/pubchem_table.csv", "downloads/pubchem_table_edited.csv"):
        table = read(name, **options)
        assert (table.tasks[0].unit, table.tasks[0].direction) == ("%", "down")
        assert column(table, table.tasks[0].name)[0] == -22.1
    potency = read("downloads/pubchem_table_edited.csv", value_column="Potency", units="uM")
    assert column(potency, "pPotency")[0] == 7.21


def test_a_bindingdb_file_names_its_bad_cells_by_kind() -> None:
    with pytest.raises(InputError, match=r"1 zero, .*\(row 8: '0'\).*--skip-bad-cells"):
        read("downloads/bindingdb.tsv")
    table = read("downloads/bindingdb.tsv", skip_bad_cells=True)
    values = column(table, "pIC50")
    assert (values[0], values[2], int(table.bounds[2, 0])) == (7.21, 5.0, -1)
    assert 5.921 in values  # 1,200 nM
    assert len(read("downloads/bindingdb_mutant.tsv")) == 48


def test_one_of_several_targets_is_named() -> None:
    with pytest.raises(InputError, match=r"names 2 targets .*--target"):
        read("downloads/bindingdb_two_targets.tsv")
    table = read("downloads/bindingdb_two_targets.tsv", target="Epidermal growth factor receptor")
    assert len(table) == 24
    with pytest.raises(InputError, match="did you mean"):
        read("downloads/bindingdb_two_targets.tsv", target="Epidermal growth factor")


def test_a_mean_in_nanomolar_beside_a_number_of_either_sign() -> None:
    table = read("tables/mean_and_y.csv")
    assert [task.name for task in table.tasks] == ["exp_mean"]
    assert column(table, "exp_mean")[0] == 7.21
    assert table.split is not None
    assert table.split[0] == "test"


@pytest.mark.parametrize(
    ("name", "units"),
    [("tables/replicates.csv", None), ("tables/replicates_without_unit.csv", "uM")],
)
def test_replicates_of_one_assay_are_one_task(name: str, units: str | None) -> None:
    table = read(name, units=units)
    assert [task.name for task in table.tasks] == ["pPotency"]
    assert column(table, "pPotency")[0] == pytest.approx(7.21, abs=0.02)
    assert table.bounds[4, 0] == -1
    assert column(table, "pPotency")[4] == pytest.approx(4.6, abs=0.003)
    assert "replicate" in " ".join(table.notes)


def test_a_unit_that_no_header_names_is_asked_for() -> None:
    with pytest.raises(InputError, match="its unit is unknown"):
        read("tables/replicates_without_unit.csv")


def test_words_in_cells_are_told_by_kind_and_inactives_kept() -> None:
    with pytest.raises(InputError) as error:
        read("tables/words.csv")
    said = str(error.value)
    for kind in ("row 8: '0'", "row 20: 'inactive'", "row 24: '5; 7'", "row 36: '1.2-3.4'"):
        assert kind in said
    assert "'>50'" in said
    assert "empty" not in said
    table = read("tables/words.csv", inactive_as=">50", skip_bad_cells=True)
    found = list(zip(column(table, "Pfal_pIC50"), table.bounds[:, 0].tolist(), strict=True))
    assert found.count((4.301, -1)) == 2  # 0, and inactive
    assert (4.921, 0) in found  # 12 (n=3)
    assert (6.097, 0) in found  # 0.8 ± 0.1
    assert (8.0, 1) in found  # <0.01*
    assert len(table) == 44


def test_growth_goes_below_zero_where_the_compound_kills() -> None:
    table = read("tables/growth.csv")
    assert [(t.unit, t.direction) for t in table.tasks] == [("%", "down"), ("%", "down")]
    assert column(table, "Growth_at_100_uM")[:2] == [-24.4, -29.4]
    assert not np.isnan(table.values).any()


def test_bounds_in_a_column_whose_unit_the_user_gives() -> None:
    table = read("tables/bounds.csv", value_column="T1", units="pActivity")
    assert column(table, "T1")[:2] == [7.2, 7.3]
    assert table.bounds[:2, 0].tolist() == [1, 0]


def test_percent_replicates_and_their_mean_at_a_dose() -> None:
    table = read("tables/plate.csv")
    assert [task.name for task in table.tasks] == ["Inhibition"]
    assert column(table, "Inhibition")[0] == 96.3
    (measure,) = describe_assay(FILES / "tables/plate.csv").measures
    assert "10" in measure  # the dose of the column beside it


def test_mass_units_are_converted_by_the_molecular_weight() -> None:
    for name in ("tables/mass.csv", "tables/mass_in_cells.csv"):
        table = read(name)
        assert column(table, "pIC50")[0] == pytest.approx(7.187, abs=0.001)
        assert "molecular weight" in " ".join(table.notes)
    with pytest.raises(InputError, match="two units, µg/mL and nM"):
        read("tables/mass_two_units.csv")
    chosen = read("tables/mass_two_units.csv", value_column="IC50 (ug/mL) nM", units="ug/mL")
    assert column(chosen, "pIC50")[0] == pytest.approx(7.187, abs=0.001)


def test_a_value_without_a_unit_is_asked_for() -> None:
    with pytest.raises(InputError, match="--smiles-column"):
        read("tables/drug_y.csv")
    with pytest.raises(InputError, match="no column of measurements"):
        read("tables/drug_y.csv", smiles_column="Drug")
    table = read("tables/drug_y.csv", smiles_column="Drug", value_column="Y", units="nM")
    assert column(table, "Y")[0] == 7.21


def test_decimal_commas_are_read_and_thousands_points_asked_for() -> None:
    assert column(read("tables/decimal_commas.csv"), "pIC50")[0] == 7.21
    with pytest.raises(InputError, match="--decimal"):
        read("tables/thousands_points.csv")
    table = read("tables/thousands_points.csv", decimal="comma")
    assert column(table, "pIC50")[29] == 5.59  # 2.570 is 2570 nM


@pytest.mark.parametrize(
    ("encoding", "told"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-8-sig", "")]
)
def test_a_micro_sign_of_another_encoding_is_read_and_told(
    encoding: str, told: str, tmp_path: Path
) -> None:
    text = (FILES / "tables/decimal_commas.csv").read_text(encoding="utf-8")
    assert "µ" in text.splitlines()[0]
    path = tmp_path / "messwerte.csv"
    path.write_bytes(text.encode(encoding))
    table = read_assay(path)
    assert [each.unit for each in table.tasks] == ["pActivity"]
    assert column(table, "pIC50") == column(read("tables/decimal_commas.csv"), "pIC50")
    assert column(table, "pIC50")[0] == 7.21
    assert told in " ".join(table.notes)
    assert any(note.startswith('ids from column "ID"') for note in table.notes)


def test_every_record_is_told_of_also_in_a_description(tmp_path: Path) -> None:
    lines = (FILES / "tables/decimal_commas.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(";")
    gone = {"SMILES": 0, "IC50": 0}
    header = lines[0].split(";")
    at = {name: next(n for n, one in enumerate(header) if one.startswith(name)) for name in gone}
    lines[3] = ";".join("" if n == at["SMILES"] else cell for n, cell in enumerate(cells))
    cells = lines[4].split(";")
    lines[4] = ";".join("" if n == at["IC50"] else cell for n, cell in enumerate(cells))
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    for notes in (read_assay(path).notes, describe_assay(path).notes):
        assert sum("1 row without structure left out (row 3:" in note for note in notes) == 1
        assert sum("1 row without a value in column" in note for note in notes) == 1
    assert len(read_assay(path)) == len(lines) - 1 - 2


def test_rows_that_describe_columns_are_told() -> None:
    notes = " ".join(read("downloads/pubchem_table.csv").notes)
    assert "rows that describe the columns, no compounds: " in notes


@pytest.mark.parametrize("first", ["", "Units", "unit"])
def test_a_row_of_units_under_the_header(first: str, tmp_path: Path) -> None:
    lines = (FILES / "tables/replicates_without_unit.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",")[2] for line in lines[1:]]
    table = [f"{smiles},Z{at},{at + 1}.5,{at + 20}" for at, smiles in enumerate(rows)]
    path = tmp_path / "units.csv"
    path.write_text("\n".join(["SMILES,ID,IC50,Ki", f"{first},,nM,uM", *table]), encoding="utf-8")
    found = read_assay(path)
    assert column(found, "pIC50")[0] == pytest.approx(8.824, abs=0.001)
    assert column(found, "pKi")[0] == pytest.approx(4.699, abs=0.001)
    assert len(found) == len(rows)
    assert "rows that describe the columns, no compounds: 1 (units)" in " ".join(found.notes)
