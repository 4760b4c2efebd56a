"""``python -m benchmarks device``: the stages of the scorer on a CPU or a GPU."""

from typing import Annotated

import typer

from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table


def benchmark_device(
    library: Annotated[
        str, typer.Option(metavar="FILE|NAME", help="Library, a file or a catalogue name.")
    ] = "zinc_leadlike",
    molecules: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Number of its first molecules.")
    ] = 10_000,
    device: Annotated[
        str, typer.Option(metavar="auto|cpu|cuda", help="Device of the networks.")
    ] = "auto",
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=512, help="Processes that prepare.", show_default="one per core"),
    ] = None,
) -> None:
    """Time each stage of the scorer on a CPU or a GPU, beside what the hardware allows.

    The least time of a stage follows from its bytes and operations, and from the rates of a copy
    and of matrix products that are measured in the same run. A CPU works with one thread.
    """
    from benchmarks.device.measure import lines_of, measure_device, remarks_of

    with progress(one_bar=True) as report, stoppable("nothing was kept"):
        measured = measure_device(library, molecules, device, workers, report)
    headers, lines = lines_of(measured)
    show_table(headers, lines, "Scorer", numbers=len(headers) - 1)
    for line in remarks_of(measured):
        note(line)
