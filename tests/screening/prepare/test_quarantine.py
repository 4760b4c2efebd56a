"""Many records in a process apart: only the guilty are taken out, however the work is cut."""

import csv
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chem.records.records import Failure, Record
from screening.prepare import quarantine
from screening.prepare.prepared_location import Limits
from screening.prepare.prepared_rows import prepare_records
from screening.prepare.quarantine import STAGE, pack_slices, prepare_apart

MakeRecords = Callable[[Sequence[str]], list[Record]]
QUICK = Limits(seconds=1.0, memory=2**28)
CHEM = Path(__file__).parents[2] / "files/chem"
SIGSEGV = "ended the process that worked on it (SIGSEGV)"


def read_smi(name: str) -> list[dict[str, str]]:
    with (CHEM / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


POISON = {row["code"]: row["smiles"] for row in read_smi("poison.smi")}
DRUGS = [row["smiles"] for row in read_smi("approved_sample.smi")]
CRASH = POISON["crashed"]


@pytest.fixture(autouse=True)
def _end_processes() -> None:
    quarantine.close_chemists()


def test_slices_give_what_one_call_gives(
    records: MakeRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = records([*DRUGS, "", "CCQ"])
    given[3] = given[3]._replace(problem=Failure("read", "bad_row", "x"))
    expected = prepare_records(given)
    for size in (7, 60, 1000):
        monkeypatch.setattr(quarantine, "SLICE", size)
        found = prepare_apart(pack_slices(given), QUICK)
        assert found.equals(expected)
        assert all(column.num_chunks == 1 for column in found.columns)


@pytest.mark.slow
@pytest.mark.parametrize(
    "structures",
    [
        pytest.param([CRASH], id="alone"),
        pytest.param([CRASH, "C", "CC", CRASH, CRASH], id="first, last, neighbors"),
        pytest.param([*DRUGS[:9], POISON["timed_out"], *DRUGS[9:15]], id="one that hangs"),
    ],
)
@pytest.mark.parametrize("size", [2, 100])
def test_the_guilty_alone_are_taken_out(
    structures: list[str], size: int, records: MakeRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "SLICE", size)
    given = records(structures)
    reasons = {
        CRASH: Failure(STAGE, "crashed", SIGSEGV),
        POISON["timed_out"]: Failure(STAGE, "timed_out", "took more than 1 s of CPU time"),
    }
    expected = prepare_records(
        [record._replace(problem=reasons.get(record.structure)) for record in given]
    )
    assert prepare_apart(pack_slices(given), QUICK).equals(expected)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.03, 0.2])
def test_a_death_that_no_molecule_caused_costs_no_molecule(
    records: MakeRecords, moment: float
) -> None:
    """As when the system runs out of memory and its killer picks a process of ours."""
    given = records(DRUGS * 5)
    prepare_apart(pack_slices(given[:1]), QUICK)
    (chemist,) = quarantine._idle[QUICK]
    pid = chemist.pid
    assert pid is not None

    def kill() -> None:
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    found = prepare_apart(pack_slices(given), QUICK)
    killer.join()
    assert found.equals(prepare_records(given))
    assert chemist.pid != pid


def test_threads_have_processes_of_their_own(records: MakeRecords) -> None:
    given = records(DRUGS[:40])
    expected = prepare_records(given)
    found = []

    def work() -> None:
        found.append(prepare_apart(pack_slices(given), QUICK))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert all(table.equals(expected) for table in found)


def test_nothing_is_nothing() -> None:
    assert prepare_apart([], QUICK).num_rows == 0


def test_a_fork_has_processes_of_its_own(records: MakeRecords) -> None:
    """As in a ``multiprocessing.Pool``: else each would read what the other asked for."""
    given = records(DRUGS[:5])
    prepare_apart(pack_slices(given), QUICK)
    (idle,) = quarantine._idle[QUICK]
    if (child := os.fork()) == 0:
        mine = not quarantine._idle
        found = prepare_apart(pack_slices(given[:2]), QUICK)
        other = quarantine._idle[QUICK][0].pid != idle.pid
        good = mine and other and found.equals(prepare_records(given[:2]))
        quarantine.close_chemists()
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert prepare_apart(pack_slices(given), QUICK).equals(prepare_records(given))
    assert quarantine._idle[QUICK] == [idle]
