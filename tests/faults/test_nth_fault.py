"""Every change that a screen makes on a disk fails once, in each way: nothing is lost or wrong."""

import errno
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.disk.files import is_leftover
from tests.faults.conftest import ALL, OneOfEach
from tests.faults.disk import Disk, Event, Fault
from tests.faults.small import COMMAND, at_home, command, content, leftovers, start_again

WAYS = [(code, ever) for code in (errno.EIO, errno.ENOSPC) for ever in (False, True)]
NOT_REACHED = "the run ended, right, before its n-th change"


def kind_of(event: Event) -> tuple[str, str]:
    """Return what is done, and to what: faults that are alike in both are told alike."""
    kind, path = event
    name = path.name.split(".", 2)[-1] if is_leftover(path.name) else path.name
    if path.is_dir():
        return kind, "folder"
    if ".parts" in str(path):
        return kind, "scratch"
    if name in (".lock", "ledger.jsonl", "prepared.json", "manifest.json", "card.json"):
        return kind, name
    return kind, "partition" if path.suffix == ".parquet" else "other"


def drawn(
    events: Sequence[Event], one_of_each: OneOfEach, kind: Callable[[Event], Any]
) -> list[Fault]:
    """Return a fault at a change of each kind, or all.

    A flush is drawn to fail once: where that is passed over, no later fault tells of it.
    """
    faults = [Fault(at, *way) for at in range(1, len(events) + 1) for way in WAYS]
    if not ALL:
        faults = [one for one in faults if not one.for_ever or events[one.at - 1].kind != "fsync"]
    return one_of_each(faults, lambda fault: kind(events[fault.at - 1]))


def may_be_lost(disk: Disk, out: Path) -> list[str]:
    """Return the files of a finished run that are not on the disk for certain."""
    named = json.loads((out / "manifest.json").read_text())["files"]
    named["manifest.json"] = sha256((out / "manifest.json").read_bytes()).hexdigest()
    return [name for name, digest in named.items() if not disk.holds(out / name, digest)]


def broken(home: Path, lone: Client, fault: Fault, undisturbed: dict[str, Any]) -> str:
    """Give the command with a fault and again without; say what was not as it has to be."""
    start_again(home)
    disk = Disk(home, fault)
    with at_home(home):
        try:
            with disk.plugged_in():
                answer = command(lone, *COMMAND)
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
        told = answer.said.strip().splitlines()
        if not disk.failed:
            same = answer.code == 0 and content(home) == undisturbed and not leftovers(home)
            return NOT_REACHED if same else f"nothing failed, and: {answer.said}"
        if "Traceback" in answer.said:
            return answer.said
        if answer.code == 0:
            if content(home) != undisturbed or leftovers(home):
                return f"said to be done, and is not: {leftovers(home)}"
            if lost := may_be_lost(disk, home / "runs/one"):
                return f"said to be done, and a power loss takes {lost}"
        elif answer.code != 2 or "Error" in told[-1]:
            return f"code {answer.code}: {answer.said}"
        if not fault.for_ever and disk.failed[0].kind != "unlink" and (left := leftovers(home)):
            return f"left over by the failure: {left}"
        try:
            again = command(lone, *COMMAND)
        except BaseException as error:
            return f"again: {type(error).__name__}: {error}"
    if again.code:
        return f"again: code {again.code}: {again.said}"
    if left := leftovers(home):
        return f"left over: {left}"
    found = content(home)
    names = sorted(
        name for name in {*found, *undisturbed} if found.get(name, 0) != undisturbed.get(name, 0)
    )
    return f"differs: {names}" if names else ""


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_fault_at_any_change_is_told_and_mended_by_the_same_command(
    home: Path, lone: Client, undisturbed: dict[str, Any], one_of_each: OneOfEach
) -> None:
    for _ in range(2):  # the first in a process also makes what later ones keep in memory
        start_again(home)
        disk = Disk(home)
        with at_home(home), disk.plugged_in():
            assert command(lone, *COMMAND).code == 0
        assert content(home) == undisturbed
    wrong: dict[Fault, tuple[Event, str]] = {}
    taken = drawn(disk.events, one_of_each, kind_of)
    assert len(taken) > 20
    missed = 0
    for fault in taken:
        said = broken(home, lone, fault, undisturbed)
        if said == NOT_REACHED:
            missed += 1
        elif said:
            wrong[fault] = disk.events[fault.at - 1], said
    assert not wrong, "\n".join(f"{fault} {what}" for fault, what in wrong.items())
    assert missed <= len(taken) // 20  # a run may make some changes fewer than the one counted
