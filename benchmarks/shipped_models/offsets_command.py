"""``python -m benchmarks offsets``: what a few measured compounds of a series tell."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table


def benchmark_offsets(
    bundle: Annotated[str, typer.Option(metavar="NAME|DIR", help="Model to move.")] = "activity",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table to this file too.")
    ] = None,
) -> None:
    """Measure what a few measured compounds of a series tell about the others of it.

    The compounds are those that were held out of the training. The kinase set has to be in a folder
    of HITLIST_MIRROR. Takes two minutes.
    """
    from benchmarks.shipped_models.offsets import measure_offsets, remarks, table, write_offsets

    with progress(one_bar=True) as report, stoppable("nothing was written"):
        found = measure_offsets(bundle, report)
    headers, lines = table(found)
    show_table(headers, lines, "Predictions moved by measured compounds", numbers=len(headers) - 1)
    for line in remarks():
        note(line)
    if out is not None:
        write_offsets(out, found)
        print(out)
