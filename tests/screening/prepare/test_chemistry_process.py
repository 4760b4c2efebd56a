"""One chemistry process: every way to die, and what its owner learns of it."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from chem.records.records import Record
from screening.prepare import isolation
from screening.prepare.chemistry_process import pack_records
from screening.prepare.isolation import Chemist, ChemistryError, Death
from screening.prepare.prepared_location import Limits
from screening.prepare.prepared_rows import prepare_records

MakeRecords = Callable[[Sequence[str]], list[Record]]
QUICK = Limits(seconds=1.0, memory=2**28)
with (Path(__file__).parents[2] / "files/chem/poison.smi").open(newline="") as _file:
    POISON = {row["code"]: row["smiles"] for row in csv.DictReader(_file, delimiter="\t")}


@pytest.fixture
def chemist() -> Iterator[Chemist]:
    chemist = Chemist(QUICK)
    yield chemist
    chemist.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_prepares_what_this_process_would(chemist: Chemist, records: MakeRecords) -> None:
    given = records(["CCO", "CC(=O)[O-].[Na+]", "CCQ", "", "c1ccccc1"])
    given[4] = given[4]._replace(name="Ünïcode\n" * 30_000)  # more than a pipe holds
    found = chemist.ask(pack_records(given))
    assert isinstance(found, pa.Table)
    assert found.equals(prepare_records(given))
    pid = chemist.pid
    again = chemist.ask(pack_records(given))
    assert isinstance(again, pa.Table)
    assert again.equals(found)
    assert chemist.pid == pid


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("timed_out", "took more than 1 s of CPU time"),
        ("out_of_memory", "needed more than 256 MiB of memory"),
        ("crashed", "ended the process that worked on it (SIGSEGV)"),
    ],
)
def test_its_death_tells_the_molecule_and_why(
    chemist: Chemist, records: MakeRecords, code: str, detail: str
) -> None:
    given = records(["CCO", POISON[code], "CCC"])
    assert chemist.ask(pack_records(given)) == Death(1, code, detail)
    assert chemist.pid is None
    rest = chemist.ask(pack_records(given[2:]))
    assert isinstance(rest, pa.Table)
    assert rest.equals(prepare_records(given[2:]))


def test_a_deep_chain_overflows_a_small_stack(records: MakeRecords) -> None:
    """RDKit's SMILES writer calls itself for every atom."""
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, resource.RLIM_INFINITY))\n"
        "from chem.records.records import Record\n"
        "from screening.prepare.isolation import Chemist\n"
        "from screening.prepare.prepared_location import Limits\n"
        "from screening.prepare.chemistry_process import pack_records\n"
        "chemist = Chemist(Limits())\n"
        "chain = [Record(i, '', '', 'C' * n, 'smiles', {}) for i, n in enumerate((3, 990))]\n"
        "print(*chemist.ask(pack_records(chain)), sep=': ')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "1: crashed: ended the process that worked on it (SIGSEGV)\n"


def test_one_killed_from_outside_is_replaced(chemist: Chemist, records: MakeRecords) -> None:
    given = pack_records(records(["CCO"]))
    chemist.ask(given)
    assert chemist.pid is not None
    os.kill(chemist.pid, signal.SIGKILL)
    died = chemist.ask(given)
    assert died == Death(None, "crashed", "ended the process that worked on it (SIGKILL)")
    assert isinstance(chemist.ask(given), pa.Table)


def test_one_that_stands_still_is_given_up(
    chemist: Chemist, records: MakeRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "PATIENCE", 2)
    given = pack_records(records(["CCO"]))
    chemist.ask(given)
    assert chemist.pid is not None
    pid = chemist.pid
    os.kill(pid, signal.SIGSTOP)
    assert chemist.ask(given) == Death(None, "timed_out", "did not end within 2 s of elapsed time")
    assert not is_alive(pid)


def test_a_busy_machine_convicts_nobody(chemist: Chemist, records: MakeRecords) -> None:
    """The limit is CPU time: standing still for longer than it is no fault of the molecule."""
    given = records(["CCO"] * 2000)
    chemist.ask(pack_records(given[:1]))
    assert chemist.pid is not None
    os.kill(chemist.pid, signal.SIGSTOP)
    wake = f"sleep {2 * QUICK.seconds}; kill -CONT {chemist.pid}"
    with subprocess.Popen(["sh", "-c", wake]):
        assert isinstance(chemist.ask(pack_records(given)), pa.Table)


def test_an_error_of_the_program_names_its_molecule(chemist: Chemist, records: MakeRecords) -> None:
    """A record that no reader makes stands for a fault that nobody thought of."""
    given = records(["CCO", "CCC"])
    given[1] = given[1]._replace(structure=7)  # type: ignore[arg-type]  # the fault
    found = chemist.ask(pack_records(given))
    assert isinstance(found, Death)
    assert (found.suspect, found.code) == (1, "crashed")
    assert found.detail.startswith(("AttributeError: ", "TypeError: "))
    assert isinstance(chemist.ask(pack_records(given[:1])), pa.Table)


def test_folders_at_hand_are_not_imported(
    chemist: Chemist, records: MakeRecords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("chem", "screening", "rdkit"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert isinstance(chemist.ask(pack_records(records(["CCO"]))), pa.Table)


def test_one_that_cannot_start_says_why(
    chemist: Chemist, records: MakeRecords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'ImportError: no rdkit' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(ChemistryError, match=r"^no chemistry process starts here: Import[^\n]*$"):
        chemist.ask(pack_records(records(["CCO"])))
    assert chemist.pid is None


def test_a_start_that_is_killed_is_tried_again(
    chemist: Chemist, records: MakeRecords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, mark = tmp_path / "python", tmp_path / "killed"
    killed = f"if ! test -e '{mark}'; then touch '{mark}'; kill -9 $$; fi"
    once.write_text(f"#!/bin/sh\n{killed}\nexec '{sys.executable}' \"$@\"\n")
    once.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(once))
    assert isinstance(chemist.ask(pack_records(records(["CCO"]))), pa.Table)
    assert mark.exists()


def test_it_is_light(chemist: Chemist, records: MakeRecords) -> None:
    chemist.ask(pack_records(records(["CCO"])))
    maps = Path(f"/proc/{chemist.pid}/maps").read_text()
    assert "rdkit" in maps
    assert "torch" not in maps
    assert isolation._peak(chemist.pid or 0) < 250e6


OWNER = """
import sys
from chem.records.records import Record
from screening.prepare.isolation import Chemist
from screening.prepare.prepared_location import Limits
from screening.prepare.chemistry_process import pack_records
chemist = Chemist(Limits(seconds=4.0))
chemist.ask(pack_records([Record(1, "", "", "CCO", "smiles", {})]))
print(chemist.pid, flush=True)
if sys.argv[1]:
    chemist.ask(pack_records([Record(1, "", "", sys.argv[1], "smiles", {})]))
sys.stdin.read()
"""


@pytest.mark.parametrize("structure", ["", POISON["timed_out"]], ids=["idle", "busy"])
def test_it_does_not_outlive_its_owner(structure: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, structure], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert is_alive(pid)
        if structure:
            time.sleep(1.0)
        owner.kill()
    deadline = time.monotonic() + 240  # the timer counts CPU time, and others use the cores too
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)
