"""``hitlist benchmark``: measure the accuracy of bundles."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(
    help="Compare the models with baselines and published results.", no_args_is_help=True
)
MOVED = ("speed", "explanations", "moleculeace", "strangers", "ranking")
"""Benchmarks that run only in a checkout: ``python -m benchmarks``."""


@app.command("models")
def benchmark_models(
    bundles: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|DIR,...",
            help="Bundles to measure, with commas between.",
            show_default="all shipped bundles",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Also write the table to this file.")
    ] = None,
) -> None:
    """Compare the bundles with a random forest, their targets and published results.

    The figures of the model cards are shown. The held-out rows are predicted and measured now if
    HITLIST_MIRROR holds the training sets, and the bundle was not trained on them again, as one by
    `hitlist train NAME --held-out`.
    """
    from flows.model_benchmark.models import measure_bundle, remarks, table, write_lines
    from gnn.bundle.find_bundle import shipped_bundles

    names = [word.strip() for word in (bundles or "").split(",") if word.strip()]
    lines, said = [], []
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        wanted = names or shipped_bundles()
        for done, name in enumerate(wanted):
            report(f"measuring {name}", done, len(wanted))
            more, why = measure_bundle(name)
            lines += more
            said += why
    headers, cells = table(lines)
    show_table(headers, cells, "The models on held-out rows")
    for line in [*said, *remarks(lines)]:
        note(line)
    if out is not None:
        write_lines(out, lines)
        print(out)


@app.command("campaign")
def benchmark_campaign(
    assays: Annotated[
        str,
        typer.Option(metavar="NAME,...", help="Assays to replay, with commas between."),
    ] = "MAPK14,KDR,hERG",
    starts: Annotated[int, typer.Option(min=2, max=100, help="First plates of each assay.")] = 8,
    compounds: Annotated[
        int,
        typer.Option(min=400, max=30_000, help="Most compounds of an assay; others are left out."),
    ] = 4_000,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=512, help="Processes.", show_default="one for each core"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Also write the actives after each plate."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Also draw them.")] = None,
) -> None:
    """Replay campaigns of ten plates on public assays: how many actives does each way find?

    All results of the assays are known, and each way to pick sees only those of its own plates. The
    first plate of 40 compounds is drawn at random. Active are the most potent 5 % of an assay.
    Needs the training sets in a folder of HITLIST_MIRROR.
    """
    from flows.campaign_benchmark.measure import (
        measure_campaigns,
        remarks,
        table,
        write_campaigns,
    )
    from flows.campaign_benchmark.plot import write_plot

    names = [word.strip() for word in assays.split(",") if word.strip()]
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        found = measure_campaigns(names, starts, compounds, workers or os.cpu_count() or 1, report)
    headers, cells = table(found)
    show_table(headers, cells, "Actives found, mean over first plates")
    for line in remarks(found):
        note(line)
    for file, write in ((out, write_campaigns), (plot, write_plot)):
        if file is not None:
            write(file, found)
            print(file)


def moved(context: typer.Context) -> None:
    """Refuse a benchmark that moved out of the package, and name its new command."""
    raise InputError(
        f"`hitlist benchmark {context.info_name}` is now `python -m benchmarks "
        f"{context.info_name}`; run it in a checkout of hitlist"
    )


for name in MOVED:
    app.command(
        name,
        hidden=True,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )(moved)
