"""Adds presumed inactives to an own assay: compounds unlike any that was measured.

An assay contains compounds that a chemist had a reason to make for its target. A model of these
alone treats every molecule like one of them, and gives an antibiotic the activity of an average
member. So it also learns from strangers: compounds of the shipped toxicity and ADMET bundles that
resemble none of the assay's. The presumption about them depends on the measured quantity:

- a risk, such as hERG, cytotoxicity or Ames, whether a class or a number: nothing. Being unlike
  any measured compound is no evidence of safety.
- pActivity: at most 5 (10 µM), or the assay's mean if that is lower. Most compounds do not reach
  that on a target for which they were not made.
- per cent of an effect, such as inhibition, activation or lysis: at most 10 %; per cent of a
  remainder (viability, residual activity, growth, per cent of control): at least 90 %; or the
  assay's mean if that is further from active. The words are those by which assays are read
  (:mod:`data.assay.headers.words`).
- a class: not active.
- any other number or percentage: nothing, because it does not show what inactive is.

If nothing is presumed, the interval far from the assay is as wide as nearly all of the assay's
values (for a class, the prediction goes to its share of positives).

A presumption is never part of a metric, of the domain or of a neighbour.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from chem.records.message_text import counted
from chem.records.records import Failure
from data.activities.activity import EXACT, LOWER, UPPER
from data.assay.headers import words as W
from data.assay.headers.headers import understand
from data.assay.headers.spelling import clean
from gnn.assembly.assemble import Assembled
from gnn.assembly.structures import read_graph
from gnn.bundle.find_bundle import SHIPPED
from gnn.bundle.measured_compounds import FILE
from gnn.calibration.domain import Domain
from gnn.features.graph_arrays import GraphArrays, collect, join_graphs, take

SOURCES = ("admet", "toxicity")
"""Shipped bundles whose measured compounds are the strangers: drugs, chemicals and screening
compounds that were not chosen for any one target."""
COUNT = 100
"""Number of strangers, or fewer if the shipped compounds have no more. Three times as many, or only
very strange ones, cost accuracy on compounds that are somewhat like the assay's."""
NEAREST = 0.75
"""Least distance of a stranger to the assay's nearest compound."""
INACTIVE = 5.0
"""pActivity that a stranger is presumed to reach at most."""
NOISE_PERCENT = 10.0
"""Effect, in per cent, that a stranger is presumed to have at most."""
_ACTIVITY = {"activity", "act"}
_STROKE = re.compile(r"(?<![^\W_])T_C(?![^\W_])", re.IGNORECASE)
"""T/C in the spelling of task names."""
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")


class Presumption(NamedTuple):
    """The presumed value of a stranger on one task."""

    value: float
    bound: int
    """As in :mod:`data.activities.activity`."""


def presumption(task: Mapping[str, Any], mean: float) -> Presumption | None:
    """Return the presumption about strangers on a task with this mean; None if there is none.

    >>> presumption({"name": "pKi", "kind": "regression", "unit": "pActivity"}, 8.6)
    Presumption(value=5.0, bound=-1)
    """
    name, up = task["name"], task.get("direction", "up") == "up"
    if is_risk(name) or task.get("scale") == "log10":
        return None  # a time or a rate has no value that means "inactive"
    if task["kind"] == "classification":
        return Presumption(0.0, EXACT)
    if task["unit"] == "pActivity":
        return Presumption(min(INACTIVE, mean), UPPER)
    if task["unit"] != "%":
        return None
    word = _effect(name)
    if not up and word in W.LEFT | W.LEFT_OF | _ACTIVITY:
        return Presumption(max(100 - NOISE_PERCENT, mean), LOWER)
    if up and word in W.LOSS | W.GAIN | _ACTIVITY:
        return Presumption(min(NOISE_PERCENT, mean), UPPER)
    return None


def is_risk(name: str) -> bool:
    """Tell whether a task's name is that of a risk.

    >>> is_risk("hERG_inhibition_at_30_uM"), is_risk("frames")
    (True, False)
    """
    return any(map(W.RISK.fullmatch, _WORD.findall(name.lower()))) or any(
        map(W.RISK.fullmatch, _WORD.findall(clean(name).lower()))  # CamelCase
    )


