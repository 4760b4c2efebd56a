"""The product's own path for a team's assay, from a set's training rows to its test rows."""

import csv
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chem.graphs import featurize, featurizer_spec
from chem.records import Failure
from chem.standardize import standardize
from data.activity import ActivityTable
from flows.training import Progress, plan_training, run_training
from gnn.batch import GraphArrays, collect
from gnn.bundle import load_bundle
from gnn.predict import Predictor

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
        bundle = load_bundle(Path(scratch, "bundle"), featurizer_spec()["hash"])
        columns = Predictor([bundle]).predict(read_graphs(test))
    column = f"{card.name}_{card.tasks[0].name}"
    return OwnAssay({"auto": columns[column].astype(np.float64)}, list(card.notes))


def write_assay(file: Path, table: ActivityTable) -> None:
    """Write a table as a team would: a column of SMILES and one of pActivity."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["compound_id", "smiles", "pActivity"])
        rows: Any = zip(table.ids, table.smiles, table.values[:, 0], strict=True)
        writer.writerows([key, smiles, f"{value:.6f}"] for key, smiles, value in rows)


def read_graphs(smiles: list[str]) -> GraphArrays:
    """Return the molecules' graphs as the product reads them."""
    graphs = []
    for text in smiles:
        read = standardize(text, "smiles")
        graph = read if isinstance(read, Failure) else featurize(read.mol)
        if isinstance(graph, Failure):
            raise ValueError(f"{text}: {graph.detail}")
        graphs.append(graph)
    return collect(graphs)


def encoder_sha256() -> str:
    """Return the hash of the pretrained encoder that own assays start from; empty for none."""
    return ""
