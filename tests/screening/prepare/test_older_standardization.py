"""Prepared libraries and runs of another standardization: told in one line, never mixed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from chem.errors import InputError
from chem.library.read import open_library
from chem.structure.standardize import STANDARDIZER
from screening.objective.selection import Selection
from screening.prepare.older_standardization import told_of_library
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import SUMMARY, read_prepared
from screening.runs.dossier import open_dossier
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import check_folder
from screening.runs.runfolder import WHERE
from screening.runs.write_run import Outcome
from screening.storage.ledger import LEDGER, hash_purpose

WriteLibrary = Callable[..., Path]


def age(folder: Path, standardizer: int) -> None:
    """Have a prepared folder say that it was made by other rules, as an older version wrote it."""
    first, *rest = (folder / LEDGER).read_text().splitlines(keepends=True)
    purpose = json.loads(first)["purpose"]
    purpose["standardizer"] = standardizer
    (folder / LEDGER).write_text("".join([json.dumps({"purpose": purpose}) + "\n", *rest]))
    summary = json.loads((folder / SUMMARY).read_text())
    del summary["standardizer"]
    (folder / SUMMARY).write_text(json.dumps(summary))


@pytest.fixture
def old_run(drug_run: Outcome, tmp_path: Path) -> Path:
    """A finished run whose library was prepared by older rules."""
    run = shutil.copytree(drug_run.folder, tmp_path / "run")
    where = json.loads((run / WHERE).read_text())
    prepared = Path(shutil.copytree(where["prepared"], tmp_path / "prepared"))
    age(prepared, STANDARDIZER - 1)
    purpose = json.loads((prepared / LEDGER).read_text().splitlines()[0])["purpose"]
    summary = json.loads((prepared / SUMMARY).read_text())
    summary["key"] = hash_purpose(purpose)
    (prepared / SUMMARY).write_text(json.dumps(summary))
    (run / WHERE).write_text(json.dumps({**where, "prepared": str(prepared)}))
    scores = (run / "scores" / LEDGER).read_text()
    (run / "scores" / LEDGER).write_text(
        scores.replace(json.loads(scores.splitlines()[0])["purpose"]["prepared"], summary["key"], 1)
    )
    return run


def test_a_library_that_older_rules_prepared_is_named_in_a_line(
    write_library: WriteLibrary, lone: Client, tmp_path: Path
) -> None:
    library = open_library(write_library(tmp_path / "mine.csv", [("a", "CCO"), ("b", "CCN")]))
    other = open_library(write_library(tmp_path / "other.csv", [("a", "CCS")]))
    new = tmp_path / "cache/new"
    assert told_of_library(library, new) == ""  # it never was prepared
    prepare_library(library, tmp_path / "cache/old", lone)
    assert told_of_library(library, new) == ""  # by today's rules, in another folder
    assert read_prepared(tmp_path / "cache/old").standardizer == STANDARDIZER
    age(tmp_path / "cache/old", STANDARDIZER - 1)
    line = told_of_library(library, new)
    assert line.startswith("mine.csv was prepared under an older standardization")
    assert f"({STANDARDIZER - 1}; the current one is {STANDARDIZER})" in line
    assert told_of_library(other, new) == ""
    assert read_prepared(tmp_path / "cache/old").standardizer == STANDARDIZER - 1
    prepare_library(library, new, lone)
    assert told_of_library(library, new) == ""  # by now it is


def test_a_folder_of_older_rules_is_not_gone_on_with(
    write_library: WriteLibrary, lone: Client, tmp_path: Path
) -> None:
    library = open_library(write_library(tmp_path / "mine.csv", [("a", "CCO")]))
    prepare_library(library, tmp_path / "old", lone)
    age(tmp_path / "old", STANDARDIZER - 1)
    with pytest.raises(InputError, match=r"^[^\n]*another standardization[^\n]*$"):
        prepare_library(library, tmp_path / "old", lone)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"purpose": 3}', "\x00\x01"])
def test_a_damaged_ledger_beside_is_nothing_to_tell(
    write_library: WriteLibrary, tmp_path: Path, content: str
) -> None:
    library = open_library(write_library(tmp_path / "mine.csv", [("a", "CCO")]))
    (tmp_path / "cache/broken").mkdir(parents=True)
    (tmp_path / "cache/broken" / LEDGER).write_text(content)
    assert told_of_library(library, tmp_path / "cache/new") == ""


@pytest.mark.slow
def test_an_old_run_is_opened_and_said_to_be_old(
    old_run: Path, drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    assert open_run(drug_run.folder).told_of_older == ""
    past = open_run(old_run)
    line = past.told_of_older
    assert "\n" not in line
    assert (
        f"made under standardization {STANDARDIZER - 1}; the current one is {STANDARDIZER}" in line
    )
    dossiers = [open_dossier(past, row) for row in range(1, past.prepared.rows + 1)]
    assert {smiles for one in dossiers for _, smiles in one.steps} == {""}  # by rules now gone
    again = rank_again(past, past.screen, tmp_path / "again", lone)
    assert again.manifest.standardizer == STANDARDIZER - 1
    assert drug_run.manifest.standardizer == STANDARDIZER
    assert (again.folder / "hits.csv").read_bytes() == (drug_run.folder / "hits.csv").read_bytes()


def test_structures_of_today_are_not_compared_with_an_old_run(
    old_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    (tmp_path / "owned.smi").write_text("CCO x\n")
    past = open_run(old_run)
    by_structure = Selection(exclude=(str(tmp_path / "owned.smi"),))
    screen = past.screen.changed(selection=by_structure)
    with pytest.raises(InputError, match=r"^owned\.smi is a list of structures[^\n]*$"):
        check_rerank(past, screen, tmp_path / "out")
    by_id = past.screen.changed(selection=Selection(exclude=("007",)))
    assert check_rerank(past, by_id, tmp_path / "out").selection is not None


def test_an_old_run_is_not_screened_into_again(old_run: Path, drug_run: Outcome) -> None:
    past = open_run(old_run)
    prepared = Path(json.loads((old_run / WHERE).read_text())["prepared"])
    plan = plan_run(past.screen, old_run, prepared=prepared.parent / "new")
    with pytest.raises(InputError, match=rf"^{old_run} was made under standardization[^\n]*$"):
        check_folder(plan)
    (old_run / WHERE).unlink()  # one that was stopped before it was written
    key = json.loads((old_run / "scores" / LEDGER).read_text().splitlines()[0])["purpose"]
    prepared.rename(prepared.parent / key["prepared"])
    with pytest.raises(InputError, match=rf"^{old_run} was made under standardization[^\n]*$"):
        check_folder(plan)
