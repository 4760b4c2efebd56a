"""Whole runs, from a library file to ``hits.csv``, against the laws."""

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

import pytest
from distributed import Client

from chem.errors import InputError
from chem.structure.standardize import Standardized, standardize
from gnn.bundle.bundle import Bundle
from screening.dask_cluster.cluster import connect, run_window
from screening.dask_cluster.remote import Tls, address_of
from screening.errors import StoreError
from screening.objective.screen_file import dump_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.report.manifest import Counts
from screening.runs.plan import Plan, RunOptions, plan_run
from screening.runs.run import check_folder, prepare_stage, run_screen
from screening.runs.write_run import Outcome
from screening.storage.ledger import LEDGER, Ledger
from screening.storage.lock import Lock
from screening.text.cells import unescape_cell

Mixed = list[tuple[str, str]]
FILES = Path(__file__).parents[2] / "files"
FILES_OF_A_RUN = [
    *("duplicates.csv", "hits.csv", "columns.csv", "hits.xlsx", "hits.sdf", "rejects.csv"),
    *("screen.toml", "lab/order.csv", "lab/plates.csv", "lab/picklist_echo.csv"),
]
"""All but the manifest and the report, which tell the time."""


class KilledError(Exception):
    """Stands for a run that ends in the middle."""


@pytest.fixture(scope="module")
def bundle(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    tasks = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
    return make_bundle(tmp_path_factory.mktemp("bundle"), "small", tasks)


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: Mixed,
) -> Path:
    """80 approved drugs, and 60 records of every kind."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*drugs[:80], *mixed]
    random.Random(1).shuffle(rows)
    return write_library(tmp_path_factory.mktemp("library") / "library.csv", rows)


@pytest.fixture(scope="module")
def screen(library: Path, bundle: Bundle) -> Screen:
    return Screen.model_validate(
        {
            "name": "laws",
            "title": "Laws",
            "library": str(library),
            "bundles": [str(bundle.path)],
            "hits": 25,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "off_targets": [{"task": "small_CDK2"}],
            "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
            "windows": [{"property": "mw", "full_to": 500.0, "zero_above": 800.0}],
            "filters": {"min_heavy_atoms": 8.0, "max_small_herg_hi": 0.9999},
        }
    )


def plan(screen: Screen, folder: Path, rows: int) -> Plan:
    return plan_run(screen, folder / "run", prepared=folder / "prepared", partition_rows=rows)


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES_OF_A_RUN}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: unescape_cell(value) for name, value in row.items()} for row in rows]


@pytest.fixture(scope="module")
def whole(screen: Screen, tmp_path_factory: pytest.TempPathFactory, lone: Client) -> Outcome:
    """The run that every other run is compared with: one worker, 20 records a partition."""
    return run_screen(plan(screen, tmp_path_factory.mktemp("whole"), 20), lone)


def finished(whole: Outcome, screen: Screen, folder: Path) -> Plan:
    """Plan the run of ``whole`` again in a copy of all that it left."""
    shutil.copytree(whole.folder.parent, folder, dirs_exist_ok=True)
    return plan(screen, folder, 20)


def test_every_record_is_in_one_place(whole: Outcome, library: Path) -> None:
    """Law 1, read off the files that a chemist gets."""
    rows = read(library)
    counts = whole.manifest.counts
    assert counts.rows == len(rows)
    assert counts.rows == counts.accepted + counts.rejected + counts.duplicates
    assert counts.scored == counts.accepted
    assert json.loads((whole.folder / "manifest.json").read_text()) == whole.manifest.as_dict()
    standard = [standardize(row["smiles"], "smiles") for row in rows]
    bad = [n for n, found in enumerate(standard, 1) if not isinstance(found, Standardized)]
    rejects = read(whole.folder / "rejects.csv")
    assert [int(row["row"]) for row in rejects] == bad
    assert Counter(f"{row['stage']}/{row['code']}" for row in rejects) == Counter(
        whole.manifest.rejected_by_code
    )
    smiles = [found.smiles for found in standard if isinstance(found, Standardized)]
    assert counts.accepted == len(set(smiles))
    repeats = read(whole.folder / "duplicates.csv")
    assert len(repeats) == counts.duplicates == len(smiles) - len(set(smiles))
    for row in (*rejects, *repeats):
        at = int(row["row"]) - 1
        assert row["compound_id"] == rows[at]["compound_id"]
        assert row["input_smiles"] == rows[at]["smiles"]


def test_hits_are_whole_and_sorted(whole: Outcome, library: Path, screen: Screen) -> None:
    """Law 3 and law 6, read off ``hits.csv``."""
    hits = read(whole.folder / "hits.csv")
    assert list(hits[0])[:4] == ["rank", "compound_id", "smiles", "score"]
    assert [int(hit["rank"]) for hit in hits] == list(range(1, screen.hits + 1))
    scores = [float(hit["score"]) for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > screen.hits / 2
    ids = [row["compound_id"] for row in read(library)]
    for hit in hits:
        assert hit["compound_id"] in ids
        for name, value in hit.items():
            own = name.startswith(("score", "d_", "small_", "EGFR"))
            if own and not name.endswith("_highest_others"):
                most = 1e12 if "_nM" in name else 100
                assert 0 <= abs(float(value)) < most, name
    known = {row["compound_id"] for row in read(library)}
    assert {"007", "NA", "1E5", "nan"} <= known
    told = {
        row["compound_id"]
        for name in ("rejects.csv", "duplicates.csv", "hits.csv")
        for row in read(whole.folder / name)
    }
    assert {"007", "NA", "1E5", "nan"} <= told


def test_no_cut_changes_a_byte(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """Law 4."""
    other = run_screen(plan(screen, tmp_path, 1000), lone)
    assert content(other.folder) == content(whole.folder)


@pytest.mark.slow
def test_no_number_of_workers_changes_a_byte(
    whole: Outcome, screen: Screen, tmp_path: Path, client: Client
) -> None:
    """Law 4: two processes, that end their partitions in whatever order."""
    other = run_screen(plan(screen, tmp_path, 17), client)
    assert content(other.folder) == content(whole.folder)


def test_no_order_of_completion_changes_a_byte(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """Law 4. Partitions are scored in many goes, the last one first."""
    made = finished(whole, screen, tmp_path)
    scores = sorted((made.out / "scores").glob("part-*.parquet"), reverse=True)
    for path in scores[1::2]:
        path.unlink()
    ledger = made.out / "scores" / LEDGER
    first, *rest = ledger.read_text().splitlines(keepends=True)
    ledger.write_text("".join([first, *reversed(rest)]))
    assert content(run_screen(made, lone).folder) == content(whole.folder)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["file", "memory"])
def test_no_store_changes_a_byte(
    whole: Outcome, screen: Screen, tmp_path: Path, client: Client, lone: Client, where: str
) -> None:
    """Law 4, and law 5: a partition or scores that a store lost or that were altered are noticed.

    Two processes share a folder; a store in memory is seen by this process alone.
    """
    url = f"file://{tmp_path}/a%20b" if where == "file" else f"memory://{tmp_path.name}"
    out, prepared = tmp_path / "run", tmp_path / "prepared"
    options = RunOptions(store=url)
    made = plan_run(screen, out, prepared=prepared, partition_rows=17, options=options)
    stores, seen = (made.prepared_store, made.scores_store), Counter[str]()

    def run() -> dict[str, bytes]:
        seen.clear()
        workers = client if where == "file" else lone
        outcome = run_screen(made, workers, lambda what, done, total: seen.update([what]))
        return content(outcome.folder)

    assert run() == content(whole.folder)
    assert seen["prepare"] == seen["score"] == 9
    assert not list(tmp_path.glob("run/**/*.parquet")) + list(tmp_path.glob("prepared/*.parquet"))
    stores[0].remove("part-00003.parquet")
    part = stores[1].read("part-00004.parquet")
    stores[1].write("part-00004.parquet", part[:200] + bytes([part[200] ^ 1]) + part[201:])
    assert run() == content(whole.folder)
    assert (seen["prepare"], seen["score"]) == (1, 1)
    assert stores[1].read("part-00004.parquet") == part


def test_a_partition_that_is_altered_under_way_ends_the_run_in_one_line(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """Law 5, for what happens after the ledger was checked; the same command then goes on."""
    made = plan(screen, tmp_path, 20)
    path = prepare_stage(made, lone).folder / "part-00002.parquet"

    def harm(what: str, done: int, total: int | None) -> None:
        if path.exists() and what == "score":
            path.unlink()

    with pytest.raises(StoreError, match=r"^[^\n]*part-00002\.parquet is not there[^\n]*$"):
        run_screen(made, lone, harm)
    assert not (made.out / "hits.csv").exists()
    assert content(run_screen(made, lone).folder) == content(whole.folder)


@pytest.mark.parametrize(("stage", "after"), [("prepare", 1), ("score", 4)])
def test_a_run_that_was_ended_goes_on_to_the_same_bytes(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client, stage: str, after: int
) -> None:
    """Law 4."""
    calls: Counter[str] = Counter()

    def kill(what: str, done: int, total: int | None) -> None:
        calls[what] += 1
        if calls[stage] == after:
            raise KilledError

    made = plan(screen, tmp_path, 20)
    with pytest.raises(KilledError):
        run_screen(made, lone, kill)
    assert not (made.out / "manifest.json").exists()
    seen: Counter[str] = Counter()
    again = run_screen(made, lone, lambda what, done, total: seen.update([what]))
    assert content(again.folder) == content(whole.folder)
    partitions = len(list((tmp_path / "prepared").glob("part-*.parquet")))
    assert seen[stage] == partitions - after  # what was done was not done again


def test_a_second_run_does_nothing_again(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    made = finished(whole, screen, tmp_path)
    seen: Counter[str] = Counter()
    again = run_screen(made, lone, lambda what, done, total: seen.update([what]))
    assert set(seen) == {"explain"}  # the hits' evidence is no part of a ledger
    assert content(again.folder) == content(whole.folder)


@pytest.mark.slow
def test_a_killed_process_leaves_a_folder_to_go_on_with(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    """Law 4, with SIGKILL: nothing gets a chance to tidy up."""
    (tmp_path / "screen.toml").write_text(dump_screen(screen))
    code = (
        "import sys; from pathlib import Path; from distributed import Client, LocalCluster\n"
        "from screening.runs.plan import plan_run; from screening.runs.run import run_screen\n"
        "from screening.objective.screen_file import load_screen\n"
        "folder = Path(sys.argv[1]); screen = load_screen(folder / 'screen.toml')\n"
        "plan = plan_run(screen, folder / 'run', prepared=folder / 'prepared', partition_rows=20)\n"
        "cluster = LocalCluster(n_workers=1, processes=False, dashboard_address=None)\n"
        "run_screen(plan, Client(cluster), lambda *what: print(*what, flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("score"):
                break
        os.kill(running.pid, signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert not (tmp_path / "run" / "manifest.json").exists()
    seen: Counter[str] = Counter()
    made = plan(load_screen(tmp_path / "screen.toml"), tmp_path, 20)
    again = run_screen(made, lone, lambda what, done, total: seen.update([what]))
    assert content(again.folder) == content(whole.folder)
    assert seen["prepare"] == 0


def test_a_folder_in_use_is_refused(screen: Screen, tmp_path: Path, lone: Client) -> None:
    """Law 5: two runs never write one folder."""
    made = plan(screen, tmp_path, 1000)
    with (
        Ledger(tmp_path / "prepared", {"other": "run"}),
        pytest.raises(InputError, match=r"^[^\n]*in use by another run[^\n]*$"),
    ):
        run_screen(made, lone)
    assert not (tmp_path / "run" / "hits.csv").exists()


def test_a_run_hashes_its_library_when_it_is_planned_and_once_it_was_read(
    screen: Screen, tmp_path: Path, lone: Client, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    digest = hashlib.file_digest

    def count(file: BufferedReader, kind: str) -> "hashlib._Hash":
        if Path(file.name) == library:
            hashed.append(library)
        return digest(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", count)
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    run_screen(plan_run(screen, tmp_path / "run", partition_rows=50), lone)
    assert hashed == [library, library]


def test_a_library_that_changes_after_the_plan_is_not_kept_under_the_old_hash(
    screen: Screen, tmp_path: Path, lone: Client, library: Path
) -> None:
    copy = tmp_path / "library.csv"
    copy.write_bytes(library.read_bytes())
    made = plan(screen.changed(library=str(copy)), tmp_path, 50)
    check_folder(made)
    copy.write_text(copy.read_text() + "late,CCO\n")
    with pytest.raises(InputError, match="was changed since this run looked at it"):
        run_screen(made, lone)
    assert not (tmp_path / "prepared").exists()


def test_a_changed_library_is_refused(
    screen: Screen, library: Path, tmp_path: Path, lone: Client
) -> None:
    """Law 5: a run that goes on checks that it goes on with the same library."""
    copy = tmp_path / "library.csv"
    copy.write_bytes(library.read_bytes())
    changed = screen.changed(library=str(copy))
    run_screen(plan(changed, tmp_path, 1000), lone)
    before = content(tmp_path / "run")
    copy.write_bytes(library.read_bytes().replace(b"CHEMBL", b"chembl"))
    with pytest.raises(InputError, match=r"^[^\n]*holds another run: its library, prepared[^\n]*$"):
        run_screen(plan(changed, tmp_path, 1000), lone)
    assert content(tmp_path / "run") == before


def test_another_bundle_is_refused(
    screen: Screen,
    bundle: Bundle,
    make_bundle: Callable[..., Bundle],
    tmp_path: Path,
    lone: Client,
) -> None:
    tasks = [(task.name, task.kind[0]) for task in bundle.card.tasks]
    make_bundle(tmp_path / "bundle", "small", tasks)
    changed = screen.changed(bundles=(str(tmp_path / "bundle"),))
    run_screen(plan(changed, tmp_path, 1000), lone)
    make_bundle(tmp_path / "bundle", "small", tasks, seed=8)
    with pytest.raises(InputError, match=r"^[^\n]*holds another run: its bundles[^\n]*$"):
        run_screen(plan(changed, tmp_path, 1000), lone)


def test_another_device_is_refused(whole: Outcome, screen: Screen, tmp_path: Path) -> None:
    """Law 5: a GPU's scores and a CPU's differ in their last bits."""
    made = finished(whole, screen, tmp_path)
    with pytest.raises(InputError, match=r"^[^\n]*its device differs[^\n]*$"):
        check_folder(replace(made, device="cuda"))


def test_two_hand_overs_never_mix(
    whole: Outcome, screen: Screen, tmp_path: Path, lone: Client
) -> None:
    made = finished(whole, screen, tmp_path)
    told = content(made.out)
    other = replace(made, screen=screen.changed(hits=3), replaces=True)
    with Lock(made.out), pytest.raises(InputError, match="in use by another run"):
        run_screen(other, lone)
    assert content(made.out) == told


def test_a_folder_of_something_else_is_refused(
    screen: Screen, tmp_path: Path, lone: Client
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match=r"^[^\n]*is not empty and holds no run[^\n]*$"):
        run_screen(plan(screen, tmp_path, 1000), lone)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.tex"]


def test_a_library_of_nothing_but_mistakes_ends_well(
    screen: Screen,
    tmp_path: Path,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    lone: Client,
) -> None:
    """Law 2: bad molecules never end a run."""
    library = write_library(tmp_path / "bad.csv", [(f"{n}", "CCQ") for n in range(9)])
    changed = screen.changed(library=str(library))
    outcome = run_screen(plan(changed, tmp_path, 4), lone)
    assert outcome.manifest.counts._asdict() == {
        **dict.fromkeys(Counts._fields, 0),
        "rows": 9,
        "rejected": 9,
    }
    assert read(outcome.folder / "hits.csv") == []
    assert len(read(outcome.folder / "rejects.csv")) == 9


def test_a_window_of_work_yields_every_result_once(client: Client) -> None:
    pulled: list[int] = []

    def source() -> Iterator[int]:
        for number in range(25):
            pulled.append(number)
            yield number

    results = run_window(client, lambda number: number * number, source(), window=3)
    first = next(results)
    assert len(pulled) <= 4  # a source of any length is read only as fast as it is worked off
    time.sleep(0.1)
    assert len(pulled) <= 4
    assert sorted([first, *results]) == [number**2 for number in range(25)]
    assert list(run_window(client, abs, [])) == []


def test_a_scheduler_that_does_not_answer_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        pytest.raises(InputError, match=r"^[^\n]*no Dask scheduler answers at nonsense[^\n]*$"),
        connect("nonsense://1.2.3.4:1", tls=Tls(unencrypted=True)),
    ):
        pass


def test_a_running_scheduler_can_be_used(
    client: Client, certificates: Callable[[Client], Tls]
) -> None:
    with connect(address_of(client), tls=certificates(client)) as other:
        assert sorted(run_window(other, abs, [-3, 2, -1])) == [1, 2, 3]


def test_a_finished_run_is_not_written_over_by_another_objective(
    whole: Outcome, screen: Screen, lone: Client, tmp_path: Path
) -> None:
    """A list may have been ordered from it."""
    same = finished(whole, screen, tmp_path)
    check_folder(same)
    other = replace(same, screen=screen.changed(hits=4))
    before = content(same.out)
    with pytest.raises(InputError, match=r"^[^\n]*holds a finished run[^\n]*--replace[^\n]*$"):
        run_screen(other, lone)
    assert content(same.out) == before
    made = run_screen(replace(other, replaces=True), lone)
    assert len(made.table.rows) == 4


@pytest.mark.timeout(60)
def test_a_pipe_in_the_place_of_a_finished_runs_screen_is_not_waited_for(
    whole: Outcome, screen: Screen, tmp_path: Path
) -> None:
    run = finished(whole, screen, tmp_path)
    (run.out / "screen.toml").unlink()
    os.mkfifo(run.out / "screen.toml")
    with pytest.raises(InputError, match=r"^[^\n]*holds a finished run[^\n]*$"):
        check_folder(run)


@pytest.mark.parametrize("name", ["lab", "scores"])
def test_a_link_at_a_runs_own_folder_is_refused(
    whole: Outcome, screen: Screen, lone: Client, tmp_path: Path, name: str
) -> None:
    """Files of another run's would be written over and removed."""
    run = finished(whole, screen, tmp_path)
    other = shutil.copytree(run.out / name, tmp_path / "other")
    (other / "plate_7.csv").write_text("x")
    shutil.rmtree(run.out / name)
    (run.out / name).symlink_to(other)
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=r"^[^\n]*is a symbolic link[^\n]*$"):
        run_screen(run, lone)
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before
