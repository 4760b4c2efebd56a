import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from chem.errors import InputError
from data.activities.activity import ActivityTable
from data.assay.cells.column_values import read_values
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows
from data.assay.cells.values import Values
from data.assay.read import AssayOptions, read_assay

SAMPLE = Path(__file__).parents[2] / "files/data/moleculeace_sample.csv"


def write(folder: Path, header: str, cells: list[str], name: str = "assay.csv") -> Path:
    """Write an assay with one value column; the first cells are given, the rest are filler."""
    filler = ["0", "1"] * 15 if header in ("active", "label", "cytotoxicity") else ["7", "6.5"] * 15
    values = [*cells, *filler[len(cells) :]]
    lines = [f"{'C' * (i + 1)},{value}" for i, value in enumerate(values)]
    path = folder / name
    path.write_text("\n".join([f"SMILES,{header}", *lines]) + "\n")
    return path


def first(table: ActivityTable) -> tuple[float, int]:
    return float(table.values[0, 0]), int(table.bounds[0, 0])


def test_a_file_that_may_be_cut_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "IC50 nM", ["100"])
    assert not any("cut" in note for note in read_assay(path).notes)
    path.write_text(path.read_text().rstrip())
    told = "the last line ends without a line break, as in a file that was cut"
    assert [note for note in read_assay(path).notes if note.startswith(told)]


@pytest.mark.parametrize(
    ("header", "cell", "value", "bound"),
    [
        ("IC50 nM", "100", 7, 0),
        ("IC50 (nM)", "<5", 8.30103, 1),
        ("IC50_nM", ">10000", 5, -1),
        ("IC50_nM", "<=1", 9, 1),
        ("Ki uM", "0.01", 8, 0),
        ("Ki [µM]", "~1", 6, 0),
        ("Ki uM", "10 nM", 8, 0),  # a cell's own unit wins
        ("pIC50", "6.25", 6.25, 0),
        ("pKi", ">8", 8, 1),
        ("pKi", "<5", 5, -1),
        ("inhibition %", "45%", 45, 0),
        ("% inhibition", ">95", 95, 1),
        ("% inhibition", "-3.5", -3.5, 0),
        ("active", "yes", 1, 0),
        ("active", "Inactive", 0, 0),
    ],
)
def test_headers_and_cells(
    tmp_path: Path, header: str, cell: str, value: float, bound: int
) -> None:
    table = read_assay(write(tmp_path, header, [cell]))
    found, found_bound = first(table)
    assert found == pytest.approx(value, abs=1e-5)
    assert found_bound == bound
    assert len(table.tasks) == 1
    assert len(table) == 30


@pytest.mark.parametrize(
    ("header", "options", "value", "kind", "unit"),
    [
        ("result", {"value_column": "result", "units": "nM"}, 8, "regression", "pActivity"),
        ("IC50", {"units": "uM"}, 5, "regression", "pActivity"),
        ("logS", {"value_column": "logS", "units": "number"}, 10, "regression", "as written"),
        ("result", {"value_column": "result", "units": "%"}, 10, "regression", "%"),
        ("result", {"value_column": "result", "units": "pKi"}, 10, "regression", "pActivity"),
    ],
)
def test_options(
    tmp_path: Path, header: str, options: dict[str, str], value: float, kind: str, unit: str
) -> None:
    table = read_assay(
        write(tmp_path, header, ["10"]),
        AssayOptions(**options, task_name="mine"),  # type: ignore[arg-type]  # any of its
    )
    assert first(table)[0] == pytest.approx(value, abs=1e-5)
    assert (table.tasks[0].name, table.tasks[0].kind, table.tasks[0].unit) == ("mine", kind, unit)


