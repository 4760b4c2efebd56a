"""Runs that are over, ranked by another objective."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from screening.errors import AlteredError
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.prepare.prepared import SUMMARY
from screening.runs.dossier import open_dossier
from screening.runs.past_run import open_run
from screening.runs.plan import RunOptions, plan_run
from screening.runs.rerank import check_rerank, rank_again, rerank
from screening.runs.run import run_screen
from screening.runs.runfolder import WHERE
from screening.runs.write_run import Outcome
from screening.storage.lock import Lock

Objective = Callable[..., Screen]
HitsOf = Callable[[Path], list[dict[str, str]]]

TRIAGED = RunOptions(triage_from=1)


@pytest.mark.parametrize("chosen", [False, True])
def test_another_objective_gives_what_its_own_run_gives(
    drug_run: Outcome,
    lone: Client,
    tmp_path: Path,
    chosen: bool,
    objective: Objective,
    hits_of: HitsOf,
) -> None:
    other = objective("CDK2", 9, min_heavy_atoms=5.0)
    if chosen:
        taken = hits_of(drug_run.folder)[0]["compound_id"]
        selection = Selection(diversity="clusters", exclude=(taken,), explore=0.2)
        other = other.changed(selection=selection)
    past = open_run(drug_run.folder)
    again = rank_again(past, check_rerank(past, other, tmp_path / "b"), tmp_path / "b", lone)
    fresh = run_screen(plan_run(other, tmp_path / "c", prepared=past.prepared.folder), lone)
    for name in ("hits.csv", "hits.sdf", "columns.csv", "screen.toml", "lab/plates.csv"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes(), name
    assert again.manifest.counts == fresh.manifest.counts
    assert "score" not in again.manifest.seconds

    back = open_run(tmp_path / "b")  # what was ranked again can be ranked again
    screen = check_rerank(back, past.screen, tmp_path / "d")
    rank_again(back, screen, tmp_path / "d", lone)
    assert (tmp_path / "d/hits.csv").read_bytes() == (drug_run.folder / "hits.csv").read_bytes()


def test_what_a_run_explained_is_not_explained_again(
    drug_run: Outcome, lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITLIST_SHARED_SCORES", "on")
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    past = open_run(drug_run.folder)
    screen = check_rerank(past, past.screen, tmp_path / "first")
    rank_again(past, screen, tmp_path / "first", lone)

    def fail(*given: object) -> None:
        raise AssertionError

    monkeypatch.setattr("screening.evidence.shapley.explain_chunk", fail)
    rank_again(past, screen, tmp_path / "again", lone)
    for name in ("hits.csv", "hits.sdf"):
        first, again = (tmp_path / one / name for one in ("first", "again"))
        assert first.read_bytes() == again.read_bytes()


def test_a_forged_count_is_told_in_one_line(
    drug_run: Outcome, lone: Client, tmp_path: Path, objective: Objective
) -> None:
    prepared = shutil.copytree(drug_run.folder.parent / "prepared", tmp_path / "prepared")
    folder = shutil.copytree(drug_run.folder, tmp_path / "run")
    where = json.loads((folder / WHERE).read_text())
    (folder / WHERE).write_text(
        json.dumps({**where, "prepared": str(prepared), "scores": str(folder / "scores")})
    )
    summary = json.loads((prepared / SUMMARY).read_text())
    codes = {**summary["reject_codes"], "parse": summary["reject_codes"].get("parse", 0) + 1}
    (prepared / SUMMARY).write_text(json.dumps({**summary, "reject_codes": codes}))
    past = open_run(folder)
    screen = check_rerank(past, objective("CDK2", 3), tmp_path / "b")
    with pytest.raises(
        AlteredError, match=r"^[^\n]*sum of reject codes does not hold[^\n]*hitlist verify[^\n]*$"
    ):
        rank_again(past, screen, tmp_path / "b", lone)
    assert not (tmp_path / "b/hits.csv").exists()


@pytest.mark.slow
def test_after_a_triage_the_rest_counts_as_set_aside(
    lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objective: Objective
) -> None:
    monkeypatch.setattr("screening.score.triage.SHARE", 0.1)
    monkeypatch.setattr("screening.score.triage.PER_HIT", 2)
    monkeypatch.setattr("screening.score.triage.AUDIT_SHARE", 0.3)
    screen = objective("EGFR", 5, min_heavy_atoms=8.0)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared", options=TRIAGED)
    first = run_screen(planned, lone)
    assert first.manifest.triage.exhaustive is False
    past = open_run(tmp_path / "a")
    other = check_rerank(past, objective("CDK2", 3), tmp_path / "b")
    everything = other.changed(exhaustive=True)
    with pytest.raises(InputError, match=r"^[^\n]*exhaustive = true, but in [^\n]* a triage"):
        check_rerank(past, everything, tmp_path / "b")
    counts = rank_again(past, other, tmp_path / "b", lone).manifest.counts
    assert counts.scored == first.manifest.counts.scored
    assert past.scores.triage is not None
    assert counts.set_aside == counts.scored - len(past.scores.triage.rows)
    assert counts.filtered == 0
    assert any(
        "not selected by the triage" in open_dossier(past, row).outcome for row in range(1, 15)
    )
    ranked = open_run(tmp_path / "b")
    fates = [open_dossier(ranked, row).outcome for row in range(1, past.prepared.rows + 1)]
    early = [fate.startswith("never scored: removed by the filter min_heavy_") for fate in fates]
    assert sum(early) == past.scores.triage.filtered["min_heavy_atoms"] > 0
    next((tmp_path / "a/scores").glob("promise-*")).unlink()
    past = open_run(tmp_path / "a")
    fates = [open_dossier(past, row).outcome for row in range(1, 15)]
    assert any(fate.startswith("accepted; whether it was scored is not known") for fate in fates)
    assert any(fate.startswith("hit ") for fate in fates)
    with pytest.raises(InputError, match=r"^[^\n]*promise-[^\n]* run the screen again"):
        rerank(past, other)


def test_a_control_that_no_triage_chose_is_there_in_a_re_ranking(
    lone: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    objective: Objective,
    hits_of: HitsOf,
) -> None:
    monkeypatch.setattr("screening.score.triage.SHARE", 0.05)
    monkeypatch.setattr("screening.score.triage.PER_HIT", 0)
    monkeypatch.setattr("screening.score.triage.AUDIT_SHARE", 0.05)
    screen = objective("EGFR", 4)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared", options=TRIAGED)
    run_screen(planned, lone)
    past = open_run(tmp_path / "a")
    assert past.scores.triage is not None
    chosen = set(past.scores.triage.rows.tolist())
    row = next(row for row in range(1, 14) if row not in chosen)
    control = open_dossier(past, row).compound_id
    asked = screen.changed(selection=Selection(include=(control,)))
    planned = plan_run(asked, tmp_path / "b", prepared=tmp_path / "prepared", options=TRIAGED)
    run_screen(planned, lone)
    past = open_run(tmp_path / "b")
    rank_again(past, check_rerank(past, asked, tmp_path / "c"), tmp_path / "c", lone)
    assert (tmp_path / "c/hits.csv").read_bytes() == (tmp_path / "b/hits.csv").read_bytes()
    assert control in [hit["compound_id"] for hit in hits_of(tmp_path / "c")]


def test_an_objective_that_the_bundles_do_not_know_is_refused(
    drug_run: Outcome, tmp_path: Path, objective: Objective
) -> None:
    past = open_run(drug_run.folder)
    with pytest.raises(InputError, match="small_XYZ"):
        check_rerank(past, objective("XYZ", 3), tmp_path / "b")
    with pytest.raises(InputError, match="is not empty"):
        check_rerank(past, objective("CDK2", 3), drug_run.folder)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"exclude": ("owned.csv",)}, "owned.csv"),
        ({"include": ("controls.sdf",)}, "controls.sdf"),
        ({"budget": 9.0, "price_column": "Cost"}, 'no column "Cost"; its own columns: Price'),
    ],
)
def test_lists_and_prices_are_looked_for_before_any_work(
    drug_run: Outcome, tmp_path: Path, asked: dict[str, Any], words: str
) -> None:
    past = open_run(drug_run.folder)
    screen = past.screen.changed(selection=Selection(**asked))
    with pytest.raises(InputError, match=rf"^[^\n]*{words}[^\n]*$"):
        check_rerank(past, screen, tmp_path / "b")


def test_a_ranking_that_was_cut_off_is_given_again(
    drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    past = open_run(drug_run.folder)
    rank_again(past, past.screen, tmp_path / "b", lone)
    with pytest.raises(InputError, match="not empty"):
        check_rerank(past, past.screen, tmp_path / "b")
    (tmp_path / "b/manifest.json").unlink()
    check_rerank(past, past.screen, tmp_path / "b")
    (tmp_path / "c").mkdir()
    Lock(tmp_path / "c").acquire()  # as far as this
    check_rerank(past, past.screen, tmp_path / "c")
