"""Screens, ledgers and run folders that are pipes or nested too deeply: one line, at once."""

import os
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.objective.screen_file import load_screen
from screening.prepare.prepared import SUMMARY, read_prepared
from screening.runs.past_run import open_run
from screening.runs.runfolder import MANIFEST, WHERE
from screening.storage.ledger import LEDGER, Ledger, check_purpose

DEEP = "[" * 100_000


def test_a_screen_is_a_file_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("x = " + DEEP)
    with pytest.raises(InputError, match="is not valid TOML"):
        load_screen(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match="found a pipe"):
        load_screen(path)


@pytest.mark.parametrize("name", [MANIFEST, WHERE])
def test_a_run_folder_of_pipes_or_deep_files_is_refused(tmp_path: Path, name: str) -> None:
    other = WHERE if name == MANIFEST else MANIFEST
    (tmp_path / other).write_text("{}")
    (tmp_path / name).write_text(DEEP)
    with pytest.raises(InputError, match=r"^[^\n]*$"):
        open_run(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="found a pipe"):
        open_run(tmp_path)


def test_a_ledger_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LEDGER)
    for look in (Ledger.read, lambda folder: check_purpose(folder, {})):
        with pytest.raises(InputError, match="found a pipe"):
            look(tmp_path)


def test_a_deep_ledger_and_a_deep_summary_are_damaged(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_text(DEEP + "\n")
    with pytest.raises(InputError, match="damaged in its first line"):
        Ledger.read(tmp_path)
    (tmp_path / SUMMARY).write_text(DEEP)
    with pytest.raises(InputError, match="is not a prepared library"):
        read_prepared(tmp_path)
