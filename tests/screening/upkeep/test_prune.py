"""Removals from a real cache and real runs: killed, refused, and followed by a whole night."""

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import pytest
from distributed import Client

from chem.disk.files import is_leftover
from chem.structure.inchi_key import inchi_key
from screening.objective.retention import DAY, Retention
from screening.objective.screen_file import dump_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import SUMMARY, read_summary
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.runs.runfolder import MANIFEST
from screening.storage.in_use import mark_in_use, marking
from screening.storage.lock import Lock
from screening.text.cells import unescape_cell
from screening.upkeep.apply import apply_retention
from screening.upkeep.inventory import take_inventory
from screening.upkeep.items import Item
from screening.upkeep.policy import Limits, decide
from screening.upkeep.prune import remove, remove_all
from screening.upkeep.sizes import written_size
from screening.upkeep.verify_store import verify_items
from tests.screening.upkeep.conftest import Home

ALL = Limits(older_than=0.0, most=0, keep_runs=1, runs_older_than=0.0)
LATER = 2 * DAY
"""Seconds after the nights: leftovers of writers are a day old then."""


def prune(home: Home, limits: Limits = ALL) -> list[str]:
    """Remove what goes; return the reasons why something did not."""
    items = take_inventory(home.cache, home.runs).items
    proposals = decide(items, limits, time.time() + LATER)
    return [done.why_not for done in remove_all(proposals) if done.why_not]


def prepared_of(home: Home, library: str) -> Path:
    for folder in (home.cache / "prepared").iterdir():
        summary = read_summary(folder)
        if summary is not None and summary.library == f"{library}.csv":
            return folder
    raise AssertionError(library)


def item_of(home: Home, path: Path) -> Item:
    items = take_inventory(home.cache, home.runs).items
    return next(item for item in items if item.path == path)


def hits(folder: Path) -> dict[str, bytes]:
    """The files of a run that do not tell when it ran."""
    names = ("hits.csv", "rejects.csv", "duplicates.csv", "hits.sdf", "columns.csv", "screen.toml")
    return {name: (folder / name).read_bytes() for name in names}


@pytest.mark.slow
def test_nights_are_right_while_another_process_removes_all_it_may(
    home: Home,
    nights: Home,
    objective: Callable[..., Screen],
    library_of: dict[str, Path],
    lone: Client,
) -> None:
    """Locks are of open files, so a thread is another process to them."""
    done, rounds = Event(), 0
    faults: list[BaseException] = []

    def remove_always() -> None:
        nonlocal rounds
        while not done.is_set():
            try:
                prune(home)
            except BaseException as error:
                faults.append(error)
                return
            rounds += 1

    thread = Thread(target=remove_always)
    thread.start()
    try:
        for number in range(12):
            task, library = (("EGFR", "one"), ("EGFR", "two"))[number % 2]
            screen = objective(task, 5).changed(library=str(library_of[library]))
            made = run_screen(plan_run(screen, home.runs / f"again-{number}"), lone)
            # The newest run of a screen stays, and with it all that it needs.
            assert hits(made.folder) == hits(nights.runs / f"{task}-2026010{number % 2}-020000")
            assert open_run(made.folder).scores.items
    finally:
        done.set()
        thread.join()
    assert faults == []
    assert rounds > 3
    assert not any(one.faults for one in verify_items(take_inventory(home.cache, home.runs)))


@pytest.mark.parametrize("limits", [ALL, Limits(most=0), Limits(older_than=0.0), Limits()])
def test_the_next_night_is_a_full_run(
    home: Home,
    nights: Home,
    limits: Limits,
    objective: Callable[..., Screen],
    library_of: dict[str, Path],
    lone: Client,
) -> None:
    assert prune(home, limits) == []
    assert not any(one.faults for one in verify_items(take_inventory(home.cache, home.runs)))
    for night, (task, library) in {0: ("EGFR", "one"), 1: ("EGFR", "two")}.items():
        screen = objective(task, 5).changed(library=str(library_of[library]))
        made = run_screen(plan_run(screen, home.runs / f"again-{night}"), lone)
        assert hits(made.folder) == hits(nights.runs / f"{task}-2026010{night}-020000")


def test_what_is_kept_is_whole(home: Home) -> None:
    before = home.files()
    assert prune(home) == []
    names = {path.name for path in home.runs.iterdir()}
    assert names == {"EGFR-20260101-020000", "CDK2-20260102-020000"} | {
        *("latest", "latest-EGFR", "latest-CDK2")
    }
    assert prepared_of(home, "one") != prepared_of(home, "two")  # the newest runs need them
    assert list((home.cache / "scores").iterdir()) == []
    assert home.files().items() <= before.items()


