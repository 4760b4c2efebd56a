"""The files of a run, written into a folder that others may have or want."""

import shutil
from pathlib import Path

import pytest
from distributed import Client

from chem.errors import InputError
from screening.cluster.meter import Clock
from screening.errors import AccountingError
from screening.runs.hand_over import Outcome, publish
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.rerank import rank_again, rerank
from screening.runs.run import run_screen
from screening.runs.runfolder import WHERE
from screening.storage.ledger import Lock


def contents(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path: path.read_bytes() for path in files}


def test_a_run_that_cannot_be_written_anew_stays_as_it_is(
    drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "a")
    (folder / WHERE).write_text((folder / WHERE).read_text() + "\n")  # as no run writes it
    past = open_run(folder)
    planned = plan_run(past.screen, folder, prepared=past.prepared.folder)
    before = contents(folder)
    with Lock(folder), pytest.raises(InputError, match="in use by another run"):
        run_screen(planned, lone)
    assert contents(folder) == before
    with pytest.raises(InputError, match=r"written into [^\n]* meanwhile"):
        rank_again(past, past.screen, folder, lone)  # it was checked when it was empty
    wrong = rerank(past, past.screen)
    wrong = wrong._replace(scored=wrong.scored + 1)
    given = (folder, past.screen, past.bundles, past.prepared, wrong, (), Clock(), {})
    with pytest.raises(AccountingError):
        publish(*given)
    assert contents(folder) == before