def test_a_column_of_classes_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, "cytotoxicity", ["yes", "no"])
    table = read_assay(path, AssayOptions(value_column="cytotoxicity"))
    assert table.tasks[0].kind == "classification"
    assert table.values[:2, 0].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("header", "cells", "options", "message"),
    [
        ("IC50 nM", ["1", "2", "1,5"], {}, r"'IC50 nM': 1 of 30 cells.*of the other|row 3: '1,5'"),
        ("IC50 nM", ["1", "abc"], {}, r"'IC50 nM': 1 of 30 .* not a number \(row 2: 'abc'\)"),
        ("IC50 nM", ["a", "b", "c"], {}, r"3 of 30 .*row 1: 'a', row 2: 'b', row 3: 'c'"),
        ("IC50 nM", ["0"], {}, r"1 zero, .*row 1: '0'.*--inactive-as"),
        ("IC50 nM", ["-4"], {}, r"below zero.*row 1: '-4'"),
        ("pIC50", ["5", "250"], {}, r"no assay has \(row 2: '250'\)"),
        ("Ki M", ["100"], {}, r"no assay has \(row 1: '100'"),
        ("pIC50", ["5 nM"], {}, r"unit that does not fit \(row 1: '5 nM'\)"),
        ("IC50", [], {}, r"column 'IC50': its unit is unknown.*--units"),
        ("readout", [], {}, r"no column of measurements.*readout.*--value-column"),
        ("readout", [], {"value_column": "readout"}, r"column 'readout': its unit is unknown"),
        ("readout", [], {"value_column": "read"}, r"no value column 'read'; it has readout"),
        ("IC50", [], {"units": "mg"}, r"units 'mg' are unknown; give nM"),
        ("IC50 nM", [], {"units": "uM"}, r"says nM, --units says uM"),
        ("IC50 nM", [], {"task_name": "a,b"}, r"task name 'a,b'"),
        ("IC50 nM", [""] * 15, {}, r"has 15 measurements, at least 20"),
        ("IC50 nM", ["10"] * 30, {}, r"same value everywhere \(8\)"),
        ("active", ["1"] * 30, {}, r"one class only \(1\)"),
        ("active", ["1", "maybe"], {"value_column": "active", "units": "class"}, r"row 2: 'maybe'"),
        ("IC50 nM", [], {"smiles_column": "nope"}, r"nope"),
    ],
)
def test_mistakes_are_told_in_one_line(
    tmp_path: Path, header: str, cells: list[str], options: dict[str, str], message: str
) -> None:
    # A cell with a comma must be quoted to be one cell.
    quoted = [f'"{cell}"' if "," in cell else cell for cell in cells]
    with pytest.raises(InputError, match=message) as error:
        read_assay(write(tmp_path, header, quoted), AssayOptions(**options))  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("SMILES,IC50 nM\n", "no compounds"),
        ("compound,IC50 nM\nC,1\n", "no SMILES column"),
        ("SMILES\nC\nCC\n", "no column of measurements"),
        ("SMILES,IC50 nM\n,1\n", "no readable structure"),
    ],
)
def test_files_that_are_no_assay(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "assay.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_assay(path)
    with pytest.raises(InputError, match="no such file"):
        read_assay(tmp_path / "absent.csv")


def test_several_columns_are_several_tasks(tmp_path: Path) -> None:
    lines = ["id,SMILES,EGFR IC50 (nM),EGFR pIC50,HER2 IC50 (nM),MW,active,rare Ki nM"]
    lines += [
        f"00{i},{'C' * (i + 1)},{i + 1},{9 - np.log10(i + 1):.3f},>1000{'' if i else '0'},{i},"
        f"{i % 2},{5 if i == 3 else ''}"
        for i in range(25)
    ]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join(lines))
    table = read_assay(path)
    assert [task.name for task in table.tasks] == ["EGFR_pIC50", "HER2_pIC50", "active"]
    assert table.bounds[:, 1].tolist() == [-1] * 25
    assert table.ids[7] == "007"
    notes = "\n".join(table.notes)
    assert notes.count("repeats 'EGFR IC50 (nM)'") == 1
    assert "'MW'" in notes
    assert "'rare Ki nM' has 1 measurement," in notes
    with pytest.raises(InputError, match="has 4 value columns"):
        read_assay(path, AssayOptions(task_name="one"))
    one = AssayOptions(value_column="EGFR pIC50", task_name="one")
    assert len(read_assay(path, one).tasks) == 1


def test_columns_that_would_share_a_name_are_told_apart(tmp_path: Path) -> None:
    lines = ["SMILES,Ki nM,Ki uM,Ki (uM)"]
    lines += [f"{'C' * i},{i},{23 - i},{2 * i}" for i in range(1, 22)]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join(lines))
    assert [task.name for task in read_assay(path).tasks] == ["Ki_nM", "Ki_uM", "Ki_uM_2"]