def test_a_dry_run_changes_nothing(home: Home) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino)
            for path in home.cache.parent.rglob("*")
        }

    before = state()
    items = take_inventory(home.cache, home.runs).items
    assert any(one.goes for one in decide(items, ALL, time.time()))
    assert state() == before


def test_what_a_process_uses_stays(home: Home) -> None:
    old = home.runs / "EGFR-20260100-020000"
    scores = sorted((home.cache / "scores").iterdir())
    unneeded = prepared_of(home, "two")
    shutil.rmtree(home.runs / "EGFR-20260101-020000")
    (home.runs / "latest-EGFR").unlink()
    shutil.copytree(old, home.runs / "EGFR-20260109-020000")  # so that another one is newer
    first = [item_of(home, path) for path in (old, unneeded, *scores)]
    assert len(first) >= 3
    with marking():
        for path in (old, unneeded / SUMMARY, *scores):
            assert mark_in_use(path)
        for item in first:  # as listed before the process came
            assert remove(item).why_not == "a process uses it now"
        assert {item_of(home, item.path).kept for item in first} == {"a process uses it now"}
        assert prune(home) == []
    with Lock(unneeded):
        assert "in use by another run" in remove(first[1]).why_not
        assert item_of(home, unneeded).kept == "a process uses it now"
    assert all((item.path).is_dir() for item in first)
    assert prune(home) == []
    assert not any(item.path.exists() for item in first[1:])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("keep", "it holds a file named keep"),
        ("signed.json.sig", "somebody signed it"),
        ("notes.txt", "it holds notes.txt, which the run did not write"),
    ],
)
def test_a_run_that_somebody_marks_stays(home: Home, name: str, told: str) -> None:
    run = home.runs / "EGFR-20260100-020000"
    listed = item_of(home, run)
    assert listed.kept == ""
    (run / name).touch()
    assert item_of(home, run).kept == told
    assert remove(listed).why_not == told  # marked after it was listed
    assert prune(home) == []
    assert (run / MANIFEST).is_file()


def first_hit(run: Path) -> dict[str, str]:
    with (run / "hits.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(iter(csv.DictReader(file)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("compound_id,decision\n{hit},no\n", "decisions.csv has a decision about it"),
        ("decision;compound_id\norder;{hit}\n", "decisions.csv has a decision about it"),
        ("inchikey,decision\n{key},no\n", "decisions.csv has a decision about it"),
        ("compound_id,inchikey,decision\nx,{key},no\n", "decisions.csv has a decision about it"),
        ("compound_id,decision\nunknown,no\n", ""),
        ("run,compound_id\nx,x\n", "decisions cannot be read: {file}: unknown column 'run';"),
        ("compound_id,decision\nx,no\nx,order\n", "decisions cannot be read: {file}, lines 2 and"),
    ],
)
@pytest.mark.parametrize("is_own", [False, True])
def test_a_run_with_a_decision_stays(home: Home, text: str, told: str, is_own: bool) -> None:
    run = home.runs / "EGFR-20260100-020000"
    shutil.rmtree(home.runs / "EGFR-20260101-020000")
    shutil.rmtree(home.runs / "CDK2-20260102-020000")
    hit = first_hit(run)
    file = home.runs.parent / "own.csv" if is_own else home.runs / "decisions.csv"
    key = inchi_key(unescape_cell(hit["smiles"]))
    file.write_text(text.replace("{hit}", hit["compound_id"]).replace("{key}", key))
    if is_own:
        name_decisions(run, file)
    for link in home.runs.glob("latest*"):
        link.unlink()
    expected = told.replace("decisions.csv", file.name).replace("{file}", str(file))
    kept = item_of(home, run).kept
    assert kept == expected or ("cannot be read" in expected and kept.startswith(expected))


def name_decisions(run: Path, file: Path) -> None:
    """Let the screen of a finished run name a file of decisions."""
    screen, manifest = run / "screen.toml", run / MANIFEST
    before = sha256(screen.read_bytes()).hexdigest()
    screen.write_text(dump_screen(load_screen(screen).changed(decisions=str(file))))
    after = sha256(screen.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(before, after))


def test_all_runs_stay_if_one_names_decisions_that_are_gone(home: Home) -> None:
    name_decisions(home.runs / "CDK2-20260102-020000", home.runs.parent / "gone.csv")
    assert "gone.csv: cannot be read" in item_of(home, home.runs / "EGFR-20260100-020000").kept
    assert prune(home) == []
    assert len([path for path in home.runs.iterdir() if (path / MANIFEST).is_file()]) >= 3


