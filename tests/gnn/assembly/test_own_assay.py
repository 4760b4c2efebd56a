"""An own assay of several tasks, holes, bounds and a split of its own, from table to bundle."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import featurizer_spec
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import Assembled
from gnn.assembly.own_assay import assemble_assay, fit_assay
from gnn.assembly.own_assay_bundle import build_assay
from gnn.bundle.bundle import load_bundle
from gnn.bundle.predict import Predictor
from gnn.features.batch import take
from gnn.features.counts import alike
from gnn.models.pretrained import load_pretrained

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
PRETRAINED = load_pretrained()
ISOMERS = ["C[C@H](N)C(=O)Nc1ccccc1", "C[C@@H](N)C(=O)Nc1ccccc1"]


def table(split: bool) -> ActivityTable:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:70]
    column = next(name for name in rows[0] if name.lower() == "smiles")
    smiles = [row[column] for row in rows] + ISOMERS
    first = np.array([9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in rows] + [5, 6])
    values = np.stack([first, first > np.median(first)], axis=1).astype(np.float32)
    values[::4, 1] = np.nan
    bounds = np.zeros(values.shape, np.int8)
    bounds[:5, 0] = -1
    return ActivityTable(
        smiles=object_array(smiles),
        ids=object_array([str(at) for at in range(len(smiles))]),
        tasks=(Task("pKi", "regression", "pActivity"), Task("hit", "classification", "1 = active")),
        values=values,
        bounds=bounds,
        split=np.where(np.arange(len(smiles)) % 6 == 5, "test", "train") if split else None,
    )


@pytest.fixture(scope="module")
def crossed() -> Assembled:
    return assemble_assay(table(split=False), {"name": "mine"}, 3, 0)


def test_stereoisomers_are_held_out_together(crossed):
    groups = alike(crossed.data.graphs)
    pair = [
        at for at, smiles in enumerate(crossed.smiles) if "[C@" in smiles and "Nc1ccccc1" in smiles
    ]
    assert len(pair) == 2
    assert groups[pair[0]] == groups[pair[1]]
    held = crossed.data.roles == "valid"
    measured = crossed.data.is_measured.any(axis=1)
    assert (held.sum(axis=0) == measured).all()
    assert (held[:, pair[0]] == held[:, pair[1]]).all()


@pytest.mark.parametrize(
    ("model", "networks", "kernel"), [("blend", 3, True), ("network", 3, False), ("gp", 0, True)]
)
def test_what_is_shipped_predicts_what_was_fitted(crossed, tmp_path, model, networks, kernel):
    fitted = fit_assay(crossed.data, PRETRAINED, model)
    card = build_assay(
        tmp_path, crossed, fitted, PRETRAINED, name="mine", title="mine", forest=False
    )
    assert (card.members, card.kernel) == (networks, kernel)
    assert card.comparison == fitted.comparison
    bundle = load_bundle(tmp_path, featurizer_spec()["hash"])
    predictor = Predictor([bundle], bfloat16=False)
    columns = predictor.predict(crossed.data.graphs)
    assert all(np.isfinite(values).all() for values in columns.values())
    assert (np.abs(columns["mine_hit"] - 0.5) <= 0.5).all()
    raw, found = fitted.outputs(crossed.data.graphs), predictor._outputs(crossed.data.graphs)[0]
    np.testing.assert_allclose(found.networks, raw.networks, atol=1e-4)
    if kernel:
        np.testing.assert_array_equal(found.kernel, raw.kernel)
    few = predictor.predict(take(crossed.data.graphs, np.array([40, 3])))
    for name, values in few.items():
        np.testing.assert_array_equal(values, columns[name][[40, 3]])


def test_no_row_held_out_was_seen_by_what_predicts_it(crossed):
    rows = np.flatnonzero((crossed.data.roles == "valid")[0])
    values = crossed.data.values.copy()
    values[rows, 0] += 3.0
    before = fit_assay(crossed.data, PRETRAINED, "network").cross.networks
    after = fit_assay(replace(crossed.data, values=values), PRETRAINED, "network").cross.networks
    np.testing.assert_array_equal(before[0, rows], after[0, rows])
    assert np.isnan(before[1:, rows]).all()


def test_a_split_of_its_own_is_kept(tmp_path):
    made = assemble_assay(table(split=True), {"name": "mine"}, 3, 0)
    tested = (made.data.roles == "test").all(axis=0)
    assert 10 <= tested.sum() <= 12
    fitted = fit_assay(made.data, PRETRAINED)
    assert fitted.kernel is not None
    assert fitted.kernel.support.molecules == (~tested).sum()
    presumed = ~made.data.is_measured.any(axis=1)
    assert np.isnan(fitted.cross.kernel[tested | presumed]).all()
    assert np.isfinite(fitted.cross.kernel[~tested & ~presumed, 0]).all()
    card = build_assay(tmp_path, made, fitted, PRETRAINED, name="mine", title="t", forest=False)
    assert "test rows" in card.split
    assert card.tasks[0].validated_on == tested.sum()
    assert {each.name for each in card.comparison.candidates} == {"gp", "network", "blend"}
