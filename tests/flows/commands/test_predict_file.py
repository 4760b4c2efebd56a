"""``hitlist predict``: every row, in order, with every task."""

import csv
import math
from pathlib import Path

import pytest

from chem.structure.standardize import Standardized, standardize
from gnn.bundle.find_bundle import find_bundle, read_card
from screening.runs.predict import FIRST
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary

ENDS = ("", "_std", "_lo", "_hi")
INACTIVITY = ("_p_inactive", "_if_active")


@pytest.mark.slow
def test_every_row_comes_back_in_order_with_every_task(
    run: Run, crew: Crew, drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    library = write_library(tmp_path / "library.csv", drugs)
    out = tmp_path / "new" / "preds.csv"
    answer = run("predict", library, "--out", out, *crew)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["compound_id"], row["input_smiles"]) for row in rows] == drugs
    assert [int(row["row"]) for row in rows] == list(range(1, len(drugs) + 1))
    cards = [read_card(find_bundle(name)) for name in ("activity", "admet", "toxicity")]
    tasks = {f"{card.name}_{task.name}": task.kind for card in cards for task in card.tasks}
    expected = [
        column
        for card in cards
        for column in (
            *(
                f"{card.name}_{task.name}{end}"
                for task in card.tasks
                for end in (*ENDS, *(INACTIVITY if task.inactivity else ()))
            ),
            f"{card.name}_distance",
        )
    ]
    assert list(rows[0]) == [*FIRST, *expected]
    seen: dict[str, dict[str, str]] = {}
    for row, (_, smiles) in zip(rows, drugs, strict=True):
        standard = standardize(smiles, "smiles")
        if not isinstance(standard, Standardized):
            assert row["status"] == "rejected"
            assert row["reason"]
            assert {row[column] for column in expected} == {""}
            continue
        assert row["status"] == "accepted"
        assert row["smiles"] == standard.smiles
        for task, kind in tasks.items():
            value, low, high = (float(row[task + end]) for end in ("", "_lo", "_hi"))
            assert math.isfinite(value)
            assert low <= value <= high
            assert kind == "regression" or 0 <= value <= 1
        assert 0 <= float(row["activity_distance"]) <= 1
        same = seen.setdefault(standard.smiles, row)
        assert {task: row[task] for task in tasks} == {task: same[task] for task in tasks}


@pytest.mark.slow
def test_named_tasks_alone_and_a_closing_line(
    run: Run, crew: Crew, drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    library = write_library(tmp_path / "library.csv", [*drugs[:4], ("bad", "C1CC("), drugs[0]])
    out = tmp_path / "some.csv"
    out.write_text("predictions of yesterday\n")
    answer = run("predict", library, "--task", "egfr", "--task", "herg", "--out", out, *crew)
    assert answer.code == 0, answer.err
    assert answer.out == f"{out}\n"
    assert f"{out} exists and will be replaced" in answer.err.splitlines()
    assert answer.err.splitlines()[-1] == (
        f"6 records: 4 accepted, 1 rejected, 1 duplicate; 6 rows written to {out}, 5 of them with "
        "predictions of 2 tasks"
    )
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    activity = [f"activity_EGFR{end}" for end in (*ENDS, *INACTIVITY)]
    toxicity = [f"toxicity_herg{end}" for end in ENDS]
    expected = [*activity, "activity_distance", *toxicity, "toxicity_distance"]
    assert list(rows[0]) == [*FIRST, *expected]
    assert sum(all(row[name] for name in expected) for row in rows) == 5
