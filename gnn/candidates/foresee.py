"""Predicts the results of each event of a campaign with models that did not know them.

Several models predict the same later results: the base as it is, the current model, and each
candidate as it would have been made before the event. So they are compared on equal rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from chem.records.message_text import counted
from chem.records.records import Failure
from gnn.assembly.structures import read_graph
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import DISTANCE
from gnn.bundle.predict import Predictor
from gnn.calibration.domain import environment_bits
from gnn.candidates.candidates import Candidates
from gnn.candidates.own_measured import Result
from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats64, Ints, Report, Strings
from gnn.features.graph_arrays import GraphArrays, collect, take

BASE, CURRENT = "base", "current"
"""The names of the models that are there already."""


class Foreseen(NamedTuple):
    """The predictions of one model for n later results; NaN where it may have known the result."""

    value: Floats64
    low: Floats64
    high: Floats64


class Later(NamedTuple):
    """The n results that can be foreseen: exact, of new compounds, after the first event."""

    task: Strings
    compound: Ints
    """[n] a number for each compound; stereoisomers share one."""
    event: Ints
    """[n] place in time, as of ``Result.event``."""
    measured: Floats64
    models: Mapping[str, Foreseen]
    """By name of the model."""
    not_made: Mapping[str, str]
    """Why a candidate could not be made, by its name."""
    left_out: Mapping[str, int]
    """Results that are not compared, by reason."""

    @property
    def told(self) -> str:
        """A sentence on how many results are compared, and why the others are not."""
        left = ", ".join(f"{count:,} {why}" for why, count in self.left_out.items() if count)
        every = len(self.event) + sum(self.left_out.values())
        counts = f"of {counted(every, 'result')} {len(self.event):,} are compared"
        return f"{counts}; the others: {left}" if left else counts


class _Compounds(NamedTuple):
    """The compounds of all results that can be read."""

    place: dict[str, int]
    graphs: GraphArrays
    bits: Ints
    """[N] a number for each set of environments: stereoisomers share one."""
    seen: Bools
    """[N] compounds that the base was trained on."""


def foresee(
    candidates: Candidates,
    current: Bundle | None,
    known: int,
    results: Sequence[Result],
    progress: Report | None = None,
) -> Later:
    """Predict each event after the first of its task from the results of earlier events.

    Args:
        candidates: The ways to make a candidate of a base.
        current: The campaign's current model; None: the base.
        known: The place in time of the first event that the current model does not know.
        results: All current results of the campaign.
        progress: A callback that is told of each event.
    """
    base = candidates.base
    compounds = _read(base, results)
    rows, left_out = _later(results, compounds, {task.name for task in base.card.tasks})
    found = {name: np.full((3, len(rows)), np.nan) for name in (BASE, CURRENT, *candidates.names)}
    event = np.array([one.event for one in rows], np.int64)
    for number, place in enumerate(np.unique(event)):
        if progress is not None:
            progress("event", number, len(np.unique(event)))
        at = np.flatnonzero(event == place)
        now, earlier = [rows[one] for one in at], [one for one in results if one.event < place]
        made = {BASE: base}
        if place >= known:
            made[CURRENT] = current or base
        for name in candidates.names:
            made[name] = candidates.make(name, earlier)
        for name, bundle in made.items():
            found[name][:, at] = _predict(bundle, now, compounds)
    return Later(
        np.array([one.task for one in rows], dtype=object),
        np.array([compounds.bits[compounds.place[one.smiles]] for one in rows], np.int64),
        event,
        np.array([one.value for one in rows], np.float64),
        {name: Foreseen(*columns) for name, columns in found.items()},
        candidates.not_made,
        left_out,
    )


def _read(base: Bundle, results: Sequence[Result]) -> _Compounds:
    read = {one.smiles: read_graph(one.smiles) for one in results}
    graphs = {text: one.graph for text, one in read.items() if not isinstance(one, Failure)}
    if not graphs:
        raise ModelError("none of the structures of the results can be read")
    arrays = collect(list(graphs.values()))
    _, bits = np.unique(environment_bits(arrays), axis=0, return_inverse=True)
    distance = Predictor([base]).predict(arrays).get(f"{base.card.name}_{DISTANCE}")
    seen = np.zeros(len(graphs), bool) if distance is None else distance == 0
    return _Compounds({text: at for at, text in enumerate(graphs)}, arrays, bits.reshape(-1), seen)


def _later(
    results: Sequence[Result], compounds: _Compounds, tasks: set[str]
) -> tuple[list[Result], Counter[str]]:
    """Return the results that can be foreseen, in order of time, and the others by reason."""
    usable = [one for one in results if one.task in tasks and one.smiles in compounds.place]
    first: dict[str, int] = {}
    known: dict[tuple[str, int], int] = {}
    for one in usable:
        key = one.task, int(compounds.bits[compounds.place[one.smiles]])
        first[one.task] = min(one.event, first.get(one.task, one.event))
        known[key] = min(one.event, known.get(key, one.event))

    def why_not(one: Result) -> str:
        if one.task not in tasks:
            return "of other targets or units"
        if one.smiles not in compounds.place:
            return "of structures that cannot be read"
        place = compounds.place[one.smiles]
        if compounds.seen[place]:
            return "of compounds that the bundle was trained on"
        if one.event == first[one.task]:
            return "of the first event of their target"
        if one.bound:
            return "bounds"
        if one.repeated or known[one.task, int(compounds.bits[place])] < one.event:
            return "of compounds that an earlier event has"
        return ""

    reasons = [why_not(one) for one in results]
    kept = [one for one, why in zip(results, reasons, strict=True) if not why]
    return kept, Counter(filter(None, reasons))


def _predict(bundle: Bundle, rows: Sequence[Result], compounds: _Compounds) -> Floats64:
    """Return float64 [3, n]: value and both ends of the interval."""
    places = np.array([compounds.place[one.smiles] for one in rows], np.int64)
    columns = Predictor([bundle]).predict(take(compounds.graphs, places))
    found = np.empty((3, len(rows)))
    for at, one in enumerate(rows):
        for part, ending in enumerate(("", "_lo", "_hi")):
            found[part, at] = columns[f"{bundle.card.name}_{one.task}{ending}"][at]
    return found
