"""Hides known actives in a library of lead-like molecules, and counts those at the top.

The actives of a target are molecules with a pActivity of 7 or more on which the model was not
trained. They are hidden among 500 times as many lead-like molecules of ZINC, and all are ranked by
the predicted pActivity. ZINC's molecules are taken to be inactive, although a few will not be. They
are smaller than most kinase inhibitors, so there are two controls: a ranking by the number of heavy
atoms instead of the model, and the AUROC of the actives against molecules of similar size that were
measured to be inactive on the same target.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.records.message_text import counted
from data.activities.activity import EXACT
from data.public_sets.presumed import molecules_of
from flows.model_benchmark.held_out import HeldOut, measure_held_out
from flows.model_benchmark.kinase_metrics import MetricEstimate, average
from flows.model_benchmark.predicting import open_bundle, predict_smiles
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.evaluation.metrics import auroc

Floats = npt.NDArray[np.float64]
ACTIVE = 7.0
"""The pActivity from which a molecule is active: 100 nM or better."""
INACTIVE = 6.0
"""The pActivity below which a molecule is inactive; values from 6 to 7 count for neither."""
RATIO = 500
"""The number of decoys for each active."""
LEAST = 10
"""The least number of actives of a target."""
TOPS = (0.01, 0.05)
"""The shares of the ranked list whose enrichment is reported."""
BAR = 0.5
"""The share of the actives that should be exceeded in the top 1 %."""
ROUNDS = 100
_PIECE = 2000


class Ranked(NamedTuple):
    """The results of one target."""

    target: str
    actives: int
    found: dict[float, MetricEstimate]
    """The share of the actives in each top share of the list, with a 95 % interval."""
    enrichment: dict[float, float]
    """The ratio of that share to the one by chance, by top share."""
    by_size: float = float("nan")
    """The share of the actives in the top 1 % if ranked by heavy atoms instead of the model."""
    auroc: float = float("nan")
    """The AUROC of the actives against held-out molecules measured below 6; NaN if they are few."""


def rank_targets(
    bundle_name: str, targets: Sequence[str], decoys: int, seed: int, report: Report
) -> list[Ranked]:
    """Rank the actives of each target; if none is named, of every target with at least ten.

    Raises:
        InputError: The held-out rows are not available, or a target is unknown or has too few
            actives.
    """
    report("predicting the held-out actives", 0, None)
    held, problem = measure_held_out(bundle_name)
    panel = next((one for one in held if one.set == "kinase200"), None)
    if panel is None:
        raise InputError(f"no held-out actives: {problem or bundle_name + ' has no kinase panel'}")
    chosen = choose_targets(panel, targets)
    bundle = open_bundle(bundle_name)
    drawn = molecules_of("zinc_leadlike", decoys, np.random.default_rng(seed))
    scores: dict[str, list[Floats]] = {name: [] for name in chosen}
    sizes: list[Floats] = []
    for start in range(0, len(drawn), _PIECE):
        report("predicting the decoys", start, len(drawn))
        found = predict_smiles(bundle, drawn[start : start + _PIECE])
        new = found.columns.get("distance", np.ones(len(found.rows), np.float32)) > 0
        sizes.append(found.atoms[new].astype(np.float64))
        for name in chosen:
            scores[name].append(found.columns[name][new].astype(np.float64))
    ranked = []
    for name, rows in chosen.items():
        actives = panel.predictions.atoms[rows].astype(np.float64)
        size = rank(name, actives, np.concatenate(sizes), seed).found[TOPS[0]].value
        found_now = rank(name, panel.column(name)[rows], np.concatenate(scores[name]), seed)
        ranked.append(found_now._replace(by_size=size, auroc=_against_measured(panel, name, rows)))
    return ranked


def _against_measured(panel: HeldOut, name: str, actives: npt.NDArray[np.int64]) -> float:
    column = [task.name for task in panel.table.tasks].index(name)
    values, bounds = panel.table.values[:, column], panel.table.bounds[:, column]
    others = np.flatnonzero((values < INACTIVE) & (bounds <= EXACT))
    if len(others) < LEAST:
        return float("nan")
    truth = np.repeat([1.0, 0.0], [len(actives), len(others)])
    return auroc(truth, panel.column(name)[np.concatenate([actives, others])])


def choose_targets(panel: HeldOut, names: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
    """Return the rows of the held-out actives of each target."""
    actives = {
        task.name: np.flatnonzero(
            (panel.table.values[:, column] >= ACTIVE) & (panel.table.bounds[:, column] >= EXACT)
        )
        for column, task in enumerate(panel.table.tasks)
    }
    enough = {name: rows for name, rows in actives.items() if len(rows) >= LEAST}
    for name in names:
        if name not in actives:
            raise InputError(
                f"target {name!r} is not in the panel; choose from {', '.join(enough)}"
            )
        if name not in enough:
            raise InputError(
                f"target {name} has {len(actives[name])} held-out actives, but at least {LEAST} "
                f"are needed; choose from {', '.join(enough)}"
            )
    return {name: enough[name] for name in names or enough}


def rank(target: str, actives: Floats, decoys: Floats, seed: int = 0) -> Ranked:
    """Hide actives among decoys many times, and count those at the top.

    Each round draws actives [n] with replacement, at most as many as there are decoys for, and 500
    times as many decoys. In a tie the decoy comes first. The interval is from the 2.5th to the
    97.5th percentile of the rounds.
    """
    count = min(len(actives), len(decoys) // RATIO)
    if not count:
        raise InputError(
            f"{len(decoys)} decoys, but {RATIO} are needed for an active; ask for more --decoys"
        )
    generator = np.random.default_rng(seed)
    shares: dict[float, list[float]] = {top: [] for top in TOPS}
    for _ in range(ROUNDS):
        mine = generator.choice(actives, count)
        others = np.sort(generator.choice(decoys, count * RATIO, replace=False))
        better = len(others) - np.searchsorted(others, mine, side="left")  # decoys win ties
        ahead = better + np.argsort(np.argsort(-mine, kind="stable"))
        for top in TOPS:
            shares[top].append(float((ahead < int(top * (len(others) + count))).mean()))
    found = {}
    for top, many in shares.items():
        low, high = np.percentile(many, [2.5, 97.5])
        mean = float(np.mean(many))
        found[top] = MetricEstimate(mean, float(low), float(high), f"{count} at a time")
    return Ranked(target, len(actives), found, {top: one.value / top for top, one in found.items()})


def table(rows: Sequence[Ranked]) -> tuple[list[str], list[list[str]]]:
    """Return headers and lines: one line for each target, then the mean."""
    headers = ["target", "actives"]
    headers += [f"in top {top:.0%}" for top in TOPS] + [f"enrichment {top:.0%}" for top in TOPS]
    headers += [f"in top {TOPS[0]:.0%} by size alone", "AUROC among measured"]
    lines = [
        [row.target, f"{row.actives}"]
        + [_share(row.found[top]) for top in TOPS]
        + [f"{row.enrichment[top]:.1f}" for top in TOPS]
        + [f"{row.by_size:.2f}", "" if np.isnan(row.auroc) else f"{row.auroc:.2f}"]
        for row in rows
    ]
    mean = {top: overall(rows, top) for top in TOPS}
    known = [row.auroc for row in rows if not np.isnan(row.auroc)]
    lines.append(
        [f"mean of {len(rows)}", f"{sum(row.actives for row in rows)}"]
        + [_share(mean[top]) for top in TOPS]
        + [f"{mean[top].value / top:.1f}" for top in TOPS]
        + [f"{np.mean([row.by_size for row in rows]):.2f}"]
        + [f"{np.mean(known):.2f}" if known else ""]
    )
    return headers, lines


def overall(rows: Sequence[Ranked], top: float) -> MetricEstimate:
    """Return the mean over targets, with a bootstrap interval over them."""
    return average([row.found[top].value for row in rows], counted(len(rows), "target"))


def remarks(rows: Sequence[Ranked]) -> list[str]:
    """Return the remarks below the table, one line each."""
    mean = overall(rows, TOPS[0])
    alone = sum(row.found[TOPS[0]].value > BAR for row in rows)
    return [
        f"in the top 1 %, mean of {counted(len(rows), 'target')}: {mean.value:.2f} of the actives "
        f"(95 % interval over targets {mean.low:.2f} to {mean.high:.2f}); bar: more than {BAR}, "
        f"{'met' if mean.value > BAR else 'not met'}; {counted(alone, 'target')} above it",
        f"a target's interval: {RATIO} decoys for each active, actives and decoys drawn again",
        "ZINC's molecules count as inactive; similar ones were presumed inactive in the training",
        "by size alone: ranked by heavy atoms, which shows how much the decoys' size gives away",
        "among measured: actives against held-out molecules measured below 6 on the target",
    ]


def write_ranking(file: Path, rows: Sequence[Ranked]) -> None:
    """Write the table as CSV."""
    write_csv(file, *table(rows))


def _share(one: MetricEstimate) -> str:
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"
