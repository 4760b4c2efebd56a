"""The table of explanations as a file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from gnn.evaluation.card import Explanation


def write_explanations(file: Path, lines: Sequence[tuple[str, Explanation]]) -> None:
    """Write the findings of some bundles as CSV: one line for each bundle and group."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["bundle", *Explanation.model_fields])
        for bundle, one in lines:
            writer.writerow([bundle, *one.model_dump().values()])
