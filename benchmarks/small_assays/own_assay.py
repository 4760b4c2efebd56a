"""Trains on a set as ``hitlist train`` trains on a team's assay, and predicts the test rows."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.pretext import pretext_names
from data.activities.activity import ActivityTable
from flows.model_benchmark.predicting import open_bundle, predict_smiles, read_graphs
from flows.planning.run_training import run_assay
from flows.planning.training_plan import Progress, plan_training
from flows.terminal.tables import write_csv
from gnn.errors import ModelError
from gnn.features.graph_arrays import collect
from gnn.models.encoder import load_pretrained

Floats = npt.NDArray[np.float64]


class OwnAssay(NamedTuple):
    """The predictions of ``hitlist train`` for one assay."""

    predicted: dict[str, Floats]
    """The predictions [test rows] by model."""
    notes: list[str]
    """Notes on the model that was picked, rows left out, and networks that diverged."""


def fit_own_assay(
    name: str, train: ActivityTable, test: list[str], progress: Progress | None = None
) -> OwnAssay:
    """Do what ``hitlist train`` does with the training rows, and predict the test molecules.

    One training gives all three models: ``auto`` is the bundle that it writes, calibrated as in any
    prediction; ``network`` and ``gp`` are its parts, uncalibrated.
    """
    with tempfile.TemporaryDirectory(prefix="hitlist-benchmark-") as scratch:
        file = Path(scratch, f"{name}.csv")
        write_assay(file, train)
        plan = replace(plan_training(str(file), model="auto"), forest=False)
        if plan.pretrained is not None:
            check_unlabelled(plan.pretrained.card, plan.pretrained.sha256)
        card, fitted = run_assay(plan, plan.assemble(progress), Path(scratch, "bundle"), progress)
        found = predict_smiles(open_bundle(str(Path(scratch, "bundle"))), test)
    rows, _, graphs = read_graphs(test)
    if len(rows) != len(test):
        raise ModelError(f"{len(test) - len(rows)} test molecules of {name} are unreadable")
    raw = fitted.outputs(collect(graphs))
    predicted = {"auto": found.columns[card.tasks[0].name].astype(np.float64)}
    if len(raw.networks):
        predicted["network"] = raw.networks.mean(axis=0)[:, 0]
    if raw.kernel is not None:
        predicted["gp"] = raw.kernel[:, 0]
    return OwnAssay(predicted, [*card.notes, *fitted.notes])


def train_own_assay(name: str, train: ActivityTable, out: Path) -> None:
    """Do what ``hitlist train`` does with a set's training rows; write the bundle into ``out``."""
    with tempfile.TemporaryDirectory(prefix="hitlist-benchmark-") as scratch:
        file = Path(scratch, f"{name}.csv")
        write_assay(file, train)
        plan = replace(plan_training(str(file), model="auto"), forest=False)
        run_assay(plan, plan.assemble(None), out)


def write_assay(file: Path, table: ActivityTable) -> None:
    """Write a table as a team would, with a column of SMILES and one of pActivity."""
    rows: Any = zip(table.ids, table.smiles, table.values[:, 0], strict=True)
    lines = ([key, smiles, f"{value:.6f}"] for key, smiles, value in rows)
    write_csv(file, ["compound_id", "smiles", "pActivity"], lines)


def encoder_sha256() -> str:
    """Return the hash of the encoder from which the training on own assays starts."""
    encoder = load_pretrained()
    check_unlabelled(encoder.card, encoder.sha256)
    return encoder.sha256


def check_unlabelled(card: dict[str, Any], sha256: str) -> None:
    """Refuse an encoder that was trained on anything but properties that RDKit calculates.

    Raises:
        ModelError: The card of the encoder names no labels, or others.
    """
    labels = card.get("descriptors", [])
    strange = sorted(set(labels) - set(pretext_names()))
    if strange or not labels:
        found = f"labels such as {strange[0]}" if strange else "no labels at all"
        raise ModelError(
            f"encoder {sha256[:12]} names {found}, expected only calculated descriptors; the "
            "benchmark must not start from weights that saw measured values"
        )
