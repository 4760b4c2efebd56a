"""Every change that a training makes on a disk fails, in each way: a bundle is whole or none."""

import re
import shutil
from pathlib import Path

import pytest

from tests.faults.conftest import ALL, OneOfEach
from tests.faults.disk import Disk, Fault
from tests.faults.small import at_home, command, leftovers
from tests.faults.test_nth_fault import drawn

ASSAY = Path(__file__).parents[1] / "files/my_assay.csv"
PROBE = re.compile(r"tmp/[a-z0-9_]{8}")
"""Of tempfile, which removes it at once."""
COMMAND = ("train", "few.csv", "--out", "out")
LONG = pytest.mark.skipif(not ALL, reason="takes ten minutes: set HITLIST_FAULTS=all")
MODELS = {
    "gp": ("--model", "gp"),
    "network": ("--model", "network", "--members", "2", "--work", "work"),
}


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A folder with an assay of few rows."""
    lines = ASSAY.read_text().splitlines(keepends=True)[:31]
    (tmp_path / "few.csv").write_text("".join(lines))
    (tmp_path / "tmp").mkdir()
    return tmp_path


def start_again(home: Path) -> None:
    for name in ("out", "work", "cache", "tmp"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "tmp").mkdir()  # one fault's leftovers are no other's


def left_over(home: Path) -> list[str]:
    """Name what a command left, but for the file that Python itself tries a folder with."""
    return [name for name in leftovers(home) if not PROBE.fullmatch(name)]


def content(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for name in ("out", "work")
        for path in sorted((home / name).rglob("*"))
        if path.is_file()
    }


def broken(home: Path, words: tuple[str, ...], fault: Fault, whole: dict[str, bytes]) -> str:
    """Give the command with a fault and again without; say what was not as it has to be."""
    start_again(home)
    disk = Disk(home, fault)
    with at_home(home):
        try:
            with disk.plugged_in():
                answer = command(None, *words)
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
        if not disk.failed:
            return "nothing failed"
        told = answer.said.strip().splitlines()
        if answer.code == 0:
            if content(home) != whole:
                return "said to be done, and is not"
            start_again(home)  # a bundle that is whole is refused a second time
        elif answer.code != 2 or "Error" in told[-1] or "Traceback" in answer.said:
            return f"code {answer.code}: {answer.said}"
        if not fault.for_ever and disk.failed[0].kind != "unlink" and (left := left_over(home)):
            return f"left over by the failure: {left}"
        try:
            again = command(None, *words)
        except BaseException as error:
            return f"again: {type(error).__name__}: {error}"
    if again.code == 2 and fault.for_ever and "holds a bundle" in again.said:
        # The last flush failed, and the last file could not be removed: it stays as it was told.
        return "" if content(home) == whole else "differs"
    if again.code:
        return f"again: code {again.code}: {again.said}"
    if left := left_over(home):
        return f"left over: {left}"
    return "" if content(home) == whole else "differs"


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
@pytest.mark.parametrize("model", ["gp", pytest.param("network", marks=LONG)])
def test_a_fault_at_any_change_of_a_training_is_told_and_mended_by_the_same_command(
    few: Path, model: str, one_of_each: OneOfEach
) -> None:
    words = (*COMMAND, *MODELS[model])
    disk = Disk(few)
    with at_home(few), disk.plugged_in():
        answer = command(None, *words)
    assert answer.code == 0, answer.said
    whole = content(few)
    assert len(whole) == {"gp": 3, "network": 6}[model]
    wrong = {}
    for fault in drawn(disk.events, one_of_each, lambda event: event.kind):
        if said := broken(few, words, fault, whole):
            wrong[fault] = disk.events[fault.at - 1], said
    assert not wrong, "\n".join(f"{fault} {what}" for fault, what in wrong.items())