def test_links_are_removed_or_left_and_never_followed(home: Home, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    scores = next((home.cache / "scores").iterdir())
    for place in (home.cache / "prepared", home.cache / "scores", home.runs):
        (place / "link").symlink_to(precious)
    run = home.runs / "EGFR-20260100-020000"
    (run / "lab").rename(tmp_path / "lab")
    (run / "lab").symlink_to(precious)
    assert prune(home) == []
    assert not run.exists()
    assert not scores.exists()
    assert (precious / "file").read_text() == "mine"
    for place in (home.cache / "prepared", home.cache / "scores", home.runs):
        assert (place / "link").is_symlink()
    shutil.move(home.cache / "prepared", tmp_path / "elsewhere")
    (home.cache / "prepared").symlink_to(tmp_path / "elsewhere")
    before = sorted((tmp_path / "elsewhere").rglob("*"))
    assert prune(home) == []
    assert sorted((tmp_path / "elsewhere").rglob("*")) == before


def test_a_folder_that_was_swapped_for_a_link_stays(home: Home, tmp_path: Path) -> None:
    folder = prepared_of(home, "two")
    listed = item_of(home, folder)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert "symbolic link" in remove(listed).why_not
    assert read_summary(tmp_path / "moved") is not None


@pytest.mark.parametrize("name", ["bundles", "notes"])
def test_other_folders_beside_runs_are_not_listed(home: Home, name: str) -> None:
    (home.runs / name / "assay").mkdir(parents=True)
    (home.runs / name / "assay" / "card.json").write_text("{}")
    assert prune(home) == []
    assert (home.runs / name / "assay" / "card.json").is_file()


def test_dead_folders_and_leftovers_go(home: Home) -> None:
    dead = home.runs / "EGFR-20260104-020000"
    shutil.copytree(home.runs / "EGFR-20260100-020000", dead)
    (dead / MANIFEST).unlink()
    stopped = prepared_of(home, "two")
    shutil.copytree(stopped, stopped.with_name("0" * 16))
    (stopped.with_name("0" * 16) / SUMMARY).unlink()
    strange = home.cache / "prepared" / "mine"
    strange.mkdir()
    (strange / "notes.txt").touch()
    left = [home.runs / ".0123abcd.old", stopped / ".0123abcd.part-00000.parquet"]
    left[0].mkdir()
    left[1].touch()
    kinds = [(item.kind, item.path.name) for item in take_inventory(*home).items]
    assert {("dead", dead.name), ("dead", "0" * 16), ("leftover", left[0].name)} <= set(kinds)
    assert prune(home, Limits()) == []
    assert dead.is_dir()  # it may be gone on with
    assert not any(path.exists() for path in left)
    assert prune(home, Limits(older_than=DAY)) == []
    assert not dead.exists()
    assert not stopped.with_name("0" * 16).exists()
    assert (strange / "notes.txt").is_file()
    assert (stopped / SUMMARY).is_file()


def test_what_is_at_work_is_not_dead(home: Home) -> None:
    night = home.runs / "EGFR-20260104-020000"
    with Lock(night):
        at_work = item_of(home, night)
        assert (at_work.kind, at_work.note) == ("at work", "a process uses it now")
        prune(home, Limits(older_than=0))
        assert night.is_dir()
    assert item_of(home, night).kind == "dead"


def test_the_retention_of_a_screen_is_applied(home: Home, objective: Callable[..., Screen]) -> None:
    screen = objective("EGFR", 5)
    run = home.runs / "EGFR-20260101-020000"
    assert apply_retention(screen, run) == ""
    kept = screen.changed(retention=Retention(keep_runs=1, keep_days=1e-6, most_cache="0B"))
    line = apply_retention(kept, run)
    assert line.startswith("retention: removed ")
    assert "1 run" in line
    assert "shared scores" in line
    assert "\n" not in line
    assert not (home.runs / "EGFR-20260100-020000").exists()
    assert (home.runs / "CDK2-20260102-020000").is_dir()
    size = sum(item.extent.bytes for item in take_inventory(*home).items if item.kind == "prepared")
    beyond = f"what is kept is {written_size(size)} more than most_cache"
    assert apply_retention(kept, run) == f"retention: all is kept; {beyond}"


def test_stopped_runs_are_left_to_their_own_screen(
    home: Home, objective: Callable[..., Screen]
) -> None:
    stopped = [home.runs / name for name in ("EGFR-20260104-020000", "CDK2-20260104-020000")]
    for folder in stopped:
        shutil.copytree(home.runs / "EGFR-20260100-020000", folder)
        (folder / MANIFEST).unlink()
        (folder / "screen.toml").unlink()
    assert [item_of(home, folder).name for folder in stopped] == ["EGFR", "CDK2"]
    run = home.runs / "EGFR-20260101-020000"
    retention = Retention(keep_runs=9, most_cache="0B")
    apply_retention(objective("EGFR", 5).changed(retention=retention), run)
    assert all(folder.is_dir() for folder in stopped)  # the next try goes on with it
    for path in (path for folder in stopped for path in (folder, *folder.rglob("*"))):
        os.utime(path, (time.time() - 8 * DAY,) * 2)
    apply_retention(objective("EGFR", 5).changed(retention=Retention(keep_runs=9)), run)
    assert all(folder.is_dir() for folder in stopped)
    apply_retention(objective("EGFR", 5).changed(retention=retention), run)
    assert [folder.is_dir() for folder in stopped] == [False, True]


KILLED = """
import os, shutil, sys
from pathlib import Path
from screening.upkeep.inventory import take_inventory
from screening.upkeep.prune import remove

EVENTS = {"os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}
count, fatal = 0, None

def watch(event, arguments):
    global count
    if fatal is not None and event in EVENTS:
        count += 1
        if count > fatal:
            os._exit(9)

sys.addaudithook(watch)
home, states, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
for number in range(1000):
    copy = states / f"{number:03}"
    shutil.copytree(home, copy, symlinks=True)
    (item,) = [one for one in take_inventory(copy / "cache", copy / "runs").items
               if one.path.name == name]
    child = os.fork()
    if child == 0:
        fatal = number
        done = remove(item)
        os._exit(0 if not done.why_not else 1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 9:
        assert code == 0, code
        print(number)
        break
"""
"""Removes a folder again and again, each time killed one step later."""


def kill_everywhere(home: Home, name: str, tmp_path: Path) -> list[Home]:
    """Return the states in which each kill left a copy of the home; in the last, it ended."""
    states = tmp_path / "states"
    states.mkdir()
    words = [sys.executable, "-c", KILLED, str(home.cache.parent), str(states), name]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5
    return [Home(one / "cache", one / "runs") for one in sorted(states.iterdir())]


@pytest.mark.slow
def test_a_kill_leaves_no_prepared_library_that_looks_finished(
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    objective: Callable[..., Screen],
    library_of: dict[str, Path],
    lone: Client,
) -> None:
    name = prepared_of(home, "two").name
    states = kill_everywhere(home, name, tmp_path)
    seen = set()
    for state in states:
        folder = state.cache / "prepared" / name
        is_whole = (folder / SUMMARY).exists()
        left = [path for path in folder.parent.iterdir() if is_leftover(path.name)]
        assert not any((path / SUMMARY).exists() for path in left)
        assert not any(one.faults for one in verify_items(take_inventory(*state)))
        kind = (is_whole, folder.exists(), bool(left))
        if kind not in seen:
            monkeypatch.setenv("HITLIST_CACHE", str(state.cache))
            screen = objective("EGFR", 5).changed(library=str(library_of["two"]))
            made = run_screen(plan_run(screen, state.runs / "again"), lone)
            assert hits(made.folder) == hits(home.runs / "EGFR-20260101-020000")
        seen.add(kind)
        assert prune(state, Limits()) == []
        assert not any(is_leftover(path.name) for path in folder.parent.iterdir())
    assert seen == {
        (True, True, False),
        (False, True, False),
        (False, False, True),
        (False, False, False),
    }


@pytest.mark.slow
def test_a_kill_leaves_no_run_that_looks_finished(home: Home, tmp_path: Path) -> None:
    name = "EGFR-20260100-020000"
    for state in kill_everywhere(home, name, tmp_path):
        folder = state.runs / name
        assert not any(
            (path / MANIFEST).exists() for path in state.runs.iterdir() if is_leftover(path.name)
        )
        if (folder / MANIFEST).exists():
            assert not any(one.faults for one in verify_items(take_inventory(*state)))
        assert prune(state) == []
        assert not folder.exists()
        assert not any(is_leftover(path.name) for path in state.runs.iterdir())


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_left_whole(home: Home) -> None:
    folder = prepared_of(home, "two")
    folder.parent.chmod(0o555)
    try:
        assert "may not be written" in remove(item_of(home, folder)).why_not
    finally:
        folder.parent.chmod(0o755)
    assert read_summary(folder) is not None
