"""A library of which no record can be used: every file is written, and it is said and told."""

import csv
from pathlib import Path

import pytest

from tests.flows.conftest import Crew, Run


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text("id,smiles\n" + "".join(f"D{n},drug number {n}\n" for n in range(5)))
    return path


@pytest.mark.slow
def test_a_screen_of_nothing_usable_is_a_mistake_with_every_file(
    run: Run, crew: Crew, library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    answer = run("screen", "kinase", "--library", library, "--out", out, *crew)
    assert answer.code == 2, answer.err
    assert answer.err.splitlines()[-1] == (
        f"hitlist: no record of names.csv could be used: {out / 'rejects.csv'} says why; is "
        "'smiles' the column of SMILES? --smiles-column names another"
    )
    with (out / "rejects.csv").open(newline="") as file:
        assert [row["compound_id"] for row in csv.DictReader(file)] == [f"D{n}" for n in range(5)]
    assert {"hits.csv", "report.html", "manifest.json"} <= {path.name for path in out.iterdir()}


@pytest.mark.slow
def test_predictions_and_a_preparation_of_nothing_usable_are_mistakes(
    run: Run, crew: Crew, library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "predictions.csv"
    answer = run("predict", library, "--out", out, *crew)
    assert answer.code == 2
    assert f"could be used: the column reason of {out} says why" in answer.err.splitlines()[-1]
    with out.open(newline="") as file:
        assert all(row["reason"] for row in csv.DictReader(file))
    answer = run("prepare", library, "--out", tmp_path / "prepared", *crew)
    assert answer.code == 2
    assert "the counts above say why" in answer.err.splitlines()[-1]


@pytest.mark.slow
def test_a_format_without_columns_is_asked_for_none(run: Run, crew: Crew, tmp_path: Path) -> None:
    library = tmp_path / "names.smi"
    library.write_text("no structure\nnone\n")
    answer = run("screen", "kinase", "--library", library, "--out", tmp_path / "run", *crew)
    assert answer.code == 2
    assert answer.err.endswith("says why\n")


@pytest.mark.slow
def test_a_screen_whose_filters_take_all_is_none(run: Run, crew: Crew, tmp_path: Path) -> None:
    library = tmp_path / "small.csv"
    library.write_text("id,smiles\na,CCO\nb,CCN\n")
    answer = run("screen", "kinase", "--library", library, "--out", tmp_path / "run", *crew)
    assert answer.code == 0, answer.err
