"""The product's own path for a team's assay, from a set's training rows to its test rows."""

import csv
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from data.activity import ActivityTable
from flows.benchmarks.predicting import open_bundle, predict_smiles
from flows.training import Progress, plan_training, run_training
from gnn.errors import ModelError

Floats = npt.NDArray[np.float64]


class OwnAssay(NamedTuple):
    """What the product's path made of one assay."""

    predicted: dict[str, Floats]
    """Model → [test rows]."""
    notes: list[str]


def fit_own_assay(
    name: str, train: ActivityTable, test: list[str], progress: Progress | None = None
) -> OwnAssay:
    """Do what ``hitlist train`` does with the training rows, and predict the test molecules."""
    with tempfile.TemporaryDirectory(prefix="hitlist-benchmark-") as scratch:
        file = Path(scratch, f"{name}.csv")
        write_assay(file, train)
        plan = plan_training(str(file))
        card = run_training(
            plan, plan.assemble(progress), Path(scratch, "bundle"), progress=progress
        )
        found = predict_smiles(open_bundle(str(Path(scratch, "bundle"))), test)
    if len(found.rows) != len(test):
        raise ModelError(f"{len(test) - len(found.rows)} test molecules of {name} are unreadable")
    column = found.columns[card.tasks[0].name]
    return OwnAssay({"auto": column.astype(np.float64)}, list(card.notes))


def write_assay(file: Path, table: ActivityTable) -> None:
    """Write a table as a team would: a column of SMILES and one of pActivity."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["compound_id", "smiles", "pActivity"])
        rows: Any = zip(table.ids, table.smiles, table.values[:, 0], strict=True)
        writer.writerows([key, smiles, f"{value:.6f}"] for key, smiles, value in rows)


def encoder_sha256() -> str:
    """Return the hash of the pretrained encoder that own assays start from; empty for none."""
    return ""
