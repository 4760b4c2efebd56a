"""The teacher of directed messages: it learns, is blind to held-out rows, and resumes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gnn.evaluation.metrics import r2
from gnn.training.directed import DirectedTeaching, teach_directed
from gnn.training.distil import Teaching, fit_distilled
from gnn.training.training_set import TrainingSet
from tests.gnn.training.test_distil import QUICK, SIZES, data, run_of

HOW = DirectedTeaching(width=48, steps=3, epochs=60, batch=16, learning_rate=3e-3)

__all__ = ["data"]  # the fixture


def test_it_learns_and_predicts_every_molecule(data: TrainingSet, tmp_path: Path) -> None:
    said = teach_directed(run_of(data), HOW, tmp_path)
    assert said.shape == data.values.shape
    assert np.isfinite(said).all()
    trained = data.rows(0, "fit")
    assert r2(data.values[trained, 0].astype(float), said[trained, 0].astype(float)) > 0.5
    assert (said[:, 1] >= 0).all()
    assert (said[:, 1] <= 1).all()


def test_it_does_not_see_what_is_held_out(data: TrainingSet, tmp_path: Path) -> None:
    quick = replace(HOW, epochs=2)
    said = teach_directed(run_of(data), quick, tmp_path / "one")
    other = np.where((data.roles[:1] == "valid").T, 1 - data.values, data.values)
    blind = teach_directed(run_of(replace(data, values=other)), quick, tmp_path / "two")
    np.testing.assert_array_equal(said, blind)


class _StoppedError(Exception):
    pass


def test_it_continues_to_the_same_bits(data: TrainingSet, tmp_path: Path) -> None:
    how = replace(HOW, epochs=4, members=2)
    straight = teach_directed(run_of(data), how, tmp_path / "straight")
    lines: list[int] = []

    def stop(line: str, done: int, most: int | None) -> None:
        lines.append(done)
        if len(lines) == 6:  # in the second epoch of the second network
            raise _StoppedError

    with pytest.raises(_StoppedError):
        teach_directed(replace(run_of(data), report=stop), how, tmp_path / "stopped")
    assert lines == [1, 2, 3, 4, 1, 2]
    again = teach_directed(run_of(data), how, tmp_path / "stopped")
    np.testing.assert_array_equal(again, straight)


def test_it_teaches(data: TrainingSet, tmp_path: Path) -> None:
    teaching = Teaching(
        ("networks", "dmpnn"), replace(SIZES, hidden=24), QUICK, 1, dmpnn=replace(HOW, epochs=2)
    )
    found = fit_distilled(run_of(data), 1, teaching, tmp_path)
    assert set(found.by_teacher) == {"networks", "dmpnn"}
    assert (tmp_path / "lesson-dmpnn.npy").is_file()
    assert found.soft_targets is not None
    np.testing.assert_allclose(
        found.soft_targets,
        (found.by_teacher["networks"] + found.by_teacher["dmpnn"]) / 2,
        rtol=1e-5,
    )
