"""Whole runs of screens that choose, from a library file to ``hits.csv`` and its companions."""

import csv
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from chem.library.read import open_library
from gnn.bundle.bundle import Bundle
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.runs.past_run import open_run
from screening.runs.plan import Plan, RunOptions, plan_run
from screening.runs.run import run_screen
from screening.text.cells import unescape_cell
from screening.verify.verify import verify_run

Mixed = list[tuple[str, str]]
FILES = Path(__file__).parents[2] / "files"
GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
RULES = {
    "pool": 60,
    "diversity": "clusters",
    "similarity": 0.4,
    "max_per_scaffold": 1,
    "exclude": ["owned.csv"],
    "include": ["ethanol"],
    "budget": 600.0,
    "price_column": "Price",
    "explore": 0.2,
}
Make = Callable[..., Plan]


@pytest.fixture(scope="module")
def make(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: Mixed,
) -> Make:
    folder = tmp_path_factory.mktemp("selection")
    bundle = give_surrogate(make_bundle(folder / "bundle"))
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*drugs[:80], *mixed, ("ethanol", "CCO.Cl")]
    library = write_library(folder / "library.csv", rows)
    owned = write_library(folder / "owned.csv", [("x", drugs[3][1]), ("gefitinib", GEFITINIB)])

    def plan(
        rows: int,
        rules: dict[str, Any] | None = None,
        hits: int = 12,
        options: RunOptions | None = None,
    ) -> Plan:
        rules = RULES if rules is None else rules
        lists = {"exclude": [str(owned)] if "exclude" in rules else []}
        screen = Screen.model_validate(
            {
                "name": "choosing",
                "title": "Choosing",
                "library": str(library),
                "bundles": [str(bundle.path)],
                "hits": hits,
                "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
                "filters": {"min_heavy_atoms": 8.0},
                "selection": {**rules, **lists},
            }
        )
        out = tmp_path_factory.mktemp("run") / "run"
        prepared = folder / f"prepared-{rows}"
        return plan_run(screen, out, None, prepared, rows, options=options)

    return plan


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: unescape_cell(value) for name, value in row.items()} for row in rows]


@pytest.mark.slow
def test_a_choice_is_handed_over_with_its_reasons(make: Make, lone: Client) -> None:
    one, two = (run_screen(make(rows), lone) for rows in (40, 1000))
    for name in ("hits.csv", "passed_over.csv"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    hits, over = (read(one.folder / name) for name in ("hits.csv", "passed_over.csv"))
    told = one.manifest.selection
    assert told is not None
    assert told.money is not None
    assert len(hits) == one.manifest.counts.hits == 12
    assert sum(told.by_rule.values()) == 12
    # Too small for the filter, and a duplicate of an earlier ethanol: a control is a control.
    control = [hit for hit in hits if hit["smiles"] == "CCO"]
    assert len(control) == 1
    assert sum(Decimal(hit["Price"]) for hit in hits) == Decimal(told.money.spent) <= 600
    assert not {hit["compound_id"] for hit in hits} & {row["compound_id"] for row in over}
    assert told.by_rule["control"] == 1
    assert told.lists[0] == {
        "role": "exclude",
        "name": "owned.csv",
        "sha256": told.lists[0]["sha256"],
        "compounds": 2,
        "unreadable": 0,
        "in_library": 2,
        "other_stereo": 0,
        "reading": told.lists[0]["reading"],
    }
    assert "ids" in told.lists[0]["reading"][0]
    assert {row["why"] for row in over if row["smiles"] == GEFITINIB} == {"excluded: owned.csv"}
    assert one.manifest.filtered_by_filter["excluded: owned.csv"] == 2
    assert "passed_over.csv" in one.manifest.files
    assert load_screen(one.folder / "screen.toml") == make(40).screen
    assert json.loads((one.folder / "manifest.json").read_text()) == one.manifest.as_dict()


@pytest.mark.slow
def test_the_empty_table_changes_no_hit(make: Make, lone: Client) -> None:
    chosen = run_screen(make(40, {}), lone)
    plan = make(40, {})
    plain = plan.screen.changed(selection=None)
    first = run_screen(plan.__class__(**{**vars(plan), "screen": plain}), lone)
    assert (chosen.folder / "hits.csv").read_bytes() == (first.folder / "hits.csv").read_bytes()
    assert not (first.folder / "passed_over.csv").exists()
    assert first.manifest.selection is None


@pytest.mark.slow
def test_a_triage_leaves_no_control_out(
    make: Make, lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.score.triage.SHARE", 0.1)
    monkeypatch.setattr("screening.score.triage.PER_HIT", 2)
    rules = {**RULES, "pool": 12}
    one, two = (
        run_screen(make(rows, rules, options=RunOptions(triage_from=1), hits=6), lone)
        for rows in (40, 1000)
    )
    for name in ("hits.csv", "passed_over.csv"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    assert one.manifest.triage.exhaustive is False
    assert one.manifest.counts.set_aside > 0
    assert one.manifest.selection is not None
    assert one.manifest.selection.by_rule["control"] == 1
    assert [hit["smiles"] for hit in read(one.folder / "hits.csv")].count("CCO") == 1
    # The ensembles scored the control as they do all others.
    whole = read(run_screen(make(40, {**rules, "pool": 100}, hits=90), lone).folder / "hits.csv")
    score = {hit["smiles"]: hit["score"] for hit in whole}
    for hit in read(one.folder / "hits.csv"):
        assert score.get(hit["smiles"], hit["score"]) == hit["score"]


def test_a_choice_of_nobody_is_a_run_like_any_other(make: Make, lone: Client) -> None:
    rules = {"budget": 0.5, "price_column": "Price"}
    outcome = run_screen(make(40, rules), lone)
    assert outcome.manifest.counts.hits <= 1
    assert outcome.manifest.selection is not None
    assert outcome.manifest.selection.passed_over["budget"] > 50
    assert read(outcome.folder / "passed_over.csv")


def test_a_control_that_is_not_there_ends_the_run_before_scores(make: Make, lone: Client) -> None:
    plan = make(40, {"include": ["nobody"]})
    with pytest.raises(InputError, match=r"^control nobody is not among the accepted compounds"):
        run_screen(plan, lone)
    assert not list(plan.out.rglob("part-*.parquet"))


def test_verify_names_a_list_that_was_changed_since(make: Make, lone: Client) -> None:
    """Not the hits are wrong then, but what they would be made from again."""
    folder = run_screen(make(40), lone).folder

    def faults() -> list[str]:
        past = open_run(folder)
        library = open_library(Path(past.screen.library))
        return [fault for check in verify_run(past, library, lone) for fault in check.faults]

    assert faults() == []
    selection = load_screen(folder / "screen.toml").selection
    assert selection is not None
    (owned,) = map(Path, selection.exclude)
    before = owned.read_bytes()
    try:
        owned.write_bytes(before + b"new,CCCCCCO\n")
        (told,) = faults()
    finally:
        owned.write_bytes(before)
    assert told.startswith("owned.csv, a list of the screen to exclude, is not the file that")
