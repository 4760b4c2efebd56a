"""The kernel machine against scikit-learn's Gaussian process, and against refits."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel

from chem.features.graphs import state_factors
from gnn.errors import ModelError
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.substructure_kernels import FAMILIES, index_sets, similarity, typical_difference
from gnn.features.substructure_keys import alike
from gnn.models.gaussian_process import (
    NOISES,
    draw_to_bounds,
    fit_process,
    group_folds,
    held_out,
    invert,
)
from gnn.models.kernel import KernelModel
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
FACTORS = state_factors()


def read() -> tuple[GraphArrays, np.ndarray]:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    graphs = collect([graph_of(row[smiles]) for row in rows])
    values = [9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in rows]
    return graphs, np.array(values)


GRAPHS, VALUES = read()
CLASSES = (np.median(VALUES) < VALUES).astype(float)
HOLES = np.where(np.arange(60) % 3 == 0, np.nan, CLASSES)
TABLE = np.stack([VALUES, HOLES], axis=1)
BINARY = np.array([False, True])
MODEL = KernelModel.fit(GRAPHS, TABLE, BINARY, FACTORS)


class Given(Kernel):  # type: ignore[misc]  # scikit-learn has no types
    """A kernel matrix by row number: lets scikit-learn check the algebra alone."""

    def __init__(self, gram: np.ndarray) -> None:
        self.gram = gram

    def __call__(
        self, x: np.ndarray, y: np.ndarray | None = None, eval_gradient: bool = False
    ) -> np.ndarray:
        rows, columns = (one[:, 0].astype(int) for one in (x, x if y is None else y))
        found: np.ndarray = self.gram[np.ix_(rows, columns)]
        return found

    def diag(self, x: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.diag(self.gram)[x[:, 0].astype(int)]
        return found

    def is_stationary(self) -> bool:
        return False


def test_it_is_scikit_learns_gaussian_process() -> None:
    rows = np.arange(60)
    gram = MODEL.gram(rows).astype(np.float64)
    train = rows[:50]
    model = KernelModel.fit(take(GRAPHS, train), VALUES[train, None], BINARY[:1], FACTORS)
    gram = np.ones((60, 60))
    for make, weight, reach in zip(FAMILIES.values(), model.mix, model.reach, strict=True):
        sets = make(GRAPHS, FACTORS)
        gram += weight * similarity(sets, index_sets(sets), reach)
    assert model.memory is not None
    noise = model.memory.noise[0]
    process = GaussianProcessRegressor(Given(gram), alpha=noise, optimizer=None)
    targets = (VALUES[train] - VALUES[train].mean()) / VALUES[train].std()
    process.fit(train[:, None], targets)
    expected = VALUES[train].mean() + VALUES[train].std() * process.predict(rows[:, None])
    np.testing.assert_allclose(model.predict(GRAPHS)[:, 0], expected, atol=1e-5)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_kernels_are_what_they_say(name: str) -> None:
    sets = FAMILIES[name](take(GRAPHS, np.arange(12)), FACTORS)
    each = [set(sets.between(row, row + 1).keys.tolist()) for row in range(12)]
    shared = np.array([[len(one & other) for other in each] for one in each])
    either = np.array([[len(one | other) for other in each] for one in each])
    reach = typical_difference(sets)
    expected = (shared / either + np.exp(-(either - shared) / reach)) / 2
    found = similarity(sets, index_sets(sets), reach)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.linalg.eigvalsh(found).min() > -1e-9


def test_a_prediction_is_the_same_to_the_last_bit_in_any_company() -> None:
    whole = MODEL.predict(GRAPHS)
    for rows in ([7], [3, 3, 59], list(range(59, -1, -1))):
        np.testing.assert_array_equal(MODEL.predict(take(GRAPHS, np.array(rows))), whole[rows])
    assert MODEL.predict(take(GRAPHS, np.arange(0))).shape == (0, 2)


def test_rows_held_out_are_predicted_as_by_a_model_that_never_saw_them() -> None:
    folds = group_folds(alike(GRAPHS), 4, np.random.default_rng(0))
    bounds = np.zeros(TABLE.shape, np.int8)
    bounds[np.quantile(VALUES, 0.3) > VALUES, 0] = -1
    found = KernelModel.fit(GRAPHS, TABLE, BINARY, FACTORS, bounds).out_of_fold(folds)
    gram = MODEL.gram(np.arange(60)).astype(np.float64)
    assert np.isfinite(found).all()  # where a task has a hole, too
    for fold in range(4):
        held, rest = folds == fold, np.flatnonzero(folds != fold)
        other = np.where(held[:, None], 9 - TABLE, TABLE)  # whatever the fold's values are
        others = np.where(held[:, None], 1, bounds).astype(np.int8)
        blind = KernelModel.fit(GRAPHS, other, BINARY, FACTORS, others).out_of_fold(folds)
        np.testing.assert_array_equal(blind[held], found[held])
        process = fit_process(
            gram[np.ix_(rest, rest)],
            VALUES[rest],
            bounds[rest, 0],
            alike(GRAPHS)[rest],
            np.random.default_rng((0, 0, fold)),
        )
        expected = process.centre + gram[np.ix_(held, rest)] @ process.alpha
        np.testing.assert_allclose(found[held, 0], expected, atol=1e-5)
    seen = MODEL.predict(GRAPHS)[:, 0]
    assert np.square(found[:, 0] - VALUES).mean() > np.square(seen - VALUES).mean()


def test_rows_that_were_not_drawn_are_held_out_with_their_twins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every compound twice, as stereoisomers are: most rows have a twin among those drawn."""
    monkeypatch.setattr("gnn.models.kernel.MOST_ROWS", 60)
    twice = take(GRAPHS, np.repeat(np.arange(60), 2))
    values = np.repeat(VALUES, 2)[:, None]
    folds = group_folds(alike(twice), 5, np.random.default_rng(0))
    found = KernelModel.fit(twice, values, BINARY[:1], FACTORS).out_of_fold(folds)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[::2], found[1::2], rtol=1e-5)
    held = np.repeat(folds[::2] == 0, 2)
    other = np.where(held[:, None], values + 3, values)
    blind = KernelModel.fit(twice, other, BINARY[:1], FACTORS).out_of_fold(folds)
    np.testing.assert_array_equal(blind[held], found[held])


