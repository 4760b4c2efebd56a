"""A bundle of values that are learned as logarithms is its twin's, whose values are logarithms."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from chem.features.graphs import featurizer_spec
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import Assembled
from gnn.assembly.build import BundlePlan, build_assay
from gnn.assembly.own_assay import assemble_assay, fit_assay
from gnn.bundle.bundle import load_bundle
from gnn.bundle.predict import Predictor
from gnn.card.card import Card, TaskCard
from gnn.features.array_types import Floats32
from gnn.models.encoder import load_pretrained

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
ENDS = ("", "_lo", "_hi")


class Built(NamedTuple):
    """A bundle of one task, and its predictions of the compounds it was trained on."""

    made: Assembled
    card: Card
    columns: dict[str, Floats32]

    @property
    def task(self) -> TaskCard:
        """The card of its task."""
        return self.card.tasks[0]


def build(folder: Path, task: Task, as_logarithms: bool) -> Built:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:90]
    concentrations = np.array([float(row["Ki nM"].lstrip("<>~=")) for row in rows])
    values = np.log10(concentrations) if as_logarithms else concentrations
    bounds = [{"<": -1, ">": 1}.get(row["Ki nM"][0], 0) for row in rows]
    table = ActivityTable(
        smiles=object_array([row["SMILES"] for row in rows]),
        ids=object_array([row["compound_id"] for row in rows]),
        tasks=(task,),
        values=values.astype(np.float32)[:, None],
        bounds=np.array(bounds, np.int8)[:, None],
    )
    made = assemble_assay(table, {"name": "mine"}, 3, 0)
    fitted = fit_assay(made.data, load_pretrained(), "gp")
    card = build_assay(folder, made, fitted, BundlePlan("mine", "mine"))
    bundle = load_bundle(folder, featurizer_spec()["hash"])
    return Built(made, card, Predictor([bundle], bfloat16=False).predict(made.data.graphs))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Built:
    task = Task("Ki", "regression", "nM", scale="log10", main_metric="spearman")
    return build(tmp_path_factory.mktemp("logs"), task, as_logarithms=False)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("twin"), Task("Ki", "regression", "log10(nM)"), True)


def test_its_values_and_intervals_are_powers_of_the_twins(logs: Built, twin: Built) -> None:
    for end in ENDS:
        shown, learned = logs.columns[f"mine_Ki{end}"], twin.columns[f"mine_Ki{end}"]
        np.testing.assert_allclose(np.log10(shown), learned, atol=1e-4)
    value, low, high = (logs.columns[f"mine_Ki{end}"] for end in ENDS)
    assert (low > 0).all()
    assert (low < value).all()
    assert (high - value > value - low).all()
    assert (twin.columns["mine_Ki_lo"] < 0).any()  # a logarithm may be negative, its power not


def test_it_is_measured_on_the_scale_it_learns(logs: Built, twin: Built) -> None:
    assert (logs.task.unit, logs.task.scale, logs.task.error_unit) == ("nM", "log10", "log10(nM)")
    assert (twin.task.scale, twin.task.error_unit) == ("linear", "log10(nM)")
    assert set(logs.task.metrics) >= {"r2", "rmse", "mae", "spearman"}
    for name, metric in logs.task.metrics.items():
        assert metric.network == pytest.approx(twin.task.metrics[name].network, abs=2e-3)
        assert metric.forest == pytest.approx(twin.task.metrics[name].forest, abs=2e-3)
    assert logs.task.main_result == logs.task.metrics["spearman"]
    assert twin.task.main_result is None
    assert logs.task.coverage == pytest.approx(twin.task.coverage, abs=0.03)
    assert 0.75 < (logs.task.coverage or 0) <= 1
    assert logs.card.domain is not None
    assert logs.card.domain.unit == "log10(nM)"


def test_nothing_is_presumed_of_strangers_to_a_rate(logs: Built) -> None:
    assert logs.made.data.presumed is not None
    assert not logs.made.data.presumed.any()
    assert any("nothing is presumed" in note for note in logs.card.notes)
