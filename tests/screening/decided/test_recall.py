"""Compounds with a decision stay off later lists, unless something about one changed."""

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client

from chem.structure.inchi_key import inchi_key
from flows.planning.planning import plan_ranking
from screening.changes.since_last_run import tell_changes
from screening.changes.summary import facts_of
from screening.decided import recall
from screening.decided.recall import recall_decided
from screening.evidence.evidence import ITSELF, Neighbour
from screening.objective.screen_file import dump_screen, load_screen
from screening.runs.past_run import open_run
from screening.runs.rerank import rank_again
from screening.runs.runfolder import SCREEN
from screening.runs.write_run import Outcome
from screening.select.decided import DECIDED_FILE
from screening.select.selection_report import describe_lists
from screening.text.cells import unescape_cell
from screening.verify.verify import verify_run
from tests.screening.changes.conftest import (
    HITS,
    Nights,
    nights,  # noqa: F401 - a fixture
    ranked,
)
from tests.screening.changes.test_since_last_run import Mornings

TODAY = datetime.now(UTC).date().isoformat()
HIDES = {"selection": {"hide_decided": ["no"]}}


@pytest.fixture
def mornings(
    nights: Nights,  # noqa: F811 - the fixture
    lone: Client,
    tmp_path: Path,
) -> Mornings:
    return Mornings(tmp_path / "lab", nights, lone)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as file:
        lines = csv.DictReader(file)
        return [{key: unescape_cell(cell) for key, cell in line.items()} for line in lines]


def reason_of(outcome: Outcome, name: str) -> str:
    lines = read(outcome.folder, "hits.csv")
    return next(line["reason"] for line in lines if line["compound_id"] == name)


def faults(folder: Path, client: Client) -> list[str]:
    past = open_run(folder)
    return [one for check in verify_run(past, past.library, client) for one in check.faults]


def decided(outcome: Outcome) -> dict[str, int]:
    """Return what a run tells of its decisions in numbers."""
    assert outcome.manifest.selection is not None
    fact = outcome.manifest.selection.lists[-1]
    assert fact["role"] == "decided"
    return {name: fact[name] for name in ("hidden", "shown_again", "not_comparable")}


def test_a_refused_compound_is_hidden_until_its_price_falls(mornings: Mornings) -> None:
    first = mornings.run("night-1", **HIDES)
    names = ranked(first.folder)
    gone = names[1]
    mornings.decide(f"{gone},,no,too dear,{TODAY},J. Doe")
    second = mornings.run("night-2", **HIDES)
    left = ranked(second.folder)
    assert len(left) == HITS
    assert left[:-1] == [name for name in names if name != gone]
    over = {line["compound_id"]: line["why"] for line in read(second.folder, "passed_over.csv")}
    came = next(one for one in read(second.folder, "changes.csv") if one["change"] == "entered")
    assert came["cause"] == "others gave way"
    assert over[gone] == f"decided: no (J. Doe, {TODAY}): too dear"
    assert decided(second) == {"hidden": 1, "shown_again": 0, "not_comparable": 0}
    assert second.manifest.selection is not None
    assert second.manifest.selection.passed_over["decided: no"] == 1
    told = describe_lists(second.manifest.selection.lists)
    assert told == ["decisions.csv: hides 1 compound of the library, 0 shown again"]
    change = next(one for one in read(second.folder, "changes.csv") if one["compound_id"] == gone)
    assert (change["change"], change["cause"]) == ("left", "decision")
    assert change["detail"].startswith("decided: no (J. Doe")
    # The run recorded what it used: a later file changes nothing about it.
    mornings.decide()
    assert faults(second.folder, mornings.client) == []
    mornings.decide(f"{gone},,no,too dear,{TODAY},J. Doe")
    smiles = mornings.rows[gone][0]
    mornings.rows[gone] = (smiles, "8.01")
    assert gone not in ranked(mornings.run("night-3", **HIDES).folder)
    mornings.rows[gone] = (smiles, "8.00")
    for night in ("night-4", "night-5"):  # also if the runs before have it as a hit again
        outcome = mornings.run(night, **HIDES)
        again = f"shown again: price 10.00 → 8.00 (decided no, J. Doe, {TODAY}: too dear); "
        assert reason_of(outcome, gone).startswith(again)
        assert decided(outcome) == {"hidden": 0, "shown_again": 1, "not_comparable": 0}
    assert faults(outcome.folder, mornings.client) == []


