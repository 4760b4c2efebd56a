"""``hitlist benchmark``: measure the accuracy of bundles."""

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

    If HITLIST_MIRROR holds the training sets, the held-out rows are predicted and measured now.
    Otherwise the figures of the model cards are shown.
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
