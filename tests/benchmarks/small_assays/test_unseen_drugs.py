"""``python -m benchmarks strangers``: what is counted of a screen's first hits."""

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.small_assays import own_assay, unseen_drugs
from benchmarks.small_assays.unseen_drugs import (
    FAMILIES,
    KINASE,
    SETS,
    TOP,
    summarize_screen,
    table,
    write_hits,
)
from data.assay.read import read_assay
from data.public_sets.moleculeace import SplitSet, set_names
from flows.planning.training_plan import plan_training
from tests.flows.conftest import Run

FILES = Path(__file__).parents[2] / "files"


def test_every_set_is_one_of_moleculeace_and_not_large() -> None:
    assert set(FAMILIES) <= set(set_names())
    assert set(SETS) <= set(FAMILIES)
    assert sum(FAMILIES[name][1] is KINASE for name in SETS) >= 5


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("RUXOLITINIB", True),
        ("RUXOLITINIB PHOSPHATE", True),
        ("PALBOCICLIB", True),
        ("IDELALISIB", True),
        ("MIDOSTAURIN", True),
        ("NETARSUDIL", True),
        ("VANCOMYCIN", False),
        ("NORGESTIMATE", False),
        ("OLAPARIB", False),
        ("BORTEZOMIB", False),
    ],
)
def test_kinase_drugs_are_known_by_name(name: str, family: bool) -> None:
    assert bool(KINASE.search(name)) is family


@pytest.mark.parametrize(
    ("target", "drug", "family"),
    [
        ("CHEMBL1871_Ki", "BICALUTAMIDE", True),
        ("CHEMBL2034_Ki", "PREDNISOLONE", True),
        ("CHEMBL2034_Ki", "DEXAMETHASONE", True),
        ("CHEMBL2034_Ki", "IMATINIB", False),
        ("CHEMBL231_Ki", "LORATADINE", True),
        ("CHEMBL231_Ki", "AMOXICILLIN", False),
    ],
)
def test_other_families_are_known_by_name(target: str, drug: str, family: bool) -> None:
    assert bool(FAMILIES[target][1].search(drug)) is family


def test_hits_are_the_first_by_the_cautious_value(tmp_path: Path) -> None:
    names = ["ATINIB", "UNSURE", *(f"DRUG{at}" for at in range(20))]
    value = np.array([8.0, 9.0, *np.linspace(7, 5, 20)])
    std = np.array([0.5, 5.0, *np.full(20, 0.5)])
    distance = np.array([0.1, 0.95, *np.linspace(0.55, 0.98, 20)])
    found = summarize_screen("CHEMBL2835_Ki", 489, names, value, std, distance, 0.6)
    assert len(found.hits) == TOP
    assert found.hits[0] == ("ATINIB", 8.0, 0.5, 0.1)
    assert "UNSURE" not in [hit[0] for hit in found.hits]
    assert (found.family, found.known) == (1, 1)
    away = np.array([hit[3] for hit in found.hits])
    assert found.far == (away > 0.7).sum() > 0
    assert found.outside == (away > 0.6).sum() > found.far
    assert found.means[0] == 8.0
    headers, lines = table([found])
    assert len(headers) == len(lines[0])
    write_hits(tmp_path / "hits.csv", [found])
    with (tmp_path / "hits.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [hit[0] for hit in found.hits]


def test_a_set_without_a_family_is_refused(run: Run, tmp_path: Path) -> None:
    answer = run("strangers", "--sets", "CHEMBL204_Ki", "--out", tmp_path)
    assert answer.code == 2
    assert "CHEMBL204_Ki" in answer.err


def test_the_sets_are_trained_and_screened(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (FILES / "my_assay.csv").read_text().splitlines(keepends=True)[:61]
    (tmp_path / "few.csv").write_text("".join(lines))
    few = read_assay(tmp_path / "few.csv")
    monkeypatch.setattr(
        unseen_drugs, "load_split_set", lambda name: SplitSet(name, "", few, few, np.zeros(0, bool))
    )
    monkeypatch.setattr(unseen_drugs, "fetch", lambda name: FILES / "chem/approved_sample.smi")
    monkeypatch.setattr(
        own_assay, "plan_training", lambda path, model: plan_training(path, model="gp")
    )
    wanted = ("strangers", "--sets", "CHEMBL2835_Ki", "--out", tmp_path / "out")
    answer = run(*wanted)
    assert answer.code == 0, answer.err
    card = (tmp_path / "out/CHEMBL2835_Ki/card.json").read_bytes()
    with (tmp_path / "out/hits.csv").open(newline="") as file:
        hits = list(csv.DictReader(file))
    assert len(hits) == TOP
    assert "JAK1" in answer.out
    assert run(*wanted).code == 0, "the model is taken from the folder"
    assert (tmp_path / "out/CHEMBL2835_Ki/card.json").read_bytes() == card