def test_what_was_recalled_outlives_the_runs_that_showed_it(mornings: Mornings) -> None:
    probe = mornings.run("probe", **HIDES)
    names = ranked(probe.folder)
    key = inchi_key(probe.table.records()[2]["smiles"])
    shutil.rmtree(probe.folder)
    mornings.stock = {names[0]: "0", names[2]: "out of stock"}
    mornings.run("night-1", **HIDES)
    # The ID of the third is not known to its decision, but its InChIKey is.
    mornings.decide(f"{names[0]},,no,,{TODAY},", f",{key},no,,{TODAY},", f"{names[1]},,no,,,")
    second = mornings.run("night-2", **HIDES)
    assert not {*names[:3]} & {*ranked(second.folder)}
    assert decided(second) == {"hidden": 3, "shown_again": 0, "not_comparable": 1}
    shutil.rmtree(mornings.folder / "runs" / "night-1")
    assert ranked(mornings.run("night-3", **HIDES).folder) == ranked(second.folder)
    mornings.stock = {}
    third = mornings.run("night-4", **HIDES)
    assert "stock 0 → 5" in reason_of(third, names[0])
    assert "stock out of stock → 5" in reason_of(third, names[2])
    assert names[1] not in ranked(third.folder)  # without a date it cannot be told
    found = json.loads((third.folder / DECIDED_FILE).read_text())
    assert {one["then"]["run"] for one in found["compounds"] if one["then"]} == {"night-1"}


def test_an_id_without_a_known_hit_is_checked_by_its_inchikey(mornings: Mornings) -> None:
    first = mornings.run("probe", **HIDES)
    (one, other) = first.table.records()[:2]
    keys = [inchi_key(cells["smiles"]) for cells in (one, other)]
    shutil.rmtree(first.folder)
    mornings.decide(
        f"{one['compound_id']},{keys[0]},no,,{TODAY},",
        f"{other['compound_id']},{inchi_key('C')},no,,{TODAY},",
    )
    outcome = mornings.run("night-1", **HIDES)
    left = ranked(outcome.folder)
    assert one["compound_id"] not in left
    assert other["compound_id"] in left  # the decision is about another compound
    assert decided(outcome) == {"hidden": 1, "shown_again": 0, "not_comparable": 1}


def test_a_run_that_is_repeated_in_its_folder_is_compared_with_itself(mornings: Mornings) -> None:
    first = mornings.run("night-1", **HIDES)
    name = ranked(first.folder)[0]
    mornings.decide(f"{name},,no,,{TODAY},")
    for _ in range(2):
        again = mornings.run("night-1", **HIDES)
        assert name not in ranked(again.folder)
        assert decided(again) == {"hidden": 1, "shown_again": 0, "not_comparable": 0}


def test_another_structure_under_the_id_is_shown_with_the_reason(mornings: Mornings) -> None:
    names = ranked(mornings.run("night-1", **HIDES).folder)
    mornings.decide(f"{names[0]},,no,,{TODAY},")
    smiles, price = mornings.rows[names[0]]
    mornings.rows[names[0]] = (f"C{mornings.rows[names[1]][0]}", price)
    outcome = mornings.run("night-2", **{**HIDES, "hits": 32})
    reason = reason_of(outcome, names[0])
    assert reason.startswith("shown again: another structure in the library, ")
    mornings.rows[names[0]] = (smiles, price)
    mornings.rows["OTHER-ID"] = mornings.rows.pop(names[0])
    hidden = mornings.run("night-3", **{**HIDES, "hits": 32})
    assert "OTHER-ID" not in ranked(hidden.folder)  # the decision follows the compound