def test_the_same_numbers_in_two_units_contradict_each_other(tmp_path: Path) -> None:
    lines = ["SMILES,Ki nM,Ki uM", *(f"{'C' * i},{i},{i}" for i in range(1, 22))]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"differ by 3 log units .* one of their units is wrong"):
        read_assay(path)
    lines = ["SMILES,Ki nM,Ki uM", *(f"{'C' * i},{i},{i / 1000}" for i in range(1, 22))]
    path.write_text("\n".join(lines))
    assert [task.name for task in read_assay(path).tasks] == ["pKi"]


def test_rows_without_structure_or_value_are_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "IC50 nM", ["", "ND", "5"])
    path.write_text(path.read_text().replace("CCC,5", ",5"))
    table = read_assay(path)
    assert len(table) == 27
    notes = "\n".join(table.notes)
    assert "2 rows without a value in column 'IC50 nM' left out" in notes
    assert "and 2 cells without a value (1 empty, 1 'ND')" in notes
    assert "1 row without structure left out (row 3:" in notes


def test_a_moleculeace_file_as_it_is() -> None:
    table = read_assay(SAMPLE)
    lines = [line.split(",") for line in SAMPLE.read_text().splitlines()[1:]]
    np.testing.assert_allclose(table.values[:, 0], [float(x[2]) + 9 for x in lines], rtol=1e-6)
    assert table.split is not None
    assert table.split.tolist() == [x[4] for x in lines]
    assert any("'y', 'cliff_mol'" in note for note in table.notes)


def test_gzip_tabs_and_split_words(tmp_path: Path) -> None:
    lines = ["smiles\tKi [µM]\tSplit"]
    words = ["Training", "val", "TEST"]
    lines += [f"{'C' * (i + 1)}\t{i + 1}\t{words[i % 3]}" for i in range(21)]
    path = tmp_path / "assay.tsv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    table = read_assay(path)
    assert table.split is not None
    assert table.split[:3].tolist() == ["train", "valid", "test"]
    path.write_bytes(gzip.compress("\n".join(lines).replace("val", "fold7").encode()))
    table = read_assay(path)
    assert table.split is None
    assert any("'fold7'" in note for note in table.notes)


def test_an_sd_file_is_an_assay_too(tmp_path: Path) -> None:
    path = tmp_path / "assay.sdf"
    with Chem.SDWriter(str(path)) as writer:
        for number in range(1, 23):
            mol = Chem.MolFromSmiles("C" * number + "O")
            mol.SetProp("_Name", f"cpd-{number}")
            mol.SetProp("Ki nM", f">{number}" if number == 2 else str(number))
            writer.write(mol)
    table = read_assay(path)
    assert table.smiles[1] == "CCO"
    assert table.ids[1] == "cpd-2"
    assert table.values[9, 0] == 8
    assert table.bounds[:3, 0].tolist() == [0, -1, 0]


def read(cells: list[str], measure: Measure) -> Values:
    rows = AssayRows("x.csv", [measure.column], list(range(len(cells))), [], [], {}, [])
    rows.cells[measure.column] = cells
    return read_values(rows, measure, decimal="point")


@given(
    st.lists(
        st.floats(1e-3, 1e8).filter(lambda number: set(f"{number:.17g}") != {"9"}),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(["", "<", ">", "<=", ">=", "~"]),
)
def test_a_concentration_and_its_pactivity_agree(numbers: list[float], sign: str) -> None:
    """``<5 nM`` and ``>8.3`` say the same."""
    flip = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    molar = Measure("IC50 nM", "concentration", "nM", "pIC50")
    plain = Measure("pIC50", "pactivity", "pActivity", "pIC50")
    one = read([f"{sign}{x!r}" for x in numbers], molar)
    cells = [f"{flip.get(sign, sign)}{9 - np.log10(x)!r}" for x in numbers]
    cells = [cell.replace("np.float64(", "").rstrip(")") for cell in cells]
    other = read(cells, plain)
    np.testing.assert_allclose(one.values, other.values, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(one.bounds, other.bounds)
