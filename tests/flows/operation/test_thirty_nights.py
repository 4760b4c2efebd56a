"""Nights on a real server and worker: each hit list is that of a whole run of the night's inputs.

Between nights the library is edited, reordered and renamed, the model is trained anew, the screen
is edited, decisions are written, a file is copied in halves, a flow is killed, and the clock
changes twice. ``HITLIST_NIGHTS=30`` takes some twenty minutes; by default there are three.
"""

import asyncio
import csv
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from distributed import Client
from prefect.server.schemas.schedules import CronSchedule

from flows.planning.planning import plan_screen
from flows.terminal.options import ScoringOptions
from gnn.bundle.bundle import Bundle
from screening.changes.setting import Cause
from screening.runs.run import run_screen
from tests.conftest import FILES
from tests.flows.operation.test_recovery import flow_process, states_of, wait
from tests.prefect_server import (
    HITLIST,
    POOL,
    PREFECT,
    TEMPLATE,
    Environment,
    ask,
    prefect,
    running,
    serving,
)

NIGHTS = int(os.environ.get("HITLIST_NIGHTS", "3"))
ZONE = ZoneInfo("Europe/Berlin")
TASKS = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
KEPT = 9
MOST_CACHE = 12_000_000
SCREEN = f"""
name = "nights"
title = "Nights"
library = "vendor/*.csv"
bundles = ["bundle"]
hits = 8

[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0

[filters]
min_heavy_atoms = 8.0

[schedule]
cron = "0 2 * * *"
timezone = "Europe/Berlin"

[retention]
keep_runs = {KEPT}
most_cache = "{MOST_CACHE // 1_000_000}MB"
"""
EVENTS = (
    ("edit",),
    ("edit", "reorder"),
    ("rename",),
    ("retrain",),
    ("edit", "decide"),
    ("half", "edit"),
    ("screen",),
    ("crash", "edit"),
    (),
    ("reorder", "rename", "retrain"),
)
"""What happens before a night, again and again."""
Row = tuple[str, str, str]


class Home(NamedTuple):
    """A folder with a screen, its bundle, its libraries and its runs, and what is in them."""

    folder: Path
    make_bundle: Callable[..., Bundle]
    draw: random.Random
    stock: list[Row]
    """Records that the vendor does not offer."""
    rows: list[Row]
    """Records that the vendor offers."""

    @property
    def screen(self) -> Path:
        return self.folder / "nights.toml"

    @property
    def library(self) -> Path:
        return max((self.folder / "vendor").glob("*.csv"), key=lambda path: path.stat().st_mtime)

    def write(self, number: int, name: str) -> None:
        """Write the library as a vendor delivers it, an hour old or less with each night."""
        path = self.folder / "vendor" / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("compound_id", "smiles", "Price"), *self.rows])
        self.age(path, number)

    def age(self, path: Path, number: int) -> None:
        then = time.time() - 40_000 + 600 * number
        os.utime(path, (then, then))

    def edit(self) -> None:
        """Withdraw some records, offer new ones, and change every price."""
        gone = [self.rows.pop(self.draw.randrange(len(self.rows))) for _ in range(3)]
        for _ in range(self.draw.randint(1, 5)):
            row = self.stock.pop(self.draw.randrange(len(self.stock)))
            self.rows.insert(self.draw.randrange(len(self.rows) + 1), row)
        self.stock.extend(gone)
        self.rows[:] = [(key, text, f"{self.draw.random():.2f}") for key, text, _ in self.rows]


def prepare_night(home: Home, number: int) -> tuple[str, ...]:
    """Make the night's inputs; returns what happened."""
    events = EVENTS[number % len(EVENTS)] if NIGHTS > 3 else (("edit",), ("retrain",), ())[number]
    for event in events:
        if event == "edit":
            home.edit()
        elif event == "reorder":
            home.draw.shuffle(home.rows)
        elif event == "retrain":
            shutil.rmtree(home.folder / "bundle")
            home.make_bundle(home.folder / "bundle", "small", TASKS, seed=number + 1)
        elif event == "screen":
            low = f"{home.draw.choice((9, 10, 11))}.0"
            text = SCREEN.replace("min_heavy_atoms = 8.0", f"min_heavy_atoms = {low}")
            home.screen.write_text(text.replace("hits = 8", "hits = 10"))
        elif event == "decide":
            decide(home)
    if "rename" in events or number == 0:
        for path in (home.folder / "vendor").iterdir():  # else a cut file gives way to an older one
            path.unlink()
        home.write(number, f"delivery{number}.csv")
    else:
        home.write(number, home.library.name)
    return events


