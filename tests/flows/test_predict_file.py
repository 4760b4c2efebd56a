"""``hitlist predict``: every row, in order, with every task."""

import csv
import math

from chem.standardize import Standardized, standardize
from gnn.bundle import find_bundle, read_card
from screening.predict import FIRST


def test_every_row_comes_back_in_order_with_every_task(run, crew, drugs, tmp_path, write_library):
    library = write_library(tmp_path / "library.csv", drugs)
    out = tmp_path / "new" / "preds.csv"
    answer = run("predict", library, "--out", out, *crew)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["compound_id"], row["input_smiles"]) for row in rows] == drugs
    assert [int(row["row"]) for row in rows] == list(range(1, len(drugs) + 1))
    tasks = {
        f"{name}_{task.name}": task.kind
        for name in ("activity", "admet", "toxicity")
        for task in read_card(find_bundle(name)).tasks
    }
    ends = ("", "_std", "_lo", "_hi")
    expected = [
        column
        for name in ("activity", "admet", "toxicity")
        for column in (
            *(task + end for task in tasks if task.startswith(f"{name}_") for end in ends),
            f"{name}_distance",
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
