"""Whatever a training writes into a bundle is flushed before its old form goes, or it is told."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.activities.activity import ActivityTable, Task, object_array
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle, write_card
from gnn.bundle.measured_compounds import MeasuredCompounds, save_measured_compounds
from gnn.bundle.surrogate import (
    Surrogate,
    SurrogateCard,
    SurrogateSizes,
    predictions_hash,
    save_surrogate,
)

MakeBundle = Callable[..., Bundle]
WRITTEN = {
    "weights": ["weights.safetensors", "card.json"],
    "card": ["card.json"],
    "measured": ["measured.parquet"],
    "surrogate": ["surrogate.safetensors"],
}


def write(what: str, bundle: Bundle, folder: Path) -> None:
    card = bundle.card
    tasks = [task.name for task in card.tasks]
    if what == "weights":
        save_bundle(folder, card, [member.state_dict() for member in bundle.networks])
    elif what == "card":
        write_card(folder, card)
    elif what == "measured":
        known = tuple(Task(task.name, task.kind, task.unit) for task in card.tasks)
        values, bounds = np.array([[7.0, 1.0]], np.float32), np.zeros((1, 2), np.int8)
        table = ActivityTable(object_array(["C"]), object_array(["a"]), known, values, bounds)
        save_measured_compounds(folder, card, MeasuredCompounds.of_table(table), [])
    else:
        sizes = SurrogateSizes(len(tasks), radius=2, environments=128, hidden=16)
        errors = dict.fromkeys(tasks, 0.3)
        about = SurrogateCard(predictions_hash(card), sizes, errors, errors, "nothing")
        save_surrogate(folder, Surrogate(sizes), about)


@pytest.fixture
def bundle(make_bundle: MakeBundle, tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path / "made")


@pytest.mark.parametrize("what", WRITTEN)
def test_each_file_is_flushed_and_renamed_and_then_its_folder_is_flushed(
    what: str, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    done: list[str] = []
    flush, rename = os.fsync, os.replace

    def fsync(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        flush(handle)

    def replace(source: Path, target: Path) -> None:
        done.append(Path(target).name)
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write(what, bundle, folder)
    assert done == [step for name in WRITTEN[what] for step in ("file", name, "folder")]
    assert sorted(path.name for path in folder.iterdir()) == sorted(WRITTEN[what])


@pytest.mark.parametrize("what", WRITTEN)
def test_a_disk_that_fails_is_told_and_leaves_what_was_there(
    what: str, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / WRITTEN[what][0]).write_text("old")

    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        InputError, match=r"^[^\n]+ cannot be written \(Input/output error\)[^\n]+$"
    ):
        write(what, bundle, folder)
    assert [path.name for path in folder.iterdir()] == [WRITTEN[what][0]]
    assert (folder / WRITTEN[what][0]).read_text() == "old"


def test_what_a_killed_training_left_goes_with_the_next(bundle: Bundle) -> None:
    (bundle.path / ".1a2b3c4d.weights.safetensors").write_text("half")
    write("weights", bundle, bundle.path)
    assert {path.name for path in bundle.path.iterdir()} == {"card.json", "weights.safetensors"}
    assert len(load_bundle(bundle.path, bundle.card.featurizer).networks) == len(bundle.networks)
