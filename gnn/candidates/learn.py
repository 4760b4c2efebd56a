"""Adds a campaign's own results to a bundle, so that they move its predictions. Trains nothing.

The results are kept as errors of the bundle's own predictions. Those of later events are predicted
from the results of earlier ones as well, and the card tells whether that was better.
"""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from chem.disk.files import make_folder
from chem.features.graphs import MolGraph
from chem.records.records import Failure
from gnn.assembly.structures import read_graph
from gnn.bundle.bundle import Bundle, write_card
from gnn.bundle.column_names import DISTANCE
from gnn.bundle.measured_compounds import copy_measured_compounds
from gnn.bundle.own_results import FILE, MOST_RESULTS, check_together, save_own_results
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate import FILE as SURROGATE
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.calibration.domain import environment_bits
from gnn.calibration.shared_error import similarities
from gnn.candidates.own_measured import Result, with_own_results
from gnn.card.card import Card
from gnn.card.domain_card import SharedErrorCard
from gnn.card.results_card import OwnResultsCard, TaskResultsCard
from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats32, Floats64, Ints
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.updating.moved_tasks import OwnResults, TaskResults
from gnn.updating.own_intervals import OwnIntervals
from gnn.updating.series_offset import SeriesOffset

TRAINED_ON = "of compounds that the model saw, on this target or another"
UNREADABLE = "of structures that cannot be read"
OTHER_TASK = "of other targets or units"


class _Rows(NamedTuple):
    """The n results on one task that can be used."""

    compounds: Ints
    event: Ints
    error: Floats64
    """[n] measured less predicted, in standard deviations."""
    deviation: Floats64
    exact: Bools


class Learned(NamedTuple):
    """What the results of a campaign say about the predictions of a bundle."""

    results: OwnResults
    tasks: dict[str, TaskResultsCard]
    left_out: dict[str, int]
    """Results that move nothing, by reason."""
    given: tuple[Result, ...]
    """All results."""


def learn_results(base: Bundle, results: Sequence[Result]) -> Learned:
    """Compare results with the bundle's own predictions, and predict each event from earlier ones.

    Args:
        base: The bundle. Results that it already has are not used.
        results: All current results of the campaign, in order of time.

    Raises:
        ModelError: The bundle does not know how its errors go together, no result can be used, or
            there are too many compounds.
    """
    try:
        together = check_together(base.card)
    except ValueError as error:
        raise ModelError(
            f"results cannot move the predictions of bundle {base.path}: {error}; train it with "
            "this version of hitlist"
        ) from None
    left_out: Counter[str] = Counter()
    names = {task.name for task in base.card.tasks if task.is_linear}
    graphs = _read(results, names, left_out)
    usable = sum(one.task in names and one.smiles in graphs for one in results)
    if usable > MOST_RESULTS:
        raise ModelError(
            f"{usable:,} results, at most {MOST_RESULTS:,} can move predictions; train the model "
            "again with them"
        )
    tasks: dict[str, TaskResults] = {}
    cards: dict[str, TaskResultsCard] = {}
    bits = np.zeros((0, 128), np.uint8)
    if graphs:
        arrays = collect(list(graphs.values()))
        bits = environment_bits(arrays)
        predicted = _Predicted.of(base, list(graphs), arrays)
        likeness = torch.from_numpy(similarities(bits))
        for name in sorted({one.task for one in results} & names):
            mine = [one for one in results if one.task == name and one.smiles in graphs]
            rows = _rows(mine, predicted, left_out)
            if len(rows.error):
                tasks[name], cards[name] = _foresee(rows, likeness, together)
    if not tasks:
        raise ModelError(f"no result can move predictions ({_told(left_out)})")
    return Learned(OwnResults(bits, tasks), cards, dict(left_out), tuple(results))


def write_learned(base: Bundle, learned: Learned, campaign: str, out: Path) -> Card:
    """Write a copy of a bundle whose predictions follow the results; return its card.

    Its measured compounds are those of the bundle and those of the results.
    campaign: the hash of the last line of the campaign's log. Raises ModelError if ``out`` is not
    a new or empty folder.
    """
    measured = base.measured_compounds  # before anything is written: its file may be damaged
    _copy(base, out)
    digest = save_own_results(out, learned.results)
    before = base.card.own_results
    own = OwnResultsCard(
        sha256=digest,
        base=before.base if before is not None else base.sha256,
        campaign=campaign,
        compounds=len(learned.results.bits),
        tasks=learned.tasks,
        left_out=learned.left_out,
    )
    card = base.card.model_copy(update={"own_results": own})
    write_card(out, card)
    if measured is not None:
        together = with_own_results(measured, learned.given)
        copy_measured_compounds(together, base.path, out, card)
    return card


