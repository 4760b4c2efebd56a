"""Predicts the approved drugs with a bundle, for the quantiles in its card.

The quantiles say how a prediction compares with those for drugs. They do not say how good it is:
the drugs include training compounds, and drugs outside the domain.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from chem.features.graphs import MolGraph, featurizer_spec
from chem.records.message_text import counted
from chem.records.records import Failure
from data.catalogue.catalogue import dataset
from data.public_sets.presumed import molecules_of
from gnn.assembly.structures import read_graph
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.predict import Predictor
from gnn.card.card import Card, DrugReference
from gnn.errors import ModelError
from gnn.features.array_types import Floats, Report
from gnn.features.graph_arrays import GraphArrays, collect

LIBRARY = "approved_drugs"
SHARES = tuple(step / 20 for step in range(21))
"""The shares of the drugs below each quantile: 0, 0.05, … 1."""
_FIGURES = 4


class Drugs(NamedTuple):
    """The approved drugs, ready to be predicted."""

    graphs: GraphArrays
    """Each distinct compound once, standardized."""
    reference: DrugReference


def read_drugs(report: Report | None = None) -> Drugs:
    """Fetch the approved drugs of the catalogue, standardize and featurize them.

    Raises:
        InputError: The library cannot be had.
        ModelError: Not one drug can be read.
    """
    entry = dataset(LIBRARY)
    structures = molecules_of(LIBRARY, entry.rows, np.random.default_rng(0))
    found: dict[str, MolGraph] = {}
    for done, text in enumerate(structures):
        read = read_graph(text)
        if not isinstance(read, Failure):
            found.setdefault(read.standard.smiles, read.graph)
        if report is not None and done % 100 == 0:
            report("approved drugs", done, len(structures))
    if not found:
        raise ModelError(
            f"found no readable structure among {counted(len(structures), 'row')} of {LIBRARY}, "
            "expected drugs; fetch it again with `hitlist data fetch`"
        )
    reference = DrugReference(
        library=LIBRARY, sha256=entry.sha256, rows=len(structures), drugs=len(found)
    )
    return Drugs(collect(list(found.values())), reference)


def compared_with_drugs(bundle: Bundle, drugs: Drugs) -> Card:
    """Return the card of a bundle with the quantiles of its predictions for the drugs.

    Predictions are made in float32 on every machine, so that the card does not depend on it.
    """
    card = bundle.card
    columns = Predictor([bundle], bfloat16=False).predict(drugs.graphs)
    tasks = tuple(
        task.model_copy(update={"drug_quantiles": quantiles(columns[f"{card.name}_{task.name}"])})
        for task in card.tasks
    )
    return card.model_copy(update={"tasks": tasks, "drugs": drugs.reference})


def quantiles(values: Floats) -> tuple[float, ...]:
    """Return the quantiles of values [n] at :data:`SHARES`, n > 0, with four significant figures.

    >>> quantiles(np.arange(101.0))[:3]
    (0.0, 5.0, 10.0)
    """
    found = np.quantile(values.astype(np.float64), SHARES)
    return tuple(float(f"{number:.{_FIGURES}g}") for number in found)


def add_drug_quantiles(folder: Path, drugs: Drugs | None = None) -> Card:
    """Fill in the quantiles in the card of a bundle that exists; the weights stay as they are.

    The hash of the bundle changes with its card, so a signature of it must be made again.

    Args:
        folder: The folder of the bundle.
        drugs: The drugs; by default they are read.

    Raises:
        InputError: The library cannot be had.
        ModelError: The bundle cannot be read, or its card cannot be written.
    """
    bundle = load_bundle(folder, featurizer_spec()["hash"], surrogate=False)
    card = compared_with_drugs(bundle, drugs or read_drugs())
    write_card(folder, card)
    return card
