"""The table of the shipped models."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from flows.benchmarks.shipped.models import Line

HEADERS = ["bundle", "benchmark", "metric", "of", "ours", "95 % interval", "forest", "bar", "met"]


def table(lines: Sequence[Line]) -> tuple[list[str], list[list[str]]]:
    """Return headers and cells."""
    return [*HEADERS, "published"], [_cells(line) for line in lines]


def _cells(line: Line) -> list[str]:
    interval = ""
    if not np.isnan(line.ours.low):
        interval = f"{line.ours.low:.3f} to {line.ours.high:.3f}"
    return [
        line.bundle,
        line.benchmark,
        line.metric,
        line.ours.of,
        f"{line.ours.value:.3f}",
        interval,
        "" if line.forest is None else f"{line.forest:.3f}",
        "" if line.bar is None else line.bar.text,
        line.met,
        "; ".join(f"{one.model} {one.text}" for one in line.published),
    ]


def remarks(lines: Sequence[Line]) -> list[str]:
    """Return what belongs below the table, one line each."""
    sources = {line.source for line in lines}
    found = []
    if "measured now" in sources:
        found.append("ours: measured now, through the bundle, on rows that training held out")
    if "card" in sources:
        found.append("ours: from the cards where the training sets are not here (HITLIST_MIRROR)")
    found.append("forest: from the cards, on the same kind of rows")
    found.append("intervals: bootstrap over tasks for a mean of tasks, else over molecules")
    cited = {
        f"published, {one.benchmark}: {one.source}" + (f"; {one.note}" if one.note else "")
        for line in lines
        for one in line.published
    }
    return found + sorted(cited)


def write_lines(file: Path, lines: Sequence[Line]) -> None:
    """Write the table as CSV."""
    headers, cells = table(lines)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([headers, *cells])
