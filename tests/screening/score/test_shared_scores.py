"""A night that takes scores from earlier nights writes the bytes of one that scores everything."""

import csv
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from distributed import Client

from chem.errors import InputError
from chem.features.graphs import featurizer_spec
from chem.records.records import Failure, Record
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import predicted_columns
from gnn.features.array_types import Floats32
from screening.dask_cluster.lazy_client import AnyClient, LazyClient
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import read_prepared
from screening.prepare.record_columns import RecordColumns, to_records
from screening.runs.plan import RunOptions, load_bundles, plan_run
from screening.runs.run import run_screen
from screening.score.score import Scoring, _predict, chosen_items, score_item
from screening.score.shared_scores import VARIABLE, is_shared, open_expected, open_predictions
from screening.score.triage import look_at_partition, plan_looking, read_triage
from screening.score.worker_models import model_refs
from screening.storage.ledger import Ledger
from screening.storage.store import Store

Row = tuple[str, str, str]
FILES = Path(__file__).parents[2] / "files/chem"
TASKS = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))


class Nobody:
    """Workers that must not be needed."""

    def start(self, workers: int) -> Client:
        pytest.fail("workers were started")


class Night(NamedTuple):
    """What a run wrote, and what it took from earlier ones."""

    files: dict[str, bytes]
    scored: int
    expected: int
    """Compounds that an ensemble or a surrogate worked on."""
    standardized: int


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """A triage of a small library chooses few, and partitions of some rows are worth reading."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("screening.score.triage.SHARE", 0.1)
        patch.setattr("screening.score.triage.PER_HIT", 2)
        patch.setattr("screening.score.triage.AUDIT_SHARE", 0.3)
        patch.setattr("screening.score.score.ITEM_ROWS", 5)
        patch.setattr("screening.prepare.reuse._LEAST", 0)
        patch.setattr("screening.prepare.reuse._SHARE", 10**6)
        yield


@pytest.fixture
def screen(
    make_bundle: Callable[..., Bundle], give_surrogate: Callable[..., Bundle], tmp_path: Path
) -> Screen:
    bundle = give_surrogate(make_bundle(tmp_path / "bundle", "small", TASKS))
    return Screen.model_validate(
        {
            "name": "nights",
            "title": "Nights",
            "library": "library.csv",
            "bundles": [str(bundle.path)],
            "hits": 5,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "windows": [{"property": "mw", "full_to": 500.0, "zero_above": 800.0}],
            "filters": {"min_heavy_atoms": 8.0},
        }
    )


@pytest.fixture(scope="module")
def drugs(mixed: list[tuple[str, str]]) -> list[Row]:
    with (FILES / "approved_sample.smi").open(newline="") as file:
        found = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*found[:90], *mixed]
    random.Random(2).shuffle(rows)
    return [(name, text, "1.00") for name, text in rows]


def run(
    home: Path,
    name: str,
    screen: Screen,
    rows: list[Row],
    lone: AnyClient,
    *,
    shared: str = "on",
    size: int = 20,
    triage_from: int = 1,
    at: str = "",
) -> Night:
    """Screen a library with the cache of a home."""
    library = home / (at or f"{name}.csv")
    home.mkdir(exist_ok=True)
    with library.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("compound_id", "smiles", "Price"), *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, shared)
        patch.setenv("HITLIST_CACHE", str(home / "cache"))
        options = RunOptions(triage_from=triage_from, library=str(library))
        plan = plan_run(screen, home / name, partition_rows=size, options=options)
        outcome = run_screen(plan, lone)
    files = {"hits.csv": (outcome.folder / "hits.csv").read_bytes()}
    files |= {path.name: path.read_bytes() for path in (home / name / "scores").glob("*.parquet")}
    found = Ledger.read(home / name / "scores").entries
    prepared = Ledger.read(plan.prepared).entries
    left = {"p": 0, "c": 0}
    for name_of, entry in found.items():
        kind = "p" if name_of.startswith("promise-") else "c"
        left[kind] += entry.count("rows") - entry.count("shared")
    standardized = sum(
        entry.count("rows") - entry.count("copied")
        for name_of, entry in prepared.items()
        if name_of.startswith("part-")
    )
    return Night(files, left["c"], left["p"], standardized)


def edit(rows: list[Row], seed: int) -> list[Row]:
    """A day's changes: prices, withdrawals, new and moved records, another order."""
    draw = random.Random(seed)
    kept = [(name, text, f"{draw.random():.2f}") for name, text, _ in rows if draw.random() > 0.05]
    for n in range(draw.randint(1, 6)):
        row = (f"n{seed}-{n}", f"c1ccccc1{'C' * (n + seed)}NC(=O)c1ccncc1", "1")
        kept.insert(draw.randrange(len(kept) + 1), row)
    if seed % 2:
        draw.shuffle(kept)
    return kept


