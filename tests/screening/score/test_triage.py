"""A triage chooses the same compounds however the library is cut, and says how well it chose."""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from hypothesis import given
from hypothesis import strategies as st

from gnn.bundle.bundle import Bundle
from gnn.updating.moved_tasks import OwnResults
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import read_prepared
from screening.runs.past_run import open_run
from screening.runs.plan import Plan, RunOptions, plan_run
from screening.runs.run import run_screen, score_stage
from screening.runs.write_run import Outcome
from screening.score.triage import choose, lots, triage_key
from screening.score.triage_recall import TriageFacts
from screening.verify.verify import verify_run

Mixed = list[tuple[str, str]]
FILES = Path(__file__).parents[2] / "files"
FILES_OF_A_RUN = ["duplicates.csv", "hits.csv", "hits.sdf", "rejects.csv", "screen.toml"]


class KilledError(Exception):
    """Stands for a run that ends in the middle."""


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """A triage of a small library chooses few, so that it has something to set aside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("screening.score.triage.SHARE", 0.1)
        patch.setattr("screening.score.triage.PER_HIT", 2)
        patch.setattr("screening.score.triage.AUDIT_SHARE", 0.3)
        patch.setattr("screening.score.score.ITEM_ROWS", 5)
        yield


@pytest.fixture(scope="module")
def screen(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: Mixed,
) -> Screen:
    folder = tmp_path_factory.mktemp("triage")
    tasks = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
    bundle = give_surrogate(make_bundle(folder / "bundle", "small", tasks))
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*drugs[:90], *mixed]
    random.Random(2).shuffle(rows)
    return Screen.model_validate(
        {
            "name": "laws",
            "title": "Laws",
            "library": str(write_library(folder / "library.csv", rows)),
            "bundles": [str(bundle.path)],
            "hits": 5,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "off_targets": [{"task": "small_CDK2"}],
            "windows": [{"property": "mw", "full_to": 500.0, "zero_above": 800.0}],
            "filters": {"min_heavy_atoms": 8.0, "max_small_herg_hi": 0.9999},
        }
    )


def test_keys_of_earlier_ledgers_stay() -> None:
    # Or a ranking of a run that an earlier version scored would find nothing.
    table = {
        "name": "mine",
        "title": "Mine",
        "library": "drugs",
        "bundles": ["activity", "toxicity"],
        "primary": [{"task": "activity_EGFR", "zero": 5.0, "full": 8.0}],
        "liabilities": [{"task": "toxicity_herg", "zero": 0.9, "full": 0.3, "weight": 0.5}],
        "windows": [{"property": "mw", "full_to": 600.0, "zero_above": 800.0}],
        "filters": {"max_mw": 800.0, "min_qed": 0.1},
    }
    assert triage_key(Screen.model_validate(table), [], False) == "565b905575a5"


def plan(screen: Screen, folder: Path, rows: int) -> Plan:
    out, prepared = folder / "run", folder / "prepared"
    return plan_run(
        screen, out, prepared=prepared, partition_rows=rows, options=RunOptions(triage_from=1)
    )


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES_OF_A_RUN}


@pytest.fixture(scope="module")
def whole(
    few: None, screen: Screen, tmp_path_factory: pytest.TempPathFactory, lone: Client
) -> Outcome:
    return run_screen(plan(screen, tmp_path_factory.mktemp("whole"), 20), lone)


def test_a_run_with_a_triage_is_verified(whole: Outcome, lone: Client) -> None:
    past = open_run(whole.folder)
    checks = verify_run(past, past.library, lone, sample=5)
    assert [fault for check in checks for fault in check.faults] == []
    assert past.triage is not None


def test_every_compound_is_accounted_for(whole: Outcome, screen: Screen) -> None:
    """Law 1 with a triage."""
    counts, triage = whole.manifest.counts, whole.manifest.triage
    assert counts.scored == counts.accepted
    assert counts.scored == counts.passed + counts.filtered + counts.set_aside
    assert counts.set_aside > 0
    assert counts.hits == screen.hits
    assert triage.recall is not None
    taken = whole.manifest.filtered_by_filter["min_heavy_atoms"]
    assert triage.looked_at == counts.accepted - taken
    assert triage.chosen == max(2 * screen.hits, -(-triage.looked_at // 10))
    assert triage.recall.audited == -(-3 * triage.looked_at // 10)
    assert 0 <= triage.recall.low <= triage.recall.recall <= 1


@pytest.mark.slow
def test_no_cut_and_no_number_of_workers_changes_a_byte(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client, client: Client
) -> None:
    """Law 4."""
    one = run_screen(plan(screen, tmp_path / "one", 1000), lone)
    two = run_screen(plan(screen, tmp_path / "two", 17), client)
    for other in (one, two):
        assert content(other.folder) == content(whole.folder)
        assert other.manifest.triage == whole.manifest.triage


@pytest.mark.parametrize(("stage", "after"), [("triage", 2), ("score", 1)])
def test_a_run_that_was_ended_goes_on_to_the_same_bytes(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client, stage: str, after: int
) -> None:
    made, calls = plan(screen, tmp_path, 20), Counter[str]()

    def kill(what: str, done: int, total: int | None) -> None:
        calls[what] += 1
        if calls[stage] == after:
            raise KilledError

    with pytest.raises(KilledError):
        run_screen(made, lone, kill)
    seen: Counter[str] = Counter()
    again = run_screen(made, lone, lambda what, done, total: seen.update([what]))
    assert content(again.folder) == content(whole.folder)
    partitions = len(read_prepared(tmp_path / "prepared").partitions)
    assert seen["triage"] == (partitions - after if stage == "triage" else 0)
    assert seen["prepare"] == 0


@pytest.mark.slow
def test_the_hits_are_the_best_of_all_that_were_scored_in_full(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """Those that an exhaustive run ranks, less those that were set aside, in its order."""
    everything = screen.changed(exhaustive=True, hits=1000)
    exhaustive = run_screen(plan(everything, tmp_path / "all", 30), lone)
    assert exhaustive.manifest.triage == TriageFacts("the screen asks for it")
    assert exhaustive.manifest.counts.set_aside == 0
    made = plan(screen, whole.folder.parent, 20)
    prepared = read_prepared(made.prepared)
    triage = score_stage(made, prepared, lone).triage
    assert triage is not None
    best = [record for record in exhaustive.table.records() if int(record["row"]) in triage.rows]
    names = ("row", "score", "smiles", "EGFR", "d_mw")
    assert [tuple(hit[n] for n in names) for hit in whole.table.records()] == [
        tuple(record[n] for n in names) for record in best[: screen.hits]
    ]


def test_own_results_of_a_campaign_are_another_triage(screen: Screen, tmp_path: Path) -> None:
    """They move the surrogate, whose own hash stays."""
    bundles = plan(screen, tmp_path, 20).bundles
    results = OwnResults(np.zeros((1, 128), np.uint8), {})
    moved = [replace(one, own_results=results) for one in bundles]
    assert triage_key(screen, moved, False) != triage_key(screen, bundles, False)


def test_another_objective_in_the_same_folder_is_another_triage(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """What was scored before is neither taken for the new choice nor lost."""
    primary = screen.objective.primary[0].changed(zero=4.0, full=6.5)
    other = screen.changed(primary=(primary,), off_targets=())
    made, bundles = plan(other, whole.folder.parent, 20), plan(other, tmp_path, 20).bundles
    assert triage_key(other, bundles, False) != triage_key(screen, bundles, False)
    more = screen.changed(hits=6, name="more")
    assert triage_key(more, bundles, False) == triage_key(screen, bundles, False)
    fresh = run_screen(plan(other, tmp_path / "fresh", 20), lone)
    again = run_screen(replace(made, replaces=True), lone)
    assert content(again.folder) == content(fresh.folder)
    back = run_screen(replace(plan(screen, whole.folder.parent, 20), replaces=True), lone)
    assert content(back.folder) != content(fresh.folder)


def test_a_small_library_and_a_bundle_without_surrogate_are_scored_in_full(
    screen: Screen, tmp_path: Path, lone: Client, make_bundle: Callable[..., Bundle]
) -> None:
    out, prepared = tmp_path / "run", tmp_path / "prepared"
    small = run_screen(plan_run(screen, out, prepared=prepared), lone)
    why = small.manifest.triage.why_all
    for words in (
        "fewer than 20,000 were accepted",
        "surrogate models choose",
        "unless",
        "--exhaustive",
    ):
        assert words in why
    tasks = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
    lacking = make_bundle(tmp_path / "bundle", "small", tasks)
    other = screen.changed(bundles=(str(lacking.path),))
    made = plan_run(other, tmp_path / "other", prepared=prepared, options=RunOptions(triage_from=1))
    why = run_screen(made, lone).manifest.triage.why_all
    assert why == "bundle small has no surrogate"


def table(rows: Sequence[int], worth: Sequence[int], passing: Sequence[bool]) -> pa.Table:
    key = np.array(rows, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    promised = np.array(worth, np.float32) / 8
    return pa.table({"row": rows, "promise": promised, "passing": passing, "lot": key})


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=60), st.randoms())
def test_the_choice_is_the_first_in_a_stated_order(
    found: list[tuple[int, bool]], shuffled: random.Random
) -> None:
    rows = list(range(1, len(found) + 1))
    worth, passing = [w for w, _ in found], [p for _, p in found]
    triage = choose(table(rows, worth, passing), {}, hits=3)
    order = sorted(rows, key=lambda row: (not passing[row - 1], -worth[row - 1], row))
    expected = sorted(order[: len(triage.chosen)])
    assert triage.chosen.tolist() == expected
    assert len(expected) == min(len(rows), max(6, -(-len(rows) // 10)))
    mixed = shuffled.sample(rows, len(rows))
    again = choose(
        table(mixed, [worth[r - 1] for r in mixed], [passing[r - 1] for r in mixed]), {}, hits=3
    )
    assert again.chosen.tolist() == triage.chosen.tolist()
    assert again.audit.tolist() == triage.audit.tolist()


def test_the_audit_is_drawn_evenly() -> None:
    """By the structures' hashes: half of them have a lot in the lower half."""
    rng = np.random.default_rng(0)
    keys = pa.chunked_array([pa.array([rng.bytes(16) for _ in range(4000)], pa.binary(16))])
    found = lots(keys)
    assert len(np.unique(found)) == 4000
    assert abs(np.mean(found < 2**63) - 0.5) < 0.03


def test_promises_are_of_compounds_that_pass_the_properties(
    whole: Outcome, screen: Screen, tmp_path: Path
) -> None:
    made = plan(screen, tmp_path, 20)
    key = triage_key(screen, made.bundles, made.bfloat16)
    files = sorted((whole.folder / "scores").glob(f"promise-{key}-*.parquet"))
    found = pd.concat([pq.read_table(file).to_pandas() for file in files])
    assert found["row"].is_unique
    assert found["promise"].between(0.01, 1).all()
    assert len(found) == whole.manifest.triage.looked_at
