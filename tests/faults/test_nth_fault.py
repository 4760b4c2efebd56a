"""Every change that a screen makes on a disk fails once, in each way: nothing is lost or wrong."""

import errno
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from tests.faults.conftest import ALL
from tests.faults.disk import Disk, Event, Fault
from tests.faults.small import COMMAND, at_home, command, content, leftovers, start_again

WAYS = [(code, ever) for code in (errno.EIO, errno.ENOSPC) for ever in (False, True)]
NOT_REACHED = "the run ended, right, before its n-th change"
Sample = Callable[[Sequence[Any], int], list[Any]]


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


@pytest.mark.timeout(0 if ALL else 300)
def test_a_fault_at_any_change_is_told_and_mended_by_the_same_command(
    home: Path, lone: Client, undisturbed: dict[str, Any], sample: Sample
) -> None:
    for _ in range(2):  # the first in a process also makes what later ones keep in memory
        start_again(home)
        disk = Disk(home)
        with at_home(home), disk.plugged_in():
            assert command(lone, *COMMAND).code == 0
        assert content(home) == undisturbed
    faults = [Fault(at, code, ever) for at in range(1, len(disk.events) + 1) for code, ever in WAYS]
    wrong: dict[Fault, tuple[Event, str]] = {}
    taken = sample(faults, 24)
    missed = 0
    for fault in taken:
        said = broken(home, lone, fault, undisturbed)
        if said == NOT_REACHED:
            missed += 1
        elif said:
            wrong[fault] = disk.events[fault.at - 1], said
    assert not wrong, "\n".join(f"{fault} {what}" for fault, what in wrong.items())
    assert missed <= len(taken) // 20  # a run may make some changes fewer than the one counted