def test_a_task_with_holes_is_that_task_on_its_own_rows() -> None:
    rows = np.flatnonzero(np.isfinite(HOLES))
    assert (MODEL.alpha[np.isnan(HOLES), 1] == 0).all()
    assert MODEL.memory is not None
    assert MODEL.memory.noise[1] in NOISES
    gram = MODEL.gram(np.arange(60)).astype(np.float64)
    matrix = gram[np.ix_(rows, rows)] + MODEL.memory.noise[1] * np.eye(len(rows))
    weights = np.linalg.solve(matrix, HOLES[rows] - HOLES[rows].mean())
    expected = HOLES[rows].mean() + gram[:, rows] @ weights
    np.testing.assert_allclose(MODEL.predict(GRAPHS)[:, 1], expected, atol=1e-5)


def test_a_state_comes_back_to_the_last_bit() -> None:
    again = KernelModel.from_state(load(save(MODEL.state())))
    np.testing.assert_array_equal(again.predict(GRAPHS), MODEL.predict(GRAPHS))
    assert all(isinstance(value, torch.Tensor) for value in MODEL.state().values())
    with pytest.raises(ModelError, match="does not know its folds"):
        again.out_of_fold(np.zeros(60, np.int64))


def test_a_task_of_one_value_is_refused() -> None:
    values = np.full((60, 1), np.nan)
    values[0] = 5
    with pytest.raises(ModelError, match="needs two"):
        KernelModel.fit(GRAPHS, values, BINARY[:1], FACTORS)


def test_a_bound_that_its_own_prediction_keeps_is_no_measurement() -> None:
    generator = np.random.default_rng(0)
    half = generator.normal(size=(20, 30))
    gram = half @ half.T / 30
    inverse, targets = invert(gram, 0.1), generator.normal(size=20)
    alone = held_out(inverse, targets, np.arange(20))
    bounds = np.zeros(20, np.int8)
    below, above = int((alone - targets).argmin()), int((alone - targets).argmax())
    bounds[[below, above]] = [-1, 1]
    drawn = draw_to_bounds(inverse, targets, bounds)
    assert drawn[below] < targets[below]
    assert drawn[above] > targets[above]
    bounds[[below, above]] = [1, -1]
    np.testing.assert_array_equal(draw_to_bounds(inverse, targets, bounds), targets)


def test_groups_stay_together_in_folds() -> None:
    groups = np.array([5, 5, 1, 2, 3, 3, 3, 9])
    folds = group_folds(groups, 3, np.random.default_rng(1))
    assert len({*folds[[0, 1]]}) == len({*folds[[4, 5, 6]]}) == 1
    assert set(folds.tolist()) == {0, 1, 2}
