"""Rows without a value in any task: each is told with its reason, and none twice."""

import re
from math import log10
from pathlib import Path

import pytest

from data.assay.read import AssayOptions, describe_assay, read_assay

KI = ["Ki,=,5,nM"]
CASES = {
    "too few of a type": (
        KI * 3,
        {},
        ["3 rows of another 'Standard Type' left out: 'Ki' (3 rows)"],
    ),
    "several types": (
        [*KI, "Ki,=,7,nM", "Kd,=,5,nM", "Hill,=,1,"],
        {},
        ["4 rows of another 'Standard Type' left out: 'Ki' (2 rows), 'Kd' (1 row), 'Hill' (1 row)"],
    ),
    "a type without a word": (
        [",=,5,nM"],
        {},
        ["1 row of another 'Standard Type' left out: 'none'"],
    ),
    "not measured": (
        ["IC50,=,n.d.,nM", "IC50,=,,nM", "IC50,=,n.d.,nM"],
        {},
        ["3 rows without a value in column 'Standard Value' left out"],
    ),
    "another unit": (
        ["IC50,=,5,%"],
        {},
        ["1 row left out, as no value in them can be used"],
    ),
    "each kind": (
        ["IC50,=,-,nM", *KI, "IC50,=,a lot,nM"],
        {"skip_bad_cells": True},
        [
            "1 row of another 'Standard Type' left out: 'Ki' (1 row)",
            "1 row left out, as no value in them can be used",
            "1 row without a value in column 'Standard Value' left out",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rows_that_no_task_reads(case: str, tmp_path: Path) -> None:
    more, options, expected = CASES[case]
    cells = [*(f"IC50,=,{10 * n},nM" for n in range(1, 26)), *more]
    head = "smiles,Standard Type,Standard Relation,Standard Value,Standard Units"
    lines = [head, *(f"{'C' * n},{cell}" for n, cell in enumerate(cells, 1))]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join(lines))
    table = read_assay(path, AssayOptions(**options))  # type: ignore[arg-type]  # any of its
    assert len(table) == 25
    told = [note for note in table.notes if re.match(r"\d+ rows? ", note)]
    assert len(told) == len(expected)
    assert all(note.startswith(said) for note, said in zip(told, expected, strict=True)), told
    assert sum(int(note.split()[0]) for note in told) == len(more)


def test_a_column_that_is_not_used(tmp_path: Path) -> None:
    lines = ["smiles,IC50 nM,Ki nM", *(f"{'C' * n},{10 * n}," for n in range(1, 26))]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join([*lines, f"{'C' * 26},,5", f"{'C' * 27},,"]))
    notes = read_assay(path).notes
    assert "1 row left out, measured only in columns not used: 'Ki nM' (1 row)" in notes
    assert "1 row without a value in column 'IC50 nM' left out" in notes


def test_a_description_counts_bounds_and_cells_without_a_value(tmp_path: Path) -> None:
    cells = [*(str(10 * n) for n in range(1, 26)), ">10000", ">10000", "n.d.", "", "n.d."]
    path = tmp_path / "assay.csv"
    rows = (f"{'C' * n},{cell}" for n, cell in enumerate(cells, 1))
    path.write_text("\n".join(["smiles,IC50 nM", *rows]))
    found = describe_assay(path)
    assert found.measures[0][7:10] == ("27", "2", "2 'n.d.', 1 empty")
    assert "3 rows without a value in column 'IC50 nM' left out" in found.notes
    told = "27 values, 2 of them bounds, and 3 cells without a value (2 'n.d.', 1 empty)"
    assert sum(told in note for note in read_assay(path).notes) == 1


def test_a_repeated_column_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "assay.csv"
    rows = (f"{'C' * n},{10 * n},{8 - log10(n):.2f}" for n in range(1, 26))
    path.write_text("\n".join(["smiles,IC50 nM,pIC50", *rows]))
    assert sum("repeats 'IC50 nM'" in note for note in read_assay(path).notes) == 1
    found = describe_assay(path)
    told = [*(reason for _, reason in found.others), *found.notes]
    assert sum("repeats 'IC50 nM'" in line for line in told) == 1
