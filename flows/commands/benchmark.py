"""``hitlist benchmark``: how good the models are."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(
    help="Measure the models beside baselines and published numbers.", no_args_is_help=True
)
MOVED = ("speed", "explanations", "moleculeace", "strangers", "ranking")
"""Benchmarks that are run in a checkout: ``python -m benchmarks``."""


@app.command("models")
def benchmark_models(
    bundles: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|DIR,...", help="Bundles to measure.", show_default="all that come along"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table there too.")
    ] = None,
) -> None:
    """Show the models beside a random forest, the bars and published results.

    With the training sets in a folder of HITLIST_MIRROR the rows held out are predicted and
    measured now; without them the cards' figures are shown.
    """
    from flows.model_benchmark.models import measure_bundle, remarks, table, write_lines
    from gnn.bundle.bundle import shipped_bundles

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
    """Say where a benchmark is that is no longer part of an installation."""
    raise InputError(
        f"`hitlist benchmark {context.info_name}` is now `python -m benchmarks "
        f"{context.info_name}`, given in a checkout of hitlist"
    )


for name in MOVED:
    app.command(
        name,
        hidden=True,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )(moved)
