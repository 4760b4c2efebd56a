"""Makes the table of MoleculeACE: each set, the means, the bars and the published numbers."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.small_assays.moleculeace import TITLES, Row
from benchmarks.small_assays.results import versions
from benchmarks.small_assays.rmse_intervals import Error, average
from chem.records.message_text import counted
from data.catalogue.published_results import published
from data.public_sets.moleculeace import KINASES, set_names
from flows.terminal.tables import write_csv

BARS = {("auto", "all"): 0.605, ("auto", "kinase"): 0.595, ("network", "all"): 0.65}
"""The mean RMSE that a model should not exceed over the 30 sets, or the seven sets of kinases."""


class Mean(NamedTuple):
    """The mean of a model over some sets."""

    over: str
    """``all``, ``kinase``, or ``these`` for another choice."""
    sets: int
    model: str
    rmse: Error | None
    """The mean error; None if a set has no result, because a mean of the others would flatter."""
    cliff: Error | None
    bar: float | None


def means(rows: Sequence[Row], models: Sequence[str]) -> list[Mean]:
    """Average over all sets that were run, and over those of kinases if all seven were run."""
    names = list(dict.fromkeys(row.set for row in rows))
    groups = {"all" if len(names) == len(set_names()) else "these": names}
    if set(KINASES) <= set(names) and len(names) > len(KINASES):
        groups["kinase"] = list(KINASES)
    elif set(KINASES) == set(names):
        groups = {"kinase": names}
    found = []
    for over, group in groups.items():
        for model in models:
            mine = [row for row in rows if row.model == model and row.set in group]
            whole = [row.rmse for row in mine if row.rmse is not None]
            cliffs = [row.cliff for row in mine if row.cliff is not None]
            done = len(whole) == len(group)
            bar = BARS.get((model, over))
            mean = average(whole) if done else None
            found.append(
                Mean(over, len(group), model, mean, average(cliffs) if done else None, bar)
            )
    return found


def table(
    rows: Sequence[Row], models: Sequence[str], cliffs: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Return headers and lines: one for each set, then the means; a diverged fit is FAILED."""
    cells: dict[str, dict[str, str]] = {}
    for row in rows:
        error = row.cliff if cliffs else row.rmse
        cells.setdefault(row.set, {})[row.model] = "FAILED" if error is None else error.text
    lines = [
        [KINASES.get(name, ""), name, *(by.get(model, "") for model in models)]
        for name, by in cells.items()
    ]
    found = means(rows, models)
    for over in dict.fromkeys(mean.over for mean in found):
        mine = {mean.model: mean for mean in found if mean.over == over}
        line = [_mean_cell(mine[model], cliffs) for model in models]
        count = next(iter(mine.values())).sets
        lines.append(["", f"mean of {count} {'kinase ' * (over == 'kinase')}sets", *line])
    return ["target", "set", *models], lines


def _mean_cell(mean: Mean, cliffs: bool) -> str:
    error = mean.cliff if cliffs else mean.rmse
    return "not all fitted" if error is None else error.text


def remarks(rows: Sequence[Row], models: Sequence[str]) -> list[str]:
    """Return the remarks below the table, one line each."""
    lines = [f"{model}: {TITLES[model]}" for model in models]
    lines.append(
        "RMSE in log units on the authors' test rows; 95 % bootstrap interval over molecules (for "
        "a mean: over the molecules of each set, the sets fixed)"
    )
    lines.append("no model saw a test row, and none started from weights that saw a measured value")
    for mean in means(rows, models):
        if mean.bar is not None and mean.rmse is not None:
            met = "met" if mean.rmse.value <= mean.bar else "not met"
            lines.append(
                f"{mean.model}, mean of {counted(mean.sets, 'set')}: {mean.rmse.text}, bar "
                f"{mean.bar}: {met}"
            )
    lines += [
        f"published, mean of 30 sets: {one.model} {one.text} ({one.source})"
        for one in published("moleculeace", "rmse")
    ]
    lines += [f"FAILED: {row.model} on {row.set}: {row.problem}" for row in rows if row.problem]
    lines += dict.fromkeys(
        f"{row.set}: {note}"
        for row in rows
        for note in row.notes
        if "diverged" in note and not row.problem
    )
    picked = Counter(
        note.split(":")[1].strip()
        for row in rows
        for note in row.notes
        if row.model == "auto" and note.startswith("chosen:")
    )
    if picked:
        counts = ", ".join(f"{name} {count}" for name, count in picked.most_common())
        lines.append(f"auto picked, by cross-validation on the training rows: {counts}")
    return lines


def write_summary(out: Path, rows: Sequence[Row], models: Sequence[str]) -> None:
    """Write ``summary.csv`` (one line for each set and model, then means) and ``summary.json``."""
    lines = [
        ["set", row.set, row.model, *_numbers(row.rmse), *_numbers(row.cliff), f"{row.seconds:.1f}"]
        for row in rows
    ]
    found = means(rows, models)
    for mean in found:
        errors = [*_numbers(mean.rmse), *_numbers(mean.cliff)]
        lines.append([f"mean ({mean.over})", counted(mean.sets, "set"), mean.model, *errors, ""])
    error = ["rmse", "rmse_low", "rmse_high", "cliff_rmse", "cliff_low", "cliff_high"]
    write_csv(out / "summary.csv", ["row", "set", "model", *error, "seconds"], lines)
    about = {
        "versions": versions(),
        "sets": list(dict.fromkeys(row.set for row in rows)),
        "models": {model: TITLES[model] for model in models},
        "seconds": _seconds(rows),
        "means": [
            {
                "over": mean.over,
                "sets": mean.sets,
                "model": mean.model,
                "rmse": None if mean.rmse is None else mean.rmse[:3],
                "cliff_rmse": None if mean.cliff is None else mean.cliff[:3],
                "bar": mean.bar,
            }
            for mean in found
        ],
        "remarks": remarks(rows, models),
    }
    (out / "summary.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def _numbers(error: Error | None) -> list[str]:
    return ["", "", ""] if error is None else [f"{number:.4f}" for number in error[:3]]


def _seconds(rows: Sequence[Row]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for row in rows:
        totals[row.model] = round(totals.get(row.model, 0.0) + row.seconds, 1)
    return totals