def test_scores_by_other_rules_of_the_columns_are_not_shared(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundles = load_bundles(screen.bundles)
    models = model_refs(bundles, featurizer_spec()["hash"], False)

    def kept() -> list[str]:
        opened = (
            open_predictions(Store(tmp_path), bundles, models),
            open_expected(Store(tmp_path), screen, bundles, models),
        )
        return [str(one.store.url) for one in opened if one is not None]

    monkeypatch.setenv(VARIABLE, "on")
    before = kept()
    monkeypatch.setattr("screening.score.shared_scores.COLUMN_RULES", 0)
    assert len({*before, *kept()}) == 4


def test_a_worker_loads_torch_only_to_predict(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "night", screen, drugs, lone)
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(VARIABLE, "on")
    options = RunOptions(triage_from=1, library=str(tmp_path / "night.csv"))
    plan = plan_run(screen, tmp_path / "again", partition_rows=20, options=options)
    prepared, store = read_prepared(plan.prepared), Store(tmp_path / "scores")
    (tmp_path / "scores").mkdir()
    models = model_refs(plan.bundles, prepared.featurizer, plan.bfloat16, plan.device)
    root, bundles = plan.shared_scores, plan.bundles
    known = open_predictions(root, bundles, models)
    work = Scoring(prepared.source, store, models, tuple(predicted_columns(bundles)), known)
    expected = open_expected(root, screen, bundles, models)
    looking = plan_looking(prepared, screen, bundles, models, store, expected)
    ledger = Ledger.read(tmp_path / "night" / "scores")
    triage = read_triage(prepared, screen, bundles, ledger, plan.bfloat16)
    item = chosen_items(prepared, triage.rows)[0]
    jobs = [
        partial(look_at_partition, looking, prepared.partitions[0]),
        partial(score_item, work, item),
        partial(score_item, replace(work, shared=None), item),
    ]
    code = (
        "import pickle, sys\n"
        "for job in pickle.load(sys.stdin.buffer):\n"
        "    _, facts, digest = job()\n"
        "    print(facts['rows'] - facts['shared'], digest, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(jobs), capture_output=True, timeout=240
    )
    assert done.returncode == 0, done.stderr.decode()
    found = [line.split() for line in done.stdout.decode().splitlines()]
    assert [(new, loaded) for new, _, loaded in found[:2]] == [("0", "False")] * 2
    assert int(found[2][0]) > 0
    assert found[2][1:] == [found[1][1], "True"]  # what was known is what the models predict


@pytest.mark.slow
@pytest.mark.parametrize("triage_from", [1, 10**6], ids=["triage", "all"])
def test_nights_of_edits_are_the_bytes_of_whole_runs(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client, triage_from: int
) -> None:
    rows, taken = drugs, 0
    for night in range(4):
        size = (20, 20, 13, 40)[night]
        screened = partial(run, screen=screen, rows=rows, lone=lone, triage_from=triage_from)
        mine = screened(tmp_path / "mine", str(night), size=size)
        whole = screened(tmp_path / f"whole{night}", "a", size=size, shared="off")
        assert mine.files == whole.files
        if night:
            assert mine.standardized < 20
            assert mine.scored < 0.5 * whole.scored
            assert mine.expected <= 0.2 * whole.expected
            taken += whole.scored - mine.scored
        rows = edit(rows, night)
    assert taken > 30


@pytest.mark.parametrize("triage_from", [1, 10**6], ids=["triage", "all"])
def test_the_same_night_again_starts_no_worker(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client, triage_from: int
) -> None:
    first = run(tmp_path, "a", screen, drugs, lone, triage_from=triage_from)
    nobody = LazyClient(Nobody(), 1)
    again = run(tmp_path, "b", screen, drugs, nobody, triage_from=triage_from, at="a.csv")
    assert again.files == first.files
    assert again.scored == again.expected == 0
    assert first.scored > 20


@pytest.mark.parametrize("triage_from", [1, 10**6], ids=["triage", "all"])
def test_no_file_is_taken_if_a_machine_gave_another_molecule_up(
    tmp_path: Path,
    screen: Screen,
    drugs: list[Row],
    lone: Client,
    monkeypatch: pytest.MonkeyPatch,
    triage_from: int,
) -> None:
    """The first record is given up on the second night; its duplicate stands for it then."""
    name, text, _ = drugs[0]
    rows = [*drugs, ("twin", text, "1.00")]
    screened = partial(run, screen=screen, rows=rows, lone=lone, triage_from=triage_from)
    first = screened(tmp_path, "a")
    shutil.rmtree(tmp_path / "cache" / "prepared")

    def given_up(columns: RecordColumns, places: Sequence[int]) -> Iterator[Record]:
        for record in to_records(columns, places):
            lost = Failure("isolate", "timed_out", "") if record.compound_id == name else None
            yield record._replace(problem=lost or record.problem)

    monkeypatch.setattr("screening.prepare.partition.to_records", given_up)
    second = screened(tmp_path, "b", at="a.csv")
    whole = screened(tmp_path / "whole", "a", shared="off")
    assert second.files == whole.files
    assert second.files != first.files


def test_few_new_rows_of_many_items_are_predicted_together(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each item lacks one row, and one batch of the networks predicts them all."""
    screened = partial(run, screen=screen, lone=lone, triage_from=10**6)
    screened(tmp_path, "a", rows=[row for at, row in enumerate(drugs) if at % 20])
    seen: list[int] = []

    def predict(work: Scoring, graphs: pa.Table) -> Floats32:
        seen.append(len(graphs))
        return _predict(work, graphs)

    monkeypatch.setattr("screening.score.score._predict", predict)
    night = screened(tmp_path, "b", rows=drugs)
    monkeypatch.undo()
    whole = screened(tmp_path / "whole", "b", rows=drugs, shared="off")
    assert night.files == whole.files
    assert seen == [night.scored]
    assert night.scored > 3


def test_rows_that_cannot_be_kept_are_predicted_in_their_items(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    screened = partial(run, screen=screen, lone=lone, triage_from=10**6)
    screened(tmp_path, "a", rows=[row for at, row in enumerate(drugs) if at % 20])
    monkeypatch.setattr("screening.score.score.add_rows", lambda *rows: None)
    night = screened(tmp_path, "b", rows=drugs)
    monkeypatch.undo()
    assert night.files == screened(tmp_path / "whole", "b", rows=drugs, shared="off").files


def test_another_bundle_scores_again_without_chemistry(
    tmp_path: Path,
    screen: Screen,
    drugs: list[Row],
    lone: Client,
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
) -> None:
    first = run(tmp_path, "a", screen, drugs, lone)
    other = give_surrogate(make_bundle(tmp_path / "other", "small", TASKS, seed=5), seed=5)
    taught = screen.changed(bundles=(str(other.path),))
    again = run(tmp_path, "b", taught, drugs[1:], lone)
    assert again.standardized < 20
    assert again.scored > 20
    assert again.expected > 80
    assert again.files != first.files


def test_another_objective_takes_the_predictions(
    tmp_path: Path, screen: Screen, drugs: list[Row], lone: Client
) -> None:
    first = run(tmp_path, "a", screen, drugs, lone, triage_from=10**6)
    edited = screen.model_validate(
        {**screen.model_dump(exclude_unset=True), "filters": {"min_heavy_atoms": 9.0}}
    )
    again = run(tmp_path, "b", edited, drugs, lone)
    assert first.scored > 80
    assert again.scored == 0
    assert again.expected > 80


def test_the_setting_is_on_or_off() -> None:
    assert is_shared({})
    assert is_shared({VARIABLE: " "})
    with pytest.raises(InputError, match="expected on or off"):
        is_shared({VARIABLE: "no"})
