"""Heads on a fixed encoder: the encoder stays, members differ, and one that diverges is named."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from chem.features.graphs import state_factors
from gnn.features.graph_arrays import collect
from gnn.models.encoder import load_pretrained
from gnn.models.network import State, network_config
from gnn.training.ensemble import fit_heads
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.training_set import TrainingSet
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
PRETRAINED = load_pretrained()
SIZES = network_config(1, {"hidden": 16, "environments": 64}, PRETRAINED)
QUICK = TrainingConfig(epochs=4, batch=16)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:40]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    parts = np.full((2, 40), "fit", dtype="<U5")
    parts[0, :20] = parts[1, 20:] = "valid"
    return TrainingSet(
        graphs=collect([graph_of(row[smiles]) for row in rows]),
        factors=state_factors(),
        values=np.arange(40, dtype=np.float32)[:, None] / np.float32(10),
        bounds=np.zeros((40, 1), np.int8),
        roles=parts,
        tasks=({"name": "y", "kind": "regression", "unit": "pActivity"},),
        meta={},
    )


def fit_whole(data: TrainingSet) -> tuple[list[State], list[str]]:
    """Fit heads of which none diverges."""
    states, notes = fit_heads(TrainingRun(data, SIZES, QUICK, PRETRAINED))
    whole = [state for state in states if state is not None]
    assert len(whole) == len(states)
    return whole, notes


def test_the_encoder_stays_and_the_heads_learn_from_their_own_rows(data: TrainingSet) -> None:
    states, notes = fit_whole(data)
    assert not notes
    for state in states:
        for name, value in PRETRAINED.state.items():
            assert torch.equal(state[f"graph.{name}"], value)
    assert float(states[0]["shift"][0]) == pytest.approx(np.arange(20, 40).mean() / 10)
    assert not torch.equal(states[0]["first.weight"], states[1]["first.weight"])
    again, _ = fit_whole(data)
    assert all(torch.equal(states[0][name], again[0][name]) for name in states[0])


def test_a_member_does_not_see_the_rows_it_holds_out(data: TrainingSet) -> None:
    values = data.values.copy()
    values[:20] = 1000.0  # member 0 holds these out
    states, _ = fit_whole(data)
    others, _ = fit_whole(replace(data, values=values))
    assert all(torch.equal(states[0][name], others[0][name]) for name in states[0])
    assert not torch.equal(states[1]["first.weight"], others[1]["first.weight"])


def test_a_member_that_diverges_is_named_and_left_out(data: TrainingSet) -> None:
    values = data.values.copy()
    values[25] = np.float32(3e38)  # only member 0 learns from it
    states, notes = fit_heads(TrainingRun(replace(data, values=values), SIZES, QUICK, PRETRAINED))
    assert states[0] is None
    assert states[1] is not None
    assert len(notes) == 1
    assert notes[0].startswith("network 1 of 2 left out")