def _effect(name: str) -> str:
    """Return the word for an effect in per cent in a task's name, or an empty text."""
    header = understand(f"{_STROKE.sub('T/C', name)} (%)")
    known = header.role == "value" and header.kind == "percent"
    # The user settled doubts about the header before training; but per cent of an activity alone
    # shows whether more or less of it is inactive.
    return header.quantity if known and (not header.doubt or header.quantity in _ACTIVITY) else ""


def add_strangers(assembled: Assembled, seed: int = 0) -> Assembled:
    """Return an assay's training set with strangers added, on which every member trains."""
    data = assembled.data
    known = data.is_measured & (data.roles != "test").any(axis=0)[:, None]
    if not known.any(axis=0).all():
        return assembled  # fitting refuses a task without a value
    found = [
        presumption(task, float(data.values[known[:, at], at].mean()))
        for at, task in enumerate(data.tasks)
    ]
    smiles: list[str] = []
    if any(found):
        smiles, graphs = _draw(data.graphs, COUNT, np.random.default_rng(seed))
    if not smiles:
        none_presumed = np.zeros(len(data.values), bool)
        notes = [*assembled.notes, _nothing([task["name"] for task in data.tasks])]
        return assembled._replace(data=replace(data, presumed=none_presumed), notes=notes)
    values = np.array([np.nan if one is None else one.value for one in found], np.float32)
    bounds = np.array([EXACT if one is None else one.bound for one in found], np.int8)
    roles = np.full((len(data.roles), len(smiles)), "fit", data.roles.dtype)
    more = replace(
        data,
        graphs=join_graphs([data.graphs, graphs]),
        values=np.concatenate([data.values, np.tile(values, (len(smiles), 1))]),
        bounds=np.concatenate([data.bounds, np.tile(bounds, (len(smiles), 1))]),
        roles=np.concatenate([data.roles, roles], axis=1),
        presumed=np.arange(len(data.values) + len(smiles)) >= len(data.values),
    )
    pairs = list(zip((task["name"] for task in data.tasks), found, strict=True))
    told = ", ".join(f"{name} {_tell(one)}" for name, one in pairs if one is not None)
    notes = [
        *assembled.notes,
        f"{counted(len(smiles), 'compound')} unlike any of the assay presumed inactive ({told}), "
        "so that molecules far from the assay are not taken for its average",
    ]
    if None in found:
        notes.append(_nothing([name for name, one in pairs if one is None]))
    return Assembled(more, [*assembled.smiles, *smiles], notes)


def _tell(found: Presumption) -> str:
    sign = {EXACT: "", UPPER: "at most ", LOWER: "at least "}[found.bound]
    return f"{sign}{found.value:.3g}"


def _nothing(names: Sequence[str]) -> str:
    return (
        f"nothing is presumed of molecules far from the assay on {', '.join(names)}: their "
        "predictions go to its mean, with a wide interval"
    )


def _pool() -> list[str]:
    """Return the standardized SMILES of the shipped compounds, each once."""
    files = [SHIPPED / name / FILE for name in SOURCES]
    tables = [pq.read_table(file, columns=["smiles"]) for file in files if file.is_file()]
    return sorted({smiles for table in tables for smiles in table["smiles"].to_pylist()})


def _draw(
    own: GraphArrays, count: int, generator: np.random.Generator
) -> tuple[list[str], GraphArrays]:
    """Draw shipped compounds that are far from all of an assay's; return SMILES and graphs."""
    pool = _pool()
    drawn = [read_graph(pool[at]) for at in generator.permutation(len(pool))[: 3 * count]]
    read = [one for one in drawn if not isinstance(one, Failure)]
    graphs = collect([one.graph for one in read])
    far = np.flatnonzero(Domain.of(own).distance(graphs) >= NEAREST)[:count]
    return [read[at].standard.smiles for at in far], take(graphs, far)
