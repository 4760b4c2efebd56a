"""Known actives hidden in a library of lead-like molecules: how many a model brings to the top.

For each primary target: molecules with a pActivity of 7 or more on it, none of which the model was
trained on, hidden among 500 times as many lead-like molecules of ZINC, ranked by the predicted
pActivity. ZINC's molecules are taken to be inactive; a few will not be. They are smaller than most
kinase inhibitors, so two controls stand beside: the same with the number of heavy atoms in the
place of the model, and the AUROC of the actives against molecules measured to be inactive on the
same target, which are as large.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.records.text import counted
from data.activities.activity import EXACT
from data.public_sets.presumed import molecules_of
from flows.model_benchmark.held_out import HeldOut, measure_held_out
from flows.model_benchmark.kinases import MetricEstimate, average
from flows.model_benchmark.predicting import open_bundle, predict_smiles
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.evaluation.metrics import auroc

Floats = npt.NDArray[np.float64]
ACTIVE = 7.0
"""pActivity from which a molecule is an active: 100 nM or better."""
INACTIVE = 6.0
"""Measured below this, a molecule is none: the band up to 7 counts for neither."""
RATIO = 500
"""Decoys to an active."""
LEAST = 10
"""Actives that a target needs."""
TOPS = (0.01, 0.05)
"""Shares of the ranked list whose enrichment is told."""
BAR = 0.5
"""More than this share of the actives should be in the top 1 %."""
ROUNDS = 100
_PIECE = 2000


class Ranked(NamedTuple):
    """One target."""

    target: str
    actives: int
    found: dict[float, MetricEstimate]
    """Top share of the list → share of the actives in it, with a 95 % interval."""
    enrichment: dict[float, float]
    """Top share → how many times more actives than by chance."""
    by_size: float = float("nan")
    """Share of the actives in the top 1 % where heavy atoms rank instead of the model."""
    auroc: float = float("nan")
    """Of the actives against held-out molecules measured below 6 on the target; NaN with few."""


def rank_targets(
    bundle_name: str, targets: Sequence[str], decoys: int, seed: int, report: Report
) -> list[Ranked]:
    """Rank the actives of each target; every target with at least ten if none is named.

    Raises:
        InputError: the held-out rows are not here, or a target is unknown or has too few actives.
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
    """Return the held-out actives' rows of each target."""
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
                f"target {name} has {len(actives[name])} held-out actives, at least {LEAST} are "
                f"needed; choose from {', '.join(enough)}"
            )
    return {name: enough[name] for name in names or enough}


def rank(target: str, actives: Floats, decoys: Floats, seed: int = 0) -> Ranked:
    """Hide actives among decoys, many times, and count how many come to the top.

    Each round draws actives [n] (as many as there are decoys for, again with replacement) and 500
    times as many decoys. Ties go to the decoys. The interval is the rounds' 2.5 to 97.5 %.
    """
    count = min(len(actives), len(decoys) // RATIO)
    if not count:
        raise InputError(f"{len(decoys)} decoys for {RATIO} to an active; ask for more --decoys")
    generator = np.random.default_rng(seed)
    shares: dict[float, list[float]] = {top: [] for top in TOPS}
    for _ in range(ROUNDS):
        mine = generator.choice(actives, count)
        others = np.sort(generator.choice(decoys, count * RATIO, replace=False))
        better = len(others) - np.searchsorted(others, mine, side="left")  # ties go to the decoys
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
    """Return headers and lines: a target a line, then the mean."""
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
    """Return what belongs below the table, one line each."""
    mean = overall(rows, TOPS[0])
    alone = sum(row.found[TOPS[0]].value > BAR for row in rows)
    return [
        f"in the top 1 %, mean of {counted(len(rows), 'target')}: {mean.value:.2f} of the actives "
        f"(95 % interval over targets {mean.low:.2f} to {mean.high:.2f}); bar: more than {BAR}, "
        f"{'met' if mean.value > BAR else 'not met'}; {counted(alone, 'target')} alone above it",
        f"a target's interval: {RATIO} decoys to an active, actives and decoys drawn again",
        "ZINC's molecules count as inactive; the model's training presumed some like them to be",
        "by size alone: ranked by heavy atoms, which tells what the decoys' size gives away",
        "among measured: actives against held-out molecules measured below 6 on the target",
    ]


def write_ranking(file: Path, rows: Sequence[Ranked]) -> None:
    """Write the table as CSV."""
    write_csv(file, *table(rows))


def _share(one: MetricEstimate) -> str:
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"
