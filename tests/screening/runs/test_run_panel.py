"""A whole run whose bundle has a panel: its columns, its page, and its verification."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client

from data.catalogue.panel import human_kinases
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from screening.changes.compare import compare_runs
from screening.objective.screen_settings import Screen
from screening.runs.past_run import open_run
from screening.runs.plan import RunOptions, plan_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import run_screen
from screening.runs.write_run import Outcome
from screening.verify.verify import verify_run
from tests.conftest import MakeBundle

KINASES = [one for one in human_kinases().values() if one.group in ("TK", "AGC")][:24]


@pytest.fixture(scope="module")
def screen(
    objective: Callable[..., Screen],
    make_bundle: MakeBundle,
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Screen:
    """A screen by a bundle of 24 kinases; two of its tasks are those of the screen."""
    folder = tmp_path_factory.mktemp("kinases") / "kinases"
    bundle = make_bundle(folder, "kinases", tuple((one.gene, "r") for one in KINASES))
    tasks = [
        task.model_copy(update={"uniprot": one.uniprot})
        for task, one in zip(bundle.card.tasks, KINASES, strict=True)
    ]
    write_card(folder, bundle.card.model_copy(update={"tasks": tuple(tasks)}))
    give_surrogate(load_bundle(folder, bundle.card.featurizer))
    first, second = (f"kinases_{one.gene}" for one in KINASES[:2])
    return objective("EGFR", 6).changed(
        bundles=(str(folder),),
        primary=({"task": first, "zero": 5.0, "full": 8.0},),
        off_targets=({"task": second},),
        selective_over=({"targets": "group", "zero": -2.0, "full": 0.5},),
        liabilities=(),
    )


@pytest.fixture(scope="module")
def outcome(screen: Screen, lone: Client, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("run")
    return run_screen(plan_run(screen, folder / "run", prepared=folder / "prepared"), lone)


def test_hits_have_the_selectivity_of_the_panel(outcome: Outcome) -> None:
    hits = pd.read_csv(outcome.folder / "hits.csv")
    table = outcome.table
    assert table.panel is not None
    assert len(table.panel.targets) == len(KINASES)
    for share, profile in zip(hits["S_1uM"], table.profiles, strict=True):
        assert share == pytest.approx((profile.mean >= 6).mean(), abs=5e-4)
    assert (hits["S_1uM_lo"] <= hits["S_1uM"]).all()
    assert (hits["S_1uM"] <= hits["S_1uM_hi"]).all()
    meanings = pd.read_csv(outcome.folder / "columns.csv", index_col="column")
    assert str(meanings.loc["S_1uM", "meaning"]).startswith("S-score: ")
    assert meanings.loc["S_1uM", "source"] == "Karaman 2008 (doi 10.1038/nbt1358)"
    book = pd.read_excel(outcome.folder / "hits.xlsx", dtype=str)
    assert {"S_1uM", "S_1uM_lo", "S_1uM_hi"} <= set(book.columns)


def test_the_term_over_a_group_is_the_margin_over_its_best(outcome: Outcome) -> None:
    panel = outcome.table.panel
    assert panel is not None
    first = KINASES[0]
    at = next(n for n, one in enumerate(panel.targets) if one.name == first.gene)
    others = [n for n, one in enumerate(panel.targets) if one.group == first.group and n != at]
    hits = pd.read_csv(outcome.folder / "hits.csv")
    for margin, profile in zip(hits["selectivity_group"], outcome.table.profiles, strict=True):
        expected = profile.mean[at] - profile.mean[others].max()
        assert margin == pytest.approx(expected, abs=6e-3)
    assert hits["d_selectivity_group"].between(0, 1).all()
    assert "selectivity" in hits["reason"][0]
    meanings = pd.read_csv(outcome.folder / "columns.csv", index_col="column")
    its = f"group {first.group}, {len(others)} targets"
    told = f"the highest prediction on a set of targets ({its})"
    assert told in str(meanings.loc["selectivity_group", "meaning"])
    assert f"group {first.group} (" in hits["reason"][0]
    assert f'stands_for = "group {first.group}"' in (outcome.folder / "screen.toml").read_text()
    assert f"selectivity over group {first.group}, " in (outcome.folder / "report.html").read_text()


def test_a_run_can_be_ranked_by_another_set(
    outcome: Outcome, screen: Screen, lone: Client, tmp_path: Path
) -> None:
    past = open_run(outcome.folder)
    wider = screen.changed(selective_over=({"targets": "panel", "zero": -2.0, "full": 0.5},))
    again = rank_again(past, check_rerank(past, wider, tmp_path / "b"), tmp_path / "b", lone)
    hits = pd.read_csv(again.folder / "hits.csv")
    for margin, profile in zip(hits["selectivity_panel"], again.table.profiles, strict=True):
        assert margin <= profile.mean.max()
    found = list(verify_run(open_run(again.folder), past.library, lone, sample=5))
    assert [fault for check in found for fault in check.faults] == []
    told = "\n".join(compare_runs(outcome.folder, again.folder).summary())
    assert "selective_over panel added" in told
    assert "members" not in told


def test_a_triage_predicts_the_members_too(screen: Screen, lone: Client, tmp_path: Path) -> None:
    options = RunOptions(triage_from=1)
    plan = plan_run(screen, tmp_path / "run", prepared=tmp_path / "prepared", options=options)
    out = run_screen(plan, lone)
    assert out.manifest.triage.recall is not None
    past = open_run(out.folder)
    found = list(verify_run(past, past.library, lone, sample=5))
    assert [fault for check in found for fault in check.faults] == []


def test_a_run_with_a_panel_is_verified(outcome: Outcome, lone: Client) -> None:
    past = open_run(outcome.folder)
    found = list(verify_run(past, past.library, lone, sample=5))
    assert [fault for check in found for fault in check.faults] == []


def test_a_score_of_a_panel_that_was_changed_is_found(
    outcome: Outcome, lone: Client, tmp_path: Path
) -> None:
    text = (outcome.folder / "hits.csv").read_text()
    hits = pd.read_csv(outcome.folder / "hits.csv", dtype=str)
    (outcome.folder / "hits.csv").write_text(text.replace(hits["S_1uM_hi"][0], "0.001", 1))
    try:
        past = open_run(outcome.folder)
        found = {check.what: check for check in verify_run(past, past.library, lone, sample=5)}
    finally:
        (outcome.folder / "hits.csv").write_text(text)
    assert any("hits.csv" in fault for fault in found["files"].faults)
    assert any("hits.csv" in fault for fault in found["hits, plates and volumes"].faults)