def test_the_newest_decision_counts_and_only_words_that_hide(mornings: Mornings) -> None:
    names = ranked(mornings.run("night-1", **HIDES).folder)
    mornings.decide(
        f"{names[0]},,no,,2026-01-01,",
        f"{names[0]},,order,,{TODAY},",
        f"{names[1]},,later,,{TODAY},",
        f"{names[2]},,no,,2020-01-01,",  # before any run that is left
        "ZINC-1,,no,,,",
        f",{inchi_key('C')},no,,,",
    )
    outcome = mornings.run("night-2", **HIDES)
    assert ranked(outcome.folder)[:2] == names[:2]
    assert names[2] not in ranked(outcome.folder)
    assert decided(outcome) == {"hidden": 1, "shown_again": 0, "not_comparable": 1}
    assert outcome.manifest.selection is not None
    told = describe_lists(outcome.manifest.selection.lists)
    assert any(one.endswith("give the compound_id to hide it") for one in told)
    both = {"selection": {"hide_decided": ["no", "later"], "include": [names[2]]}}
    outcome = mornings.run("night-3", **both)
    assert names[1] not in ranked(outcome.folder)
    assert names[2] in ranked(outcome.folder)  # a control stays
    edited = next(
        one for one in read(outcome.folder, "changes.csv") if one["compound_id"] == names[1]
    )
    assert edited["cause"] == "screen edited"
    # Without the setting nothing is hidden, and nothing is recorded.
    plain = mornings.run("night-4", selection={})
    assert {*names[:3]} <= {*ranked(plain.folder)}
    assert not (plain.folder / DECIDED_FILE).exists()


def test_a_mistake_in_the_file_hides_nothing_and_is_told(mornings: Mornings) -> None:
    names = ranked(mornings.run("night-1", **HIDES).folder)
    mornings.decide(f"{names[0]},,nope,,,")
    outcome = mornings.run("night-2", **HIDES)
    assert ranked(outcome.folder) == names
    assert outcome.manifest.selection is not None
    told = describe_lists(outcome.manifest.selection.lists)
    assert "no compound is hidden: " in told[0]
    assert "found the decision 'nope'" in told[0]
    since = facts_of(outcome.folder)
    assert since is not None
    assert "nope" in since.decisions.problem


def test_a_ranking_hides_the_same_compounds(mornings: Mornings, lone: Client) -> None:
    first = mornings.run("night-1", **HIDES)
    names = ranked(first.folder)
    mornings.decide(f"{names[0]},,no,,{TODAY},AB")
    screen = load_screen(first.folder / SCREEN)
    file = mornings.folder / "fewer.toml"
    file.write_text(dump_screen(screen.changed(hits=4)))
    out = mornings.folder / "runs" / "again"
    past, objective, folder, _ = plan_ranking(first.folder, str(file), out)
    outcome = tell_changes(rank_again(past, objective, folder, lone))
    assert ranked(outcome.folder) == names[1:5]
    assert decided(outcome) == {"hidden": 1, "shown_again": 0, "not_comparable": 0}
    mornings.decide()
    assert faults(folder, lone) == []
    # What was recorded is checked.
    (folder / DECIDED_FILE).write_text("{}")
    assert any(DECIDED_FILE in one for one in faults(folder, lone))


def test_a_new_measurement_shows_a_compound_again(
    mornings: Mornings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mornings.run("night-1", **HIDES).folder
    names = ranked(folder)
    mornings.decide(*(f"{name},,no,,{TODAY}," for name in names[:3]))
    screen, bundles = load_screen(folder / SCREEN), open_run(folder).bundles
    out = folder.parent / "night-2"
    found = recall_decided(screen, out, ["Price", "in_stock"], bundles)
    assert found is not None
    assert (found.price_column, found.stock_column) == ("Price", "in_stock")
    assert [one.compound_id for one in found.compounds] == names[:3]
    # The second was measured before, with this value; the third was, with another one.
    smiles = [one.then.smiles for one in found.compounds if one.then is not None]
    cells: list[dict[str, str]] = [
        {"nearest_EGFR_smiles": "C", "nearest_EGFR_value": "7.00"},
        {"nearest_EGFR_smiles": smiles[1], "nearest_EGFR_value": "<5.00"},
        {"nearest_EGFR_smiles": smiles[2], "nearest_EGFR_value": "6.00"},
    ]
    compounds = [
        one.model_copy(update={"then": one.then.model_copy(update={"cells": own})})
        for one, own in zip(found.compounds, cells, strict=True)
        if one.then is not None
    ]
    own = Neighbour("id", "C", 1.0, 5.0, "<", ITSELF)
    monkeypatch.setattr(
        recall, "nearest_measured", lambda smiles, *_, **__: [{"small_EGFR": (own,)}] * len(smiles)
    )
    measured = SimpleNamespace(sha256="ab" * 32)
    changed: Any = [SimpleNamespace(card=bundles[0].card, measured_compounds=measured)]
    told = [one.measured for one in recall._with_measured(compounds, screen, changed)]
    assert told == ["EGFR measured <5.00", "", "EGFR measured <5.00, 6.00 before"]
    assert not any(one.measured for one in recall._with_measured(compounds, screen, bundles))
