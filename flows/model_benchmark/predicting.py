"""Predictions of a bundle for SMILES, made as in a screen."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.graphs import MolGraph, featurize, featurizer_spec
from chem.records.records import Failure
from chem.structure.standardize import standardize
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import collect


class Predictions(NamedTuple):
    """A bundle's predictions for the readable molecules."""

    rows: npt.NDArray[np.int64]
    """[M] positions of the readable molecules."""
    smiles: list[str]
    """[M] standardized SMILES."""
    atoms: npt.NDArray[np.int64]
    """[M] numbers of heavy atoms."""
    columns: dict[str, npt.NDArray[np.float32]]
    """Column to predictions [M]; names without the bundle's prefix."""


def open_bundle(name: str) -> Bundle:
    """Load a shipped bundle by its name, or a bundle from its folder."""
    return load_bundle(find_bundle(name), featurizer_spec()["hash"])


def predict_smiles(bundle: Bundle, smiles: Sequence[str]) -> Predictions:
    """Standardize, featurize and predict. Unreadable molecules are omitted."""
    rows, texts, graphs = read_graphs(smiles)
    columns = Predictor([bundle]).predict(collect(graphs)) if graphs else {}
    prefix = f"{bundle.card.name}_"
    return Predictions(
        rows,
        texts,
        np.array([len(graph.atoms) for graph in graphs], dtype=np.int64),
        {name.removeprefix(prefix): found for name, found in columns.items()},
    )


def read_graphs(
    smiles: Sequence[str],
) -> tuple[npt.NDArray[np.int64], list[str], list[MolGraph]]:
    """Return positions, standardized SMILES and graphs of the readable molecules."""
    rows: list[int] = []
    texts: list[str] = []
    graphs: list[MolGraph] = []
    for at, text in enumerate(smiles):
        read = standardize(text, "smiles")
        if isinstance(read, Failure):
            continue
        graph = featurize(read.mol)
        if not isinstance(graph, Failure):
            rows.append(at)
            texts.append(read.smiles)
            graphs.append(graph)
    return np.array(rows, dtype=np.int64), texts, graphs
