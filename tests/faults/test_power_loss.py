"""A power loss at any moment: what vouches for other files is on the disk after them, or not yet.

After a power loss a name leads to what its folder held when it was last flushed, or to anything
that it led to since; a file that was written and not flushed may hold anything.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.disk.files import remove_durably, write_atomic
from gnn.bundle.bundle import Bundle, save_bundle, write_card
from gnn.bundle.surrogate import (
    Surrogate,
    SurrogateCard,
    SurrogateSizes,
    predictions_hash,
    save_surrogate,
)
from screening.storage.ledger import Ledger
from screening.storage.store import Store
from tests.faults.disk import Disk, Event
from tests.faults.small import COMMAND, SCREEN, at_home, command


def broken_promises(disk: Disk, vouching: str, named: Callable[[Any], dict[str, str]]) -> list[str]:
    """Look after every change at each file of a name; say which of those it names may be lost.

    named: what its content (parsed JSON) vouches for: names beside it, and their SHA-256.
    """
    wrong: list[str] = []
    folders: set[Path] = {path.parent for path in disk.root.rglob(vouching)}

    def look(event: Event) -> None:
        if event.path.name == vouching:
            folders.add(event.path.parent)
        for folder in folders:
            for inode in disk.possible(folder / vouching) - {None}:
                assert inode is not None
                if inode in disk.dirty or inode not in disk.content:
                    wrong.append(f"{event}: {vouching} itself may be cut short")
                    continue
                for name, digest in named(json.loads(disk.content[inode])).items():
                    if not disk.holds(folder / name, digest):
                        wrong.append(f"{event}: {name}")

    disk.after = look
    return wrong


def files_of_manifest(manifest: Any) -> dict[str, str]:
    return dict(manifest["files"])


def weights_of_card(card: Any) -> dict[str, str]:
    return {"weights.safetensors": card["weights"]}


@pytest.mark.slow
def test_a_manifest_on_the_disk_vouches_for_files_on_the_disk(home: Path, lone: Client) -> None:
    """In a new run, the same again, and another objective over it."""
    where = home / "runs/one/where.json"

    def named(manifest: Any) -> dict[str, str]:
        """Where the scores are it does not name; a run without that cannot be opened."""
        found = where.read_bytes() if where.exists() else b""
        return {**files_of_manifest(manifest), where.name: sha256(found).hexdigest()}

    for words in ([], [], ["--hits", "2", "--replace"]):
        disk = Disk(home)
        wrong = broken_promises(disk, "manifest.json", named)
        early: list[Event] = []

        def look(event: Event, disk: Disk = disk, early: list[Event] = early) -> None:
            old = disk.possible(home / "runs/one/manifest.json") - {None}
            if event.kind == "rename" and event.path.name == "where.json" and old:
                early.append(event)

        disk.before = look
        with at_home(home), disk.plugged_in():
            assert command(lone, *COMMAND, *words).code == 0
        assert early == []  # not even where.json is written beside a manifest of before
        assert len(disk.events) > 100
        assert wrong == []
        manifest = home / "runs/one/manifest.json"
        assert disk.holds(manifest, sha256(manifest.read_bytes()).hexdigest())
        for name, digest in files_of_manifest(json.loads(manifest.read_text())).items():
            assert disk.holds(manifest.parent / name, digest), name


def test_a_line_of_a_ledger_comes_after_its_file(home: Path, lone: Client) -> None:
    disk = Disk(home)
    wrong, lines = [], 0

    def look(event: Event) -> None:
        nonlocal lines
        if event.kind == "write" and event.path.name == "ledger.jsonl":
            line = json.loads(event.path.read_text().splitlines()[-1])
            lines += 1
            if "name" in line and not disk.holds(event.path.parent / line["name"], line["sha256"]):
                wrong.append(line["name"])

    disk.after = look
    with at_home(home), disk.plugged_in():
        assert command(lone, *COMMAND).code == 0
    assert lines == 11
    assert wrong == []


def test_what_a_ledger_tells_is_on_the_disk_before_the_next_line(tmp_path: Path) -> None:
    """Also where its files lie elsewhere, so that nothing else flushes its folder."""
    disk, path = Disk(tmp_path), tmp_path / "kept/ledger.jsonl"
    ledger = Ledger(path.parent, {"of": "a test"}, Store(tmp_path / "elsewhere"))
    with disk.plugged_in(), ledger:
        assert disk.holds(path, sha256(path.read_bytes()).hexdigest())
        for name in ("a", "b"):
            ledger.record(name, {}, ledger.store.write(name, b"x"))
            assert disk.holds(path, sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Bundle:
    bundle: Bundle = make_bundle(tmp_path / "made", "small", (("EGFR", "r"),))
    return bundle


@pytest.mark.parametrize("before", ["nothing", "another"])
def test_a_card_on_the_disk_vouches_for_weights_on_the_disk(
    bundle: Bundle, make_bundle: Callable[..., Bundle], tmp_path: Path, before: str
) -> None:
    """A bundle is the old one, the new one or none, never something of both."""
    out = tmp_path / "models" / "out"
    if before == "another":
        make_bundle(out, "small", (("EGFR", "r"),), seed=3)
    tasks = [task.name for task in bundle.card.tasks]
    sizes = SurrogateSizes(len(tasks), radius=2, environments=64, hidden=8)
    errors = dict.fromkeys(tasks, 0.3)
    disk = Disk(tmp_path)
    wrong = broken_promises(disk, "card.json", weights_of_card)
    with disk.plugged_in():
        save_bundle(out, bundle.card, [one.state_dict() for one in bundle.networks])
        card = bundle.card.model_copy(
            update={"weights": json.loads((out / "card.json").read_text())["weights"]}
        )
        about = SurrogateCard(predictions_hash(card), sizes, errors, errors, "nothing")
        save_surrogate(out, Surrogate(sizes), about)
        write_card(out, card)
    assert wrong == []
    for path in out.iterdir():
        assert disk.holds(path, sha256(path.read_bytes()).hexdigest()), path


def test_what_is_not_flushed_in_time_is_seen(tmp_path: Path) -> None:
    """The record itself: each mistake that a writer can make shows."""
    right = json.dumps({"files": {"a": sha256(b"new").hexdigest()}})

    def write(order: list[str], flush: bool = True) -> list[str]:
        disk = Disk(tmp_path)
        wrong = broken_promises(disk, "manifest.json", files_of_manifest)
        with disk.plugged_in():
            for name in order:
                if name == "remove":
                    (tmp_path / "manifest.json").unlink(missing_ok=True)
                elif name == "remove durably":
                    remove_durably(tmp_path / "manifest.json")
                elif flush:
                    write_atomic(tmp_path / name, right if name != "a" else "new")
                else:
                    (tmp_path / name).write_text(right if name != "a" else "new")
        return wrong

    old = json.dumps({"files": {"a": sha256(b"old").hexdigest()}})
    assert write(["a", "manifest.json"]) == []
    (tmp_path / "a").write_text("old")
    (tmp_path / "manifest.json").write_text(old)
    assert write(["remove durably", "a", "manifest.json"]) == []
    for order, flush in (
        (["a", "manifest.json"], False),
        (["manifest.json", "a"], True),
        (["remove", "a", "manifest.json"], True),
    ):
        (tmp_path / "a").write_text("old")
        (tmp_path / "manifest.json").write_text(old)
        assert write(order, flush), order
    assert SCREEN
