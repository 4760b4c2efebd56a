"""``python -m benchmarks analogs``: the index for searches of analogs, and its searches."""

from typing import Annotated

import typer

from flows.terminal.console import stoppable
from flows.terminal.tables import show_table


def benchmark_analogs(
    library: Annotated[
        str, typer.Option(metavar="FILE|NAME", help="Library, a file or a catalogue name.")
    ] = "zinc_leadlike",
    molecules: Annotated[
        int, typer.Option(min=100, max=100_000, help="Number of its first molecules.")
    ] = 20_000,
    rows: Annotated[
        int, typer.Option(min=100, help="Rows that are searched: copies of these molecules.")
    ] = 1_936_962,
    hits: Annotated[int, typer.Option(min=1, help="Hits whose analogs are searched.")] = 10,
) -> None:
    """Measure what the index for analogs costs while preparing, and searches of a large library."""
    from benchmarks.speed.analogs import lines_of, measure_analogs
    from screening.runs.plan import find_library

    with stoppable("nothing was kept"):
        costs = measure_analogs(find_library(library), molecules, rows, hits)
    show_table(("measured", "value"), lines_of(costs), "Analogs", numbers=1)
