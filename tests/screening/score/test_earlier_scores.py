"""Files of scores are taken from earlier runs of the same purpose, and from no others."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from screening.score.earlier_scores import find_earlier, take_files
from screening.score.shared_scores import VARIABLE
from screening.storage.ledger import Ledger
from screening.storage.store import Store

PURPOSE = {"library": "one", "bundles": ["first"]}
FACTS = {"rows": 7, "shared": 2, "filtered": {"mw": 1}, "basis": "now"}


@pytest.fixture(autouse=True)
def _sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "on")


def write_run(folder: Path, files: Mapping[str, bytes], store: Store | None = None) -> Path:
    """Write scores of an earlier run."""
    (folder / "scores").mkdir(parents=True)
    with Ledger(folder / "scores", PURPOSE, store) as ledger:
        for name, content in files.items():
            ledger.record(name, FACTS, ledger.store.write(name, content))
    return folder / "scores"


def taken(
    home: Path, *files: str, purpose: object = None, basis: str = "now", store: object = None
) -> dict[str, bytes]:
    """Take files for a run of tonight; return their content."""
    folder = home / "tonight" / "scores"
    folder.mkdir(parents=True)
    wanted = PURPOSE if purpose is None else {**PURPOSE, "library": purpose}
    place = store if isinstance(store, Store) else None
    with Ledger(folder, wanted, place) as ledger:
        take_files(find_earlier(home / "tonight", ledger), ledger, files, basis)
        assert all(entry.facts == {**FACTS, "shared": 7} for entry in ledger.entries.values())
        return {name: ledger.store.read(name) for name in ledger.entries}


def test_a_file_of_the_same_purpose_is_copied_with_its_facts(tmp_path: Path) -> None:
    write_run(tmp_path / "a", {"x": b"1", "y": b"2"})
    write_run(tmp_path / "b", {"z": b"3"})
    assert taken(tmp_path, "x", "z", "w") == {"x": b"1", "z": b"3"}
    with Ledger(tmp_path / "tonight" / "scores", PURPOSE) as again:
        assert set(again.entries) == {"x", "z"}  # the bytes have the recorded hashes


@pytest.mark.parametrize("other", [{"purpose": "two"}, {"basis": "later"}])
def test_another_purpose_or_basis_is_left_alone(tmp_path: Path, other: dict[str, str]) -> None:
    write_run(tmp_path / "a", {"x": b"1"})
    assert taken(tmp_path, "x", **other) == {}


@pytest.mark.parametrize("harm", ["altered", "removed", "no ledger", "damaged ledger"])
def test_what_is_lost_there_is_left_out(tmp_path: Path, harm: str) -> None:
    scores = write_run(tmp_path / "a", {"x": b"1", "y": b"2"})
    if harm == "altered":
        (scores / "x").write_bytes(b"9")
    elif harm == "removed":
        (scores / "x").unlink()
    else:
        (scores / "ledger.jsonl").write_bytes(b"" if harm == "no ledger" else b"\xff{")
    kept = {"y": b"2"} if harm in ("altered", "removed") else {}
    assert taken(tmp_path, "x", "y") == kept


def test_a_run_takes_nothing_if_runs_share_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    write_run(tmp_path / "a", {"x": b"1"})
    assert taken(tmp_path, "x") == {}


def test_runs_of_other_users_and_links_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "elsewhere" / "a", {"x": b"1"})
    home = tmp_path / "home"
    write_run(home / "b", {"y": b"2"})
    (home / "link").symlink_to(tmp_path / "elsewhere" / "a")
    (home / "c").mkdir()
    (home / "c" / "scores").symlink_to(tmp_path / "elsewhere" / "a" / "scores")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert taken(home, "y") == {}
    monkeypatch.undo()
    monkeypatch.setenv(VARIABLE, "on")
    (home / "tonight").rename(home / "before")
    assert taken(home, "x", "y") == {"y": b"2"}


def test_a_folder_that_cannot_be_looked_at_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write_run(tmp_path / name, {name: b"1"})
    look = Path.lstat

    def refuse(path: Path) -> os.stat_result:
        if (tmp_path / "b") in (path, *path.parents):
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "lstat", refuse)
    assert taken(tmp_path, "a", "b", "c") == {"a": b"1", "c": b"1"}


def test_a_common_store_is_recorded_without_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    write_run(tmp_path / "a", {"x": b"1", "y": b"2"}, store)
    (tmp_path / "store" / "y").write_bytes(b"9")
    monkeypatch.setattr(Store, "write", lambda *words: pytest.fail("it was written again"))
    monkeypatch.setattr(Store, "check", lambda store: None)  # which writes a file of its own
    assert taken(tmp_path, "x", "y", store=store) == {"x": b"1"}
