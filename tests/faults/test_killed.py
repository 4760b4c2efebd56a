"""Runs that are killed at any point, and their processes: the same command goes on, or again."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Timer
from typing import Any

import pytest
from distributed import Client

from screening.prepare import isolation
from screening.prepare.quarantine import close_chemists
from tests.faults.conftest import ALL
from tests.faults.disk import Disk, Event
from tests.faults.small import COMMAND, at_home, command, content, leftovers, start_again
from tests.faults.victim import Victim

RANDOM = 200 if ALL else 3
GONE_SECONDS = 20.0


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    with Victim(token_hex(8)) as victim:
        yield victim


def wait_until_alone(others: Callable[[], set[int]]) -> set[int]:
    """Return the processes of a killed run that do not end by themselves."""
    end = time.monotonic() + GONE_SECONDS
    while (left := others()) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def not_whole(home: Path, undisturbed: dict[str, Any]) -> list[str]:
    """Return the files that a killed run left under their own names, and not as they have to be."""
    return [
        name
        for name, value in undisturbed.items()
        if isinstance(value, bytes)
        and (home / name).is_file()
        and (home / name).read_bytes().replace(str(home).encode(), b"HOME") != value
    ]


def recorded_twice(home: Path) -> list[str]:
    """Return the partitions that ledgers tell of twice; what lies across them may be made again."""
    lines = [
        (str(path.relative_to(home)), json.loads(line).get("name", ""))
        for path in home.rglob("ledger.jsonl")
        for line in path.read_text().splitlines()
    ]
    return [
        f"{name} in {path}"
        for (path, name), n in Counter(lines).items()
        if n > 1 and "part-" in name
    ]


def turns(events: Sequence[Event]) -> list[tuple[int, str]]:
    """Return the kills that no sample may leave out: their number, and before it or after."""

    def at(kind: str, name: str, which: int = 0) -> int:
        found = [n for n, one in enumerate(events, 1) if one.kind == kind and name in str(one.path)]
        return found[which]

    return [
        (at("write", "ledger.jsonl", 1), "after"),  # one partition of two is prepared
        (at("rename", "duplicates.parquet"), "after"),  # it is there, and no line tells of it
        (at("write", "scores/ledger.jsonl", 1), "after"),  # one partition of two is scored
        (at("unlink", "hits.xlsx.parts"), "before"),  # beside a folder of scratch
        (at("rename", "report.html"), "before"),
        (at("rename", "manifest.json"), "before"),
        (at("rename", "manifest.json"), "after"),
    ]


def after_a_kill(home: Path, lone: Client, undisturbed: dict[str, Any]) -> str:
    """Give the command again in a folder whose run was killed; say what is not as it has to be."""
    if torn := not_whole(home, undisturbed):
        return f"under their own names, and not whole: {torn}"
    if (home / "runs/one/manifest.json").exists():
        now = {name: value for name, value in content(home).items() if name in undisturbed}
        if now != undisturbed:
            return "there is a manifest, and not the run that it tells of"
    with at_home(home):
        answer = command(lone, *COMMAND)
    if answer.code:
        return f"again: code {answer.code}: {answer.said}"
    if left := leftovers(home):
        return f"left over: {left}"
    if twice := recorded_twice(home):
        return f"done again, and was done: {twice}"
    found = content(home)
    both = {*found, *undisturbed}
    differing = [name for name in both if found.get(name, 0) != undisturbed.get(name, 0)]
    return f"differs: {sorted(differing)}" if differing else ""


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_kill_before_or_after_each_rename_and_each_line_of_a_ledger(
    home: Path, lone: Client, victim: Victim, undisturbed: dict[str, Any]
) -> None:
    close_chemists()  # a fresh one's notes are files of the temporary folder, too
    disk = Disk(home)
    with at_home(home), disk.plugged_in():
        assert command(lone, *COMMAND).code == 0
    points = [
        (at, when)
        for at, (kind, path) in enumerate(disk.events, 1)
        if kind == "rename" or (kind == "write" and path.name == "ledger.jsonl")
        for when in ("before", "after")
    ]
    renamed = {path for kind, path in disk.events if kind == "rename"}
    made = {path for name in ("runs", "cache") for path in (home / name).rglob("*")}
    files = {path for path in made if path.is_file() and path.name not in (".lock", "ledger.jsonl")}
    assert files - renamed == set()  # else a kill could leave a part of one
    assert len(points) > 50
    wrong = {}
    for at, when in dict.fromkeys([*turns(disk.events), *(points if ALL else [])]):
        start_again(home)
        victim.start(home, at, when)
        if (code := victim.wait()) != -signal.SIGKILL:
            wrong[at, when] = f"code {code}"
        elif left := wait_until_alone(victim.others):
            wrong[at, when] = f"processes are left: {left}"
        elif said := after_a_kill(home, lone, undisturbed):
            wrong[at, when] = f"{disk.events[at - 1]}: {said}"
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_kill_at_any_time(
    home: Path, lone: Client, victim: Victim, undisturbed: dict[str, Any]
) -> None:
    for _ in range(2):  # the first one loads what the others have
        start_again(home)
        started = time.monotonic()
        victim.start(home)
        assert victim.wait() == 0
        whole = time.monotonic() - started
    assert content(home) == undisturbed
    rng, wrong, killed = random.Random(7), {}, 0
    for number in range(RANDOM):
        start_again(home)
        pid = victim.start(home)
        time.sleep(rng.uniform(0, whole))
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(pid, signal.SIGKILL)
        killed += victim.wait() == -signal.SIGKILL
        if left := wait_until_alone(victim.others):
            wrong[number] = f"processes are left: {left}"
        elif said := after_a_kill(home, lone, undisturbed):
            wrong[number] = said
    assert wrong == {}
    assert killed > RANDOM / 2


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_chemist_that_is_killed_at_any_time_changes_nothing(
    home: Path, lone: Client, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once in each run, while it starts or while it works: its owner starts another one."""
    rng, real, ask = random.Random(7), subprocess.Popen, isolation.Chemist.ask
    killed: list[int] = []
    number = 0

    def kill(process: Any, seconds: float) -> None:
        killed.append(process.pid)
        Timer(rng.uniform(0, seconds), process.kill).start()

    def start(*words: Any, **options: Any) -> Any:
        process = real(*words, **options)
        if "screening.prepare.chemistry_process" in words[0] and not killed and number % 2 == 0:
            kill(process, 1.5)
        return process

    def asked(chemist: Any, *words: Any, **options: Any) -> Any:
        if chemist._process is not None and not killed and number % 2:
            kill(chemist._process, 0.02)  # the second partition's records
        return ask(chemist, *words, **options)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(isolation.Chemist, "ask", asked)
    wrong = {}
    for number in range(RANDOM):
        start_again(home)
        close_chemists()
        killed.clear()
        if said := after_a_kill(home, lone, undisturbed):
            wrong[number] = said
        assert killed
    assert wrong == {}
