"""MoleculeACE: what is measured, what is kept, what is said when a fit fails."""

import csv
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.small_assays.moleculeace import Row
from benchmarks.small_assays.moleculeace_table import means, remarks, table
from benchmarks.small_assays.results import Result, read_result, versions, write_result
from benchmarks.small_assays.rmse_intervals import average, measure
from data.public_sets.moleculeace import KINASES, set_names
from gnn.evaluation.metrics import rmse
from tests.flows.conftest import Run

FILES = Path(__file__).parents[2] / "files"
SAMPLE = FILES / "data/moleculeace_sample.csv"


@pytest.fixture
def _small_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 rows of CHEMBL204_Ki in the place of the whole file."""
    monkeypatch.setattr(
        "data.public_sets.moleculeace.fetch_dataset", lambda entry, progress: SAMPLE
    )


@pytest.mark.usefixtures("_small_set")
def test_baselines_of_a_set_are_measured_and_kept(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ace"
    words = [
        "moleculeace",
        "--sets",
        "CHEMBL204_Ki",
        "--models",
        "forest,svm",
        "--workers",
        "1",
    ]
    first = run(*words, "--out", out)
    assert first.code == 0, first.err
    truth = np.array(
        [
            float(row["y"]) + 9
            for row in csv.DictReader(SAMPLE.open(newline=""))
            if row["split"] == "test"
        ]
    )
    with (out / "summary.csv").open(newline="") as file:
        rows = {(row["row"], row["model"]): row for row in csv.DictReader(file)}
    for model in ("forest", "svm"):
        kept = json.loads((out / "CHEMBL204_Ki" / f"{model}.json").read_text())
        error = rmse(truth, np.array(kept["predicted"]))
        assert float(rows["set", model]["rmse"]) == pytest.approx(error, abs=1e-4)
        assert error < 1.3 * truth.std()
        assert kept["versions"]["hitlist"]
        assert kept["weights"] == ""
        low, high = (float(rows["set", model][end]) for end in ("rmse_low", "rmse_high"))
        assert low < error < high
    assert "0.671" in first.err  # published
    headers = [line.split("\t") for line in first.out.splitlines() if line.startswith("target")]
    assert [line[:2] for line in headers] == [["target", "set"]] * 2
    assert headers[0][2:] != headers[1][2:]
    assert all(name.endswith(" on cliffs") for name in headers[1][2:])
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*.json")}
    assert run(*words, "--out", out).out == first.out
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/*.json")} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("moleculeace --sets CHEMBL1_Ki --out {tmp}/o", "CHEMBL1"),
        ("moleculeace --models forst --out {tmp}/o", "choose from auto"),
        ("moleculeace --models , --out {tmp}/o", "no model"),
    ],
)
def test_mistakes(words: str, message: str, run: Run, tmp_path: Path) -> None:
    answer = run(*words.format(tmp=tmp_path).split())
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def result(**changes: Any) -> Result:
    kept = Result("A", "1", "svm", [1.0], 1.0, versions=versions())
    return replace(kept, **changes)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"sha256": "2"}, {}),
        ({"predicted": [1.0, 2.0]}, {}),
        ({"weights": "abc"}, {}),
        ({}, {"weights": "abc"}),
        ({"versions": {"hitlist": "0.0.1"}}, {}),
    ],
)
def test_a_result_of_something_else_is_refused(
    changes: dict[str, Any], asked: dict[str, str], tmp_path: Path
) -> None:
    write_result(tmp_path, result(**changes))
    with pytest.raises(ValueError, match="another folder"):
        read_result(tmp_path, "A", "svm", "1", 1, **asked)


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_result(tmp_path, "A", "svm", "1", 1) is None
    kept = result(notes=["one"])
    write_result(tmp_path, kept)
    assert read_result(tmp_path, "A", "svm", "1", 1) == kept
    assert [path.name for path in (tmp_path / "A").iterdir()] == ["svm.json"]
    write_result(tmp_path, result(predicted=[], problem="member 1 of 5 diverged"))
    assert read_result(tmp_path, "A", "svm", "1", 1) is None  # it is tried again


def rows_of(
    names: Sequence[str], models: Sequence[str], failed: Collection[tuple[str, str]] = ()
) -> list[Row]:
    truth = np.linspace(5, 8, 30)
    rows = []
    for at, name in enumerate(names):
        for model in models:
            error = measure(truth, truth + 0.1 * (at + 1))
            problem = "member 2 of 5 (seed 1): training diverged" if (name, model) in failed else ""
            kept = None if problem else error
            rows.append(Row(name, model, kept, kept, 1.0, [], problem))
    return rows


def test_a_fit_that_failed_is_never_averaged_away() -> None:
    names = list(KINASES)
    rows = rows_of(names, ["auto", "svm"], {(names[3], "auto")})
    found = {mean.model: mean for mean in means(rows, ["auto", "svm"])}
    assert found["auto"].rmse is None
    assert found["svm"].rmse is not None
    headers, lines = table(rows, ["auto", "svm"])
    cells = [dict(zip(headers, line, strict=True)) for line in lines]
    assert cells[3]["auto"] == "FAILED"
    assert cells[-1]["auto"] == "not all fitted"
    said = remarks(rows, ["auto", "svm"])
    assert any(names[3] in line and "member 2 of 5 (seed 1)" in line for line in said)


def test_what_was_picked_is_counted() -> None:
    rows = rows_of(["A", "B", "C"], ["auto"])
    notes = ["chosen: networks: error 0.5", "chosen: blend: error 0.4", "chosen: blend: error 0.6"]
    rows = [row._replace(notes=[note]) for row, note in zip(rows, notes, strict=True)]
    assert any("rows: blend 2, networks 1" in line for line in remarks(rows, ["auto"]))


def test_means_of_all_and_of_the_kinases() -> None:
    rows = rows_of(set_names(), ["auto"])
    found = {mean.over: mean for mean in means(rows, ["auto"])}
    assert (found["all"].sets, found["kinase"].sets) == (30, 7)
    assert (found["all"].bar, found["kinase"].bar) == (0.605, 0.595)
    assert found["all"].rmse is not None
    assert found["all"].rmse.value == pytest.approx(np.mean([0.1 * n for n in range(1, 31)]))


@given(st.lists(st.tuples(st.floats(3, 10), st.floats(3, 10)), min_size=3, max_size=30))
def test_intervals_hold_the_errors_between_their_extremes(pairs: list[tuple[float, float]]) -> None:
    truth, predicted = np.array(pairs).T
    error = measure(truth, predicted)
    assert error.value == pytest.approx(rmse(truth, predicted))
    worst = np.abs(truth - predicted).max()
    assert 0 <= error.low <= error.high <= worst * (1 + 1e-9) + 1e-9
    assert average([error, error]).value == pytest.approx(error.value)
    assert average([error, error]).high == pytest.approx(error.high)
