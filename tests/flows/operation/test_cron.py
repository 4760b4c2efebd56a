"""A cron line that is a minute or two away fires; a run by hand beside it completes too."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.conftest import Rows, WriteLibrary
from tests.flows.operation.test_recovery import python, receiver, states_of, wait
from tests.prefect_server import (
    HITLIST,
    POOL,
    PREFECT,
    TEMPLATE,
    ask,
    prefect,
    running,
    serving,
)

AHEAD = timedelta(seconds=75)
"""The least time to the cron line: deploying takes some of it."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_cron_line_fires_beside_a_run_by_hand(
    drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    library = write_library(tmp_path / "library.csv", drugs)
    home, work = tmp_path / "prefect", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    with serving(home) as server, receiver() as received:
        prefect(server, *POOL, *TEMPLATE)
        events = "finished,failed,crashed,cancelled"
        notify = ("-m", "flows.cli", "notify", "--webhook", "-", "--on", events)
        python(server, *notify, text=received.address)
        due = datetime.now(UTC) + AHEAD
        cron = f"{due.minute} {due.hour} * * *"
        words = ("deploy", "kinase", "--cron", cron, "--timezone", "UTC")
        given = ("--param", f"library={library}", "--param", "workers=1")
        prefect(server, *words, *given, program=HITLIST, folder=work)
        own = {"HITLIST_CACHE": str(tmp_path / "cache"), "HITLIST_ROOTS": str(tmp_path)}
        worker = (PREFECT, "worker", "start", "--pool", "hitlist")
        with running(tmp_path / "worker.log", server | own, *worker):
            prefect(server, "deployment", "run", "screen/kinase")

            def runs() -> dict[str, str]:
                """The ids of the runs that began, by the name of each."""
                wanted = {"flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}}}
                found = ask(server, "/flow_runs/filter", wanted)
                return {one["name"]: one["id"] for one in found}

            wait(lambda: len(runs()) == 2, 240, "the night and the run by hand")
            ids = runs().values()
            wait(lambda: all(states_of(server, one)[-1] == "Completed" for one in ids), 400, "both")
            wait(lambda: len(received.titles()) == 2, 90, "two messages")
            time.sleep(15)  # a third message would come by now
        names = sorted(runs())
    assert f"kinase {due:%Y-%m-%d %H:%M}" in names
    assert received.titles() == ["hitlist: kinase finished"] * 2
    folders = [path for path in (work / "runs").glob("kinase-*") if not path.is_symlink()]
    # A night is named by its due time alone, a run by hand also by its own id.
    assert sorted(path.name.count("-") for path in folders) == [2, 3]
    hits = {(path / "hits.csv").read_bytes() for path in folders}
    assert len(folders) == 2
    assert len(hits) == 1
