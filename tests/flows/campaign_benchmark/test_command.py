"""``hitlist benchmark campaign`` at the command line, on a small set."""

import csv
from pathlib import Path

import numpy as np
import pytest

import flows.campaign_benchmark.assays
import flows.campaign_benchmark.simulate
from data.activities.activity import ActivityTable, Task
from tests.flows.conftest import Run as RunCommand

FILES = Path(__file__).parents[2] / "files"


def table(name: str) -> ActivityTable:
    """Return drugs whose potency is made from their size."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        smiles = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")]
    assert name == "kinase200"
    values = np.array([[4 + len(text) / 20] for text in smiles], np.float32)
    return ActivityTable(
        np.array(smiles, dtype=object),
        np.array([f"D{at}" for at in range(len(smiles))], dtype=object),
        (Task("KDR", "regression", "pActivity"),),
        values,
        np.zeros(values.shape, np.int8),
    )


def test_the_table_the_file_and_the_drawing(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.campaign_benchmark.assays, "load_activities", table)
    monkeypatch.setattr(flows.campaign_benchmark.assays, "LEAST", 100)
    monkeypatch.setattr(flows.campaign_benchmark.simulate, "PLATE", 5)
    flows.campaign_benchmark.assays.load_assay.cache_clear()
    out, plot = tmp_path / "all.csv", tmp_path / "all.svg"
    words = ("--assays", "KDR", "--starts", "2", "--workers", "1", "--out", out, "--plot", plot)
    answer = run("benchmark", "campaign", *words)
    flows.campaign_benchmark.assays.load_assay.cache_clear()
    assert answer.code == 0, answer.err
    assert "times random" in answer.out
    assert "KDR: " in answer.err
    assert answer.out.splitlines()[-2:] == [str(out), str(plot)]
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    ways = {row["picked_by"] for row in rows}
    assert len(rows) == len(ways) * 2 * 10
    last = {r["picked_by"]: int(r["actives"]) for r in rows if r["plate"] == "10"}
    assert last["greedy"] > last["random"]
    assert plot.read_text().startswith("<svg")


def test_an_unknown_assay_is_one_line(run: RunCommand) -> None:
    answer = run("benchmark", "campaign", "--assays", "ABC", "--starts", "2", "--workers", "1")
    assert answer.code == 2
    assert "found the assay 'ABC', expected MAPK14, KDR, hERG" in answer.err
