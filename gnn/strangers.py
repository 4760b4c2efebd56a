"""Presumed inactives of an own assay: compounds unlike any that was measured.

An assay is made of compounds that somebody had a reason to make for its target. A model of these
alone takes every molecule for one of them, and gives an antibiotic the activity of an average
member. So it also learns from strangers: compounds of the shipped toxicity and ADMET bundles that
resemble none of the assay's. What they are presumed to be hangs on what was measured:

- pActivity: at most 5 (10 µM), or the assay's mean where that is lower. Most compounds do not
  reach that on a target that they were not made for.
- per cent inhibition: at most 10 %, and of what remains (viability, residual activity) at least
  90 %; or the assay's mean where that is further from active.
- a class: not active, but for one that stands for a risk: being unlike any measured compound is no
  evidence of safety.
- any other number: nothing is presumed, for its unit does not tell what inactive is.

A presumption is never part of a metric, of the domain or of a neighbour.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from chem.graphs import MolGraph, featurize
from chem.records import Failure
from chem.standardize import standardize
from data.activity import EXACT, LOWER, UPPER
from gnn.assemble import Assembled
from gnn.batch import GraphArrays, collect, join_graphs
from gnn.bundle import SHIPPED
from gnn.domain import Domain
from gnn.measured_file import FILE

SOURCES = ("admet", "toxicity")
"""Shipped bundles whose measured compounds are the strangers: drugs, chemicals and screening
compounds that were not chosen for any one target."""
MOST, LEAST = 300, 300
"""Strangers: as many as the assay has compounds, within these limits."""
NEAREST = 0.7
"""Distance to the assay's nearest compound that a stranger has at least."""
INACTIVE = 5.0
"""pActivity that a stranger is presumed to reach at most."""
NOISE_PERCENT = 10.0
"""Effect, in per cent, that a stranger is presumed to have at most."""
_RISK = re.compile(r"tox|mutagen|carcino|ames|herg|dili|risk|liabilit|irritan", re.IGNORECASE)


class Presumption(NamedTuple):
    """What a stranger is presumed to be on one task."""

    value: float
    bound: int
    """As in :mod:`data.activity`."""


def presumption(task: Mapping[str, Any], mean: float) -> Presumption | None:
    """Return what strangers are presumed to be on a task whose values have a mean; None: nothing.

    >>> presumption({"kind": "regression", "unit": "pActivity"}, 8.6)
    Presumption(value=5.0, bound=-1)
    """
    if task["kind"] == "classification":
        return None if _RISK.search(task["name"]) else Presumption(0.0, EXACT)
    if task["unit"] == "pActivity":
        return Presumption(min(INACTIVE, mean), UPPER)
    if task["unit"] == "%" and task.get("direction") == "down":
        return Presumption(max(100 - NOISE_PERCENT, mean), LOWER)
    if task["unit"] == "%":
        return Presumption(min(NOISE_PERCENT, mean), UPPER)
    return None


def add_strangers(assembled: Assembled, seed: int = 0) -> Assembled:
    """Return an assay's training set with strangers in it, which every member trains on."""
    data = assembled.data
    known = data.measured & (data.parts != "test").any(axis=0)[:, None]
    found = [
        presumption(task, float(data.values[known[:, at], at].mean()))
        for at, task in enumerate(data.tasks)
        if known[:, at].any()
    ]
    if len(found) < len(data.tasks):
        return assembled  # a task without a value is refused later on
    unknown = [task["name"] for task, one in zip(data.tasks, found, strict=True) if one is None]
    notes = [*assembled.notes]
    if unknown:
        notes.append(
            f"nothing is presumed of compounds far from the assay on {', '.join(unknown)}: they "
            "are drawn towards its mean, with a wide interval"
        )
    if not any(found):
        nobody = np.zeros(len(data.values), bool)
        return assembled._replace(data=replace(data, presumed=nobody), notes=notes)
    count = int(np.clip(known.any(axis=1).sum(), LEAST, MOST))
    smiles, graphs = _draw(data.graphs, count, np.random.default_rng(seed))
    values = [np.nan if one is None else one.value for one in found]
    bounds = [EXACT if one is None else one.bound for one in found]
    shape = (len(smiles), 1)
    more = replace(
        data,
        graphs=join_graphs(data.graphs, graphs),
        values=np.concatenate([data.values, np.tile(np.float32(values), shape)]),
        bounds=np.concatenate([data.bounds, np.tile(np.int8(bounds), shape)]),
        parts=np.concatenate(
            [data.parts, np.full((len(data.parts), len(smiles)), "fit", data.parts.dtype)], axis=1
        ),
        presumed=np.arange(len(data.values) + len(smiles)) >= len(data.values),
    )
    told = ", ".join(
        f"{task['name']} {_tell(one)}"
        for task, one in zip(data.tasks, found, strict=True)
        if one is not None
    )
    note = (
        f"{len(smiles)} compounds unlike any of the assay are presumed inactive ({told}), so that "
        "molecules far from the assay are not taken for its average"
    )
    return Assembled(more, [*assembled.smiles, *smiles], [*notes, note])


def _tell(found: Presumption) -> str:
    sign = {EXACT: "", UPPER: "at most ", LOWER: "at least "}[found.bound]
    return f"{sign}{found.value:.3g}"


def _draw(
    own: GraphArrays, count: int, generator: np.random.Generator
) -> tuple[list[str], GraphArrays]:
    """Draw shipped compounds that are far from all of an assay's; their SMILES and graphs."""
    pool = sorted(
        {
            str(smiles)
            for name in SOURCES
            for smiles in pq.read_table(SHIPPED / name / FILE, columns=["smiles"])[
                "smiles"
            ].to_pylist()
        }
    )
    drawn = [pool[at] for at in generator.permutation(len(pool))[: 3 * count]]
    smiles: list[str] = []
    graphs: list[MolGraph] = []
    for text in drawn:
        read = standardize(text, "smiles")
        graph = read if isinstance(read, Failure) else featurize(read.mol)
        if not isinstance(read, Failure) and not isinstance(graph, Failure):
            smiles.append(read.smiles)
            graphs.append(graph)
    arrays = collect(graphs)
    far = np.flatnonzero(Domain.of(own).distance(arrays) >= NEAREST)[:count]
    return [smiles[at] for at in far], collect([graphs[at] for at in far])