class _Predicted(NamedTuple):
    """The bundle's own predictions of N compounds."""

    base: Bundle
    place: dict[str, int]
    """Of each compound, by SMILES."""
    columns: dict[str, Floats32]
    seen: Bools
    """[N] compounds that it was trained on."""

    @staticmethod
    def of(base: Bundle, smiles: Sequence[str], graphs: GraphArrays) -> "_Predicted":
        plain = Bundle(base.path, base.card, base.networks, base.domain, base.kernel)
        columns = Predictor([plain]).predict(graphs)
        distance = columns.get(f"{base.card.name}_{DISTANCE}")
        seen = np.zeros(len(smiles), bool) if distance is None else distance == 0
        return _Predicted(base, {one: at for at, one in enumerate(smiles)}, columns, seen)

    def column(self, task: str, ending: str) -> Floats64:
        return self.columns[f"{self.base.card.name}_{task}{ending}"].astype(np.float64)


def _read(
    results: Sequence[Result], names: set[str], left_out: Counter[str]
) -> dict[str, MolGraph]:
    """Return the graphs of the compounds with usable results, by SMILES as given."""
    found: dict[str, MolGraph | None] = {}
    for one in results:
        if one.task not in names:
            left_out[OTHER_TASK] += 1
            continue
        if one.smiles not in found:
            read = read_graph(one.smiles)
            found[one.smiles] = None if isinstance(read, Failure) else read.graph
        left_out[UNREADABLE] += found[one.smiles] is None
    return {smiles: graph for smiles, graph in found.items() if graph is not None}


def _rows(results: Sequence[Result], predicted: _Predicted, left_out: Counter[str]) -> _Rows:
    """Return the results on one task as errors; leave out those that say nothing new."""
    task = results[0].task if results else ""
    at = np.array([predicted.place[one.smiles] for one in results], np.int64)
    if not len(at):
        return _Rows(at, at, np.zeros(0), np.zeros(0), np.zeros(0, bool))
    value, low, high = (predicted.column(task, ending)[at] for ending in ("", "_lo", "_hi"))
    bound = np.array([one.bound for one in results])
    difference = np.array([one.value for one in results], np.float64) - value
    seen = predicted.seen[at]
    # A bound that the prediction respects says that the prediction may be right. Without such rows,
    # only the compounds that disagree would be left.
    difference[(bound != 0) & (difference * bound <= 0)] = 0
    left_out[TRAINED_ON] += int(seen.sum())
    kept = ~seen
    deviation = np.maximum((high - low) / INTERVAL_STDS, 1e-6)
    event = np.array([one.event for one in results], np.int64)
    error = difference / deviation
    return _Rows(at[kept], event[kept], error[kept], deviation[kept], bound[kept] == 0)


def _foresee(
    rows: _Rows, likeness: torch.Tensor, together: SharedErrorCard
) -> tuple[TaskResults, TaskResultsCard]:
    """Predict each event from the earlier ones; return the results and how good that was."""
    curve = (together.similarities, together.series)
    among = likeness[rows.compounds][:, rows.compounds]
    exact = rows.exact.astype(np.float64)
    left, after = rows.error.copy(), rows.error.copy()
    inside = np.abs(rows.error) <= NORMAL_90
    inside_before = inside.copy()
    later = np.zeros(len(rows.error), bool)
    events = np.unique(rows.event)
    place = np.searchsorted(events, rows.event).astype(np.float64)
    for number in range(1, len(events)):
        now, past = np.flatnonzero(place == number), np.flatnonzero(place < number)
        alike = among[now][:, past]
        error = torch.from_numpy(rows.error[past])
        offset, narrowed = (
            part.numpy() for part in SeriesOffset(error, among[past][:, past], *curve).move(alike)
        )
        after[now] = rows.error[now] - offset
        left[now] = after[now] / narrowed
        known = (left[past], number - 1 - place[past], exact[past])
        factor = OwnIntervals(*map(torch.from_numpy, known)).factors(alike)
        inside[now] = np.abs(left[now]) <= NORMAL_90 * factor.numpy()
        # A compound that was measured before would show nothing about others.
        later[now] = rows.exact[now] & (alike.numpy() < 1).all(axis=1)
    known_later = bool(later.any())

    def rmse(errors: Floats64) -> float | None:
        found = np.sqrt(np.mean((errors * rows.deviation)[later] ** 2)) if known_later else None
        return None if found is None else round(float(found), 4)

    card = TaskResultsCard(
        results=len(rows.error),
        events=len(events),
        foreseen=int(later.sum()),
        rmse_before=rmse(rows.error),
        rmse=rmse(after),
        coverage_before=round(float(inside_before[later].mean()), 4) if known_later else None,
        coverage=round(float(inside[later].mean()), 4) if known_later else None,
    )
    return TaskResults(rows.compounds, rows.error, len(events) - 1 - place, left, exact), card


def _copy(base: Bundle, out: Path) -> None:
    """Copy the files of a bundle but for its card and the results that it may have."""
    make_folder(out)
    if any(out.iterdir()):
        raise ModelError(f"{out} is not empty; name another folder with --out")
    # A surrogate is fitted to the predictions without results, and moved like them.
    for name in ("weights.safetensors", SURROGATE):
        if (base.path / name).is_file():
            shutil.copyfile(base.path / name, out / name)
    assert FILE not in {path.name for path in out.iterdir()}


def _told(left_out: Counter[str]) -> str:
    return (
        ", ".join(f"{count:,}: {why}" for why, count in left_out.items() if count) or "none given"
    )
