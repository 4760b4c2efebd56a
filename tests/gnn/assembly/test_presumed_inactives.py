"""Who is presumed inactive, and that nothing that is measured knows of them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.activities.activity import ActivityTable, Task, object_array
from data.assay.headers.spelling import task_name
from gnn.assembly import presumed_inactives
from gnn.assembly.assemble import Assembled
from gnn.assembly.own_assay import ASSAY_MEMBERS, assay_training, assemble_assay
from gnn.assembly.presumed_inactives import COUNT, NEAREST, presumption
from gnn.calibration.domain import Domain, training_domain
from gnn.evaluation.held_tasks import UNKNOWN, trained_facts
from gnn.features.graph_arrays import take

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
NUMBER = {"name": "clearance", "kind": "regression", "unit": "number", "direction": "up"}

LEFT = ["%Ctrl@1uM", "POC 1 uM", "T/C (%)", "Remaining activity at 10 uM", "% survival 72 h"]
LEFT += ["% of control", "Residual growth (%)", "Activity (%)"]
GAINED = ["% kill", "% lysis", "antagonism %", "% stimulation", "Dmax (%)", "% displacement"]
GAINED += ["Suppression at 10 uM", "% effect", "agonism (%)", "PI @ 10 uM"]
RISKS = ["hERG_pIC50", "pIC50_hERG", "pCC50", "cytotoxicity_pIC50", "AMES_pEC50", "Nav1.5_pIC50"]
RISKS += ["hERGpIC50", "CYP3A4_pIC50", "HepatoToxicity_pIC50", "DILI_risk_pIC50", "pIC50_BSEP"]


def assay(tasks: tuple[Task, ...], values: np.ndarray) -> Assembled:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[: len(values)]
    column = next(name for name in rows[0] if name.lower() == "smiles")
    table = ActivityTable(
        smiles=object_array([row[column] for row in rows]),
        ids=object_array([str(at) for at in range(len(rows))]),
        tasks=tasks,
        values=values.astype(np.float32),
        bounds=np.zeros(values.shape, np.int8),
    )
    return assemble_assay(table, {"name": "mine"}, ASSAY_MEMBERS, 0)


@pytest.mark.parametrize(
    ("name", "unit", "direction", "mean", "value", "bound"),
    [
        ("pKi", "pActivity", "up", 8.6, 5.0, -1),
        ("pKi", "pActivity", "up", 3.9, 3.9, -1),  # fragments: a stranger is no better than they
        ("inhibition", "%", "up", 60.0, 10.0, -1),
        ("inhibition", "%", "up", 2.0, 2.0, -1),
        ("growth_inhibition", "%", "up", 60.0, 10.0, -1),
        ("viability", "%", "down", 40.0, 90.0, 1),
        ("residual_activity", "%", "down", 97.0, 97.0, 1),
        *((task_name(header), "%", "down", 60.0, 90.0, 1) for header in LEFT),
        *((task_name(header), "%", "up", 60.0, 10.0, -1) for header in GAINED),
        ("frames_pIC50", "pActivity", "up", 8.0, 5.0, -1),
        ("pIC50_asterisk", "pActivity", "up", 8.0, 5.0, -1),
        ("names_inhibition", "%", "up", 60.0, 10.0, -1),
        ("CYP17A1_pIC50", "pActivity", "up", 8.0, 5.0, -1),  # a target of drugs
    ],
)
def test_a_stranger_is_presumed_to_do_nothing(
    name: str, unit: str, direction: str, mean: float, value: float, bound: int
) -> None:
    task = {"name": name, "kind": "regression", "unit": unit, "direction": direction}
    assert presumption(task, mean) == (value, bound)


@pytest.mark.parametrize(
    "task",
    [
        NUMBER,
        NUMBER | {"unit": "%", "name": "remaining_30_min", "direction": "down"},  # of a drug
        NUMBER | {"unit": "%", "name": "plasma_protein_binding"},
        NUMBER | {"kind": "classification", "name": "toxic", "unit": "1 = active"},
        NUMBER | {"kind": "classification", "name": "AMES", "unit": "1 = active"},
        NUMBER | {"unit": "%", "name": "hERG_inhibition_at_30_uM"},
        NUMBER | {"unit": "%", "name": "cytotoxicity_at_10_uM"},
        NUMBER | {"unit": "%", "name": "parent_remaining"},  # more of it is no effect
        NUMBER | {"unit": "%", "name": "viability"},  # turned round by the user
        *(NUMBER | {"unit": "pActivity", "name": name} for name in RISKS),
    ],
)
def test_nothing_is_presumed_of_what_does_not_say_what_inactive_is(task: dict[str, str]) -> None:
    assert presumption(task, 50.0) is None


@given(mean=st.floats(0, 15))
def test_a_presumption_is_never_above_the_assay(mean: float) -> None:
    found = presumption({"name": "p", "kind": "regression", "unit": "pActivity"}, mean)
    assert found is not None
    assert found.value <= mean
    assert found.value <= presumed_inactives.INACTIVE


def test_strangers_are_far_trained_on_and_no_part_of_any_metric() -> None:
    tasks = (
        Task("pKi", "regression", "pActivity"),
        Task("hit", "classification", "1 = active"),
        Task("clearance", "regression", "number"),
    )
    values = np.column_stack([np.linspace(6, 9, 60), np.arange(60) % 2, np.linspace(1, 50, 60)])
    made = assay(tasks, values)
    data = made.data
    assert data.presumed is not None
    added = np.flatnonzero(data.presumed)
    assert len(added) == COUNT
    assert len(made.smiles) == data.graphs.molecules == 60 + COUNT
    own = take(data.graphs, np.arange(60))
    assert (Domain.of(own).distance(take(data.graphs, added)) >= NEAREST).all()
    assert (data.roles[:, added] == "fit").all()
    assert not data.is_measured[added].any()
    assert (data.values[added, 0] == 5).all()
    assert (data.bounds[added, 0] == -1).all()
    assert (data.values[added, 1] == 0).all()
    assert np.isnan(data.values[added, 2]).all()
    # The domain, the tasks' means and the rows that are held out are those of the assay alone.
    assert (training_domain(data).bits == Domain.of(own).bits).all()
    assert trained_facts(data, 0).centre == pytest.approx(7.5)
    assert trained_facts(data, 0).ood_value == pytest.approx(5.0)
    assert trained_facts(data, 1).ood_value == pytest.approx(np.log(0.05 / 0.95))
    assert trained_facts(data, 2).ood_value == trained_facts(data, 2).centre
    assert trained_facts(data, 2).ood_std == pytest.approx(UNKNOWN * values[:, 2].std(), rel=1e-5)
    assert ((data.roles == "valid").sum(axis=0) == ~data.presumed).all()
    assert any("nothing is presumed" in note and "clearance" in note for note in made.notes)


def test_an_assay_of_mere_numbers_has_no_strangers_but_a_wide_end() -> None:
    made = assay((Task("clearance", "regression", "number"),), np.linspace(1, 50, 60)[:, None])
    assert made.data.presumed is not None
    assert not made.data.presumed.any()
    assert trained_facts(made.data, 0).ood_std > trained_facts(made.data, 0).scale


def test_without_the_shipped_compounds_an_assay_still_trains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(presumed_inactives, "SHIPPED", tmp_path)
    made = assay((Task("pKi", "regression", "pActivity"),), np.linspace(6, 9, 60)[:, None])
    assert made.data.graphs.molecules == 60
    assert "nothing is presumed" in made.notes[-1]


@pytest.mark.parametrize(("rows", "presumed"), [(60, 100), (633, 300), (3000, 300), (60, 0)])
def test_a_step_sees_as_many_measured_rows_with_strangers_as_without(
    rows: int, presumed: int
) -> None:
    alone, both = assay_training(rows), assay_training(rows, presumed)
    assert alone.epochs == both.epochs
    assert both.batch * rows / (rows + presumed) == pytest.approx(alone.batch, rel=0.02)