def decide(home: Home) -> None:
    """Write what a chemist decided about the first hits of the newest run."""
    newest = max((home.folder / "runs").glob("*/hits.csv"), key=lambda path: path.stat().st_mtime)
    with newest.open(newline="", encoding="utf-8-sig") as file:
        first = [row["compound_id"] for row in csv.DictReader(file)][:3]
    words = zip(first, ("order", "no", "later"), strict=True)
    lines = [f"{compound},{word},tried" for compound, word in words]
    text = "\n".join(["compound_id,decision,comment", *lines]) + "\n"
    (home.folder / "runs/decisions.csv").write_text(text)


@pytest.fixture
def home(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Home:
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        found = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [(key, text, "1.00") for key, text in found]
    folder = tmp_path / "home"
    (folder / "vendor").mkdir(parents=True)
    (folder / "runs").mkdir()
    (folder / "nights.toml").write_text(SCREEN)
    make_bundle(folder / "bundle", "small", TASKS)
    half = len(rows) // 2
    return Home(folder, make_bundle, random.Random(3), rows[half:], rows[:half])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Environment]:
    (tmp_path / "prefect").mkdir()
    with serving(tmp_path / "prefect") as environment:
        prefect(environment, *POOL, *TEMPLATE)
        yield environment


def due_times() -> list[datetime]:
    """The times of the nights by their schedule, over both changes of the clock in a year."""
    first, second = datetime(2026, 3, 27, tzinfo=ZONE), datetime(2026, 10, 23, tzinfo=ZONE)
    times: list[datetime] = []
    for start, count in ((first, NIGHTS - NIGHTS // 2), (second, NIGHTS // 2)):
        cron = CronSchedule(cron="0 2 * * *", timezone=str(ZONE))
        dates = asyncio.run(cron.get_dates(count, start))
        times += [date.astimezone(ZONE) for date in dates]
    return times


def start(environment: Environment, due: datetime) -> str:
    """Make the run of a night; returns its id."""
    wanted = {"deployments": {"name": {"any_": ["nights-nightly"]}}}
    (deployment,) = ask(environment, "/deployments/filter", wanted)
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}
    path = f"/deployments/{deployment['id']}/create_flow_run"
    return str(ask(environment, path, {"state": state})["id"])


def whole_run(home: Home, folder: Path, lone: Client) -> bytes:
    """The hit list of a run with a cache of its own that takes nothing of earlier ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITLIST_SHARED_SCORES", "off")
        patch.setenv("HITLIST_CACHE", str(folder / "cache"))
        plan = plan_screen(
            str(home.screen), None, str(folder / "run"), None, scoring=ScoringOptions()
        )
        return (run_screen(plan, lone).folder / "hits.csv").read_bytes()


def hits_of(content: bytes) -> dict[str, tuple[str, str]]:
    """The ID and the price of each hit by its key, in order."""
    rows = csv.DictReader(content.decode("utf-8-sig").splitlines())
    return {row["key"]: (row["compound_id"], row["Price"]) for row in rows}


def check_changes(
    folder: Path, before: dict[str, tuple[str, str]], now: dict[str, tuple[str, str]]
) -> None:
    """Each compound that entered, left, moved or has another price is there once, with a cause."""
    with (folder / "changes.csv").open(newline="", encoding="utf-8-sig") as file:
        changes = list(csv.DictReader(file))
    found = {kind: {one["key"] for one in changes if one["change"] == kind} for kind in KINDS}
    both = set(before) & set(now)
    order = [list(hits) for hits in (before, now)]
    moved = {key for key in both if order[0].index(key) != order[1].index(key)}
    assert found == {
        "entered": set(now) - set(before),
        "left": set(before) - set(now),
        "moved": moved,
        "repriced": {  # the price of another record is no changed price
            key for key in both - moved if before[key] != now[key] and before[key][0] == now[key][0]
        },
    }
    known = {*Cause, *(f"{one} and {other}" for one in Cause for other in Cause)}
    for one in changes:
        assert one["cause"] in known, one
    assert len(changes) == sum(map(len, found.values()))


KINDS = ("entered", "left", "moved", "repriced")


def complete(environment: Environment, run: str, worker: int, home: Home, events: Any) -> None:
    """Wait until a night is complete; kill its flow or complete its library meanwhile."""
    if "crash" in events:
        wait(lambda: "Running" in states_of(environment, run), 120, "Running")
        time.sleep(home.draw.uniform(0, 15))
        flow_process(worker).kill()
        wait(lambda: "Crashed" in states_of(environment, run), 120, "Crashed")
    if "half" in events:
        path, content = home.library, home.library.read_bytes()
        modified = path.stat().st_mtime
        wait(lambda: waits(environment, run), 120, "a task that waits")
        assert states_of(environment, run)[-1] == "Running"
        path.write_bytes(content.removesuffix(b"\x00") + HELD.pop())
        os.utime(path, (modified, modified))
    wait(lambda: states_of(environment, run)[-1] in ENDED, 900, "the end")
    assert states_of(environment, run)[-1] == "Completed"


HELD: list[bytes] = []
"""The second half of a library that is being copied."""
ENDED = ("Completed", "Failed", "Cancelled")


def waits(environment: Environment, run: str) -> bool:
    """Tell whether the first task of a run waits for its next try."""
    wanted = {"flow_runs": {"id": {"any_": [run]}}}
    return any(
        task["state"]["name"] == "AwaitingRetry"
        for task in ask(environment, "/task_runs/filter", wanted)
    )


@pytest.mark.slow
@pytest.mark.timeout(0 if NIGHTS > 3 else 900)
def test_each_night_is_a_whole_run(
    home: Home, server: Environment, tmp_path: Path, lone: Client
) -> None:
    own = {
        "HITLIST_CACHE": str(tmp_path / "cache"),
        "HITLIST_ROOTS": str(home.folder),
        "HITLIST_SHARED_SCORES": "on",
    }
    words = ("--param", "workers=1")
    names: list[str] = []
    before: dict[str, tuple[str, str]] = {}
    with running(
        tmp_path / "worker.log", server | own, PREFECT, "worker", "start", "--pool", "hitlist"
    ) as worker:
        for number, due in enumerate(due_times()):
            events = prepare_night(home, number)
            if number == 0:
                prefect(
                    server, "deploy", "nights.toml", *words, program=HITLIST, folder=home.folder
                )
            whole = whole_run(home, tmp_path / f"whole{number}", lone)
            shutil.rmtree(tmp_path / f"whole{number}")
            if "half" in events:
                content = home.library.read_bytes()
                cut = content.rindex(b"\n", 0, len(content) // 2) + 5
                HELD.append(content[cut:])
                home.library.write_bytes(content[:cut])
                home.age(home.library, number)
            folders = set((home.folder / "runs").glob("nights-*"))
            run = start(server, due)
            complete(server, run, worker.pid, home, events)
            (folder,) = [
                path
                for path in set((home.folder / "runs").glob("nights-*")) - folders
                if not path.is_symlink()
            ]
            assert folder.name.startswith(f"nights-{due:%Y%m%d-%H%M%S}")
            found = (folder / "hits.csv").read_bytes()
            assert found == whole, (number, events)
            now = hits_of(found)
            if number:
                check_changes(folder, before, now)
            before = now
            names.append(ask(server, f"/flow_runs/{run}")["name"])
    assert len(set(names)) == NIGHTS
    runs = list((home.folder / "runs").glob("nights-*/manifest.json"))
    assert len(runs) == min(KEPT, NIGHTS)
    held = sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert held <= MOST_CACHE
