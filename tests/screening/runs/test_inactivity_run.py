"""A run whose model knows who is inactive shows it at each hit; the scores stay as they are."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client

from chem.library.read import open_library
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.inactivity_columns import ENDINGS, inactivity_of
from gnn.card.inactivity_card import InactivityCard
from hitlist.models import predict
from screening.objective.screen_settings import Screen
from screening.runs.dossier import open_dossier
from screening.runs.dossier_page import sections
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.predict import predict_file
from screening.runs.run import run_screen
from screening.runs.write_run import Outcome
from screening.score.predicted_columns import wanted_tasks
from screening.verify.verify import verify_run
from tests.conftest import MakeBundle

Row = dict[str, str]
LEVEL = InactivityCard(level=6.0, mean=5.5, near=3.0, far=1.5, offset=0.0, rows=9, inactive=3)


@pytest.fixture(scope="module")
def bundle(make_bundle: MakeBundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    card = make_bundle(folder, "own", (("EGFR", "r"), ("JAK1", "r"))).card
    egfr = card.tasks[0].model_copy(update={"inactivity": LEVEL})
    write_card(folder, card.model_copy(update={"tasks": (egfr, card.tasks[1])}))
    return load_bundle(folder, card.featurizer)


def screen_of(bundle: Bundle, objective: Callable[..., Screen]) -> Screen:
    found = {
        "name": "own",
        "title": "Own",
        "library": objective("EGFR", 3).library,
        "bundles": [str(bundle.path)],
        "hits": 6,
        "primary": [{"task": f"own_{name}", "zero": 5, "full": 8} for name in ("EGFR", "JAK1")],
    }
    return Screen.model_validate(found)


@pytest.fixture(scope="module")
def run(
    bundle: Bundle,
    objective: Callable[..., Screen],
    lone: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Outcome:
    folder, screen = tmp_path_factory.mktemp("run"), screen_of(bundle, objective)
    return run_screen(plan_run(screen, folder / "run", prepared=folder / "prepared"), lone)


@pytest.fixture(scope="module")
def hits(run: Outcome, hits_of: Callable[[Path], list[Row]]) -> list[Row]:
    return hits_of(run.folder)


def test_hits_have_both_columns_of_the_task_with_numbers(bundle: Bundle, hits: list[Row]) -> None:
    numbers = inactivity_of([bundle])["own_EGFR"].numbers
    assert "own_JAK1_p_inactive" not in hits[0]
    for hit in hits:
        value, high, chance, active = (
            float(hit[f"own_EGFR{end}"]) for end in ("", "_hi", "_p_inactive", "_if_active")
        )
        given = numbers.probability(np.array([value]), None)
        assert chance == pytest.approx(given[0], abs=0.02)  # the value is rounded
        assert max(value, 6.0) - 0.01 <= active <= max(high, 6.0) + 0.01


def test_the_dictionary_says_what_inactive_is(run: Outcome) -> None:
    with (run.folder / "columns.csv").open(encoding="utf-8", newline="") as file:
        told = {row["column"]: row for row in csv.DictReader(file)}
    assert "pActivity 6.0 or less, that is 1 µM" in told["own_EGFR_p_inactive"]["meaning"]
    assert told["own_EGFR_p_inactive"]["range"] == "0 to 1"
    assert told["own_EGFR_if_active"]["unit"] == "pActivity"
    assert "own_JAK1_if_active" not in told


def test_the_page_says_it_in_words(run: Outcome, hits: list[Row]) -> None:
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    told = re.search(r'"inactivity":(\[.*?\])', page)
    assert told is not None
    first: dict[str, Any] = json.loads(told[1])[0]
    assert list(first) == ["own_EGFR"]
    assert first["own_EGFR"].endswith(f"(≤ 6.0); {hits[0]['own_EGFR_if_active']} if active")


def test_one_compound_is_explained_with_it(run: Outcome, hits: list[Row]) -> None:
    past = open_run(run.folder)
    found = {one.title: one for one in sections(open_dossier(past, int(hits[0]["row"])), past)}
    section = found["Values as the mean of inactive and active"]
    ((task, value, chance, level, active),) = section.rows
    assert (task, value) == ("own_EGFR", hits[0]["own_EGFR"])
    assert chance.endswith(" %")
    assert level == "pActivity 6.0 or less, that is 1 µM and weaker"
    assert active == hits[0]["own_EGFR_if_active"]


def test_the_files_follow_from_scores_that_lack_the_columns(run: Outcome, lone: Client) -> None:
    past = open_run(run.folder)
    tables = [past.scores.folder.read_table(item.file) for item in past.scores.items]
    columns = {name for table in tables for name in table.column_names}
    assert {"own_EGFR", "own_EGFR_hi"} <= columns
    assert not [name for name in columns if name.endswith(ENDINGS)]
    found = list(verify_run(past, past.library, lone, sample=5))
    assert [fault for check in found for fault in check.faults] == []


def test_a_file_and_python_predict_both_columns(
    bundle: Bundle, objective: Callable[..., Screen], lone: Client, tmp_path: Path
) -> None:
    wanted = wanted_tasks([bundle])
    assert [name.removeprefix("own_") for name in wanted.columns] == [
        *("EGFR", "EGFR_std", "EGFR_lo", "EGFR_hi", "EGFR_p_inactive", "EGFR_if_active"),
        *("JAK1", "JAK1_std", "JAK1_lo", "JAK1_hi"),
    ]
    out = tmp_path / "out.csv"
    predict_file(
        open_library(Path(objective("EGFR", 3).library)), tmp_path / "prepared", wanted, out, lone
    )
    with out.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "accepted"]
    found = predict([row["smiles"].split()[0] for row in rows], bundle=bundle.path)
    for end in ("", "_p_inactive", "_if_active"):
        written = [float(row[f"own_EGFR{end}"]) for row in rows]
        assert found[f"own_EGFR{end}"].to_numpy() == pytest.approx(np.array(written), rel=1e-3)
