"""``hitlist benchmark speed``: how fast every stage is, beside RDKit and beside other programs."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, progress, show_table, stoppable

PEERS = Path(".venv-peers")
"""Where ``make bench-peers`` puts them."""


def benchmark_speed(
    library: Annotated[
        str,
        typer.Option(metavar="FILE|NAME", help="Library of SMILES, a file or a catalogue name."),
    ] = "zinc_leadlike",
    molecules: Annotated[
        int,
        typer.Option(
            min=50,
            max=600_000,
            help="Its first molecules that are timed; then three times as many.",
        ),
    ] = 25_000,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=512, help="Processes.", show_default="one for each core"),
    ] = None,
    peers: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Environment with chemprop or admet-ai, as `make bench-peers` makes it.",
            show_default=f"{PEERS} where it is",
        ),
    ] = None,
    no_peers: Annotated[bool, typer.Option("--no-peers", help="Measure no other program.")] = False,
    rounds: Annotated[
        int, typer.Option(min=1, max=99, help="Measure so often and tell the median.")
    ] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the speeds there too.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw them there too.")
    ] = None,
) -> None:
    """Time every stage on real molecules beside RDKit's parser, and other programs beside both.

    A rate is told of all cores together, of one core, and as a multiple of the rate at which RDKit
    alone parses the same molecules on as many processes. Start-up is in none of them.
    """
    from flows.benchmarks.speed.speed import measure_speed
    from flows.benchmarks.speed.speed_plot import write_plot
    from flows.benchmarks.speed.speed_table import remarks, table, write_speeds
    from screening.runs.plan import check_writable

    if plot is not None and plot.suffix.lower() != ".svg":
        raise InputError(f"--plot {plot}: only drawings that end in .svg can be made")
    for option, file in (("--out", out), ("--plot", plot)):
        if file is not None:
            remedy = f"name a file elsewhere with {option}"
            check_writable(file.expanduser().absolute().parent, remedy)
    environment = None if no_peers else peers or (PEERS if PEERS.is_dir() else None)
    with progress(one_bar=True) as report, stoppable("nothing was kept"):
        speeds, failed = measure_speed(library, molecules, workers, environment, rounds, report)
    headers, lines = table(speeds)
    show_table(headers, lines, "Molecules per second", numbers=len(headers) - 1)
    for line in [*failed, *remarks(speeds)]:
        note(line)
    if out is not None:
        write_speeds(out, speeds)
        print(out)
    if plot is not None:
        write_plot(plot, speeds)
        print(plot)
