"""``hitlist screen``: the main job."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note_if
from flows.terminal.options import ClusterOptions, ColumnOptions, ScoringOptions, unfold
from flows.terminal.outcome import check_usable, short, show_outcome, show_reading
from flows.terminal.progress import progress


@unfold
def screen(
    screen: Annotated[
        str, typer.Argument(metavar="SCREEN", help="A shipped screen (kinase) or a TOML file.")
    ],
    library: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Library to screen: .smi .csv .tsv .sdf .parquet, also .gz, or a catalogue name.",
            show_default="the screen's",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the run. Name the same one again to go on with a run.",
            show_default="runs/SCREEN-DATE-TIME",
        ),
    ] = None,
    hits: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Compounds to hand over.", show_default="the screen's"
        ),
    ] = None,
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    scoring: ScoringOptions,
) -> None:
    """Rank a library against a screen and hand over the best compounds.

    Writes hits.csv with columns.csv (what its columns say), hits.xlsx, hits.sdf, report.html, the
    lab's files in lab/, rejects.csv, duplicates.csv, screen.toml and manifest.json.
    """
    from flows.planning.planning import plan_screen
    from screening.prepare.older_standardization import told_of_library
    from screening.runs.run import run_screen

    with progress() as report:
        plan = plan_screen(screen, library, out, hits, columns.named, scoring, report)
        note_if(told_of_library(plan.library, plan.prepared))
        show_reading(plan.library)
        advice = f"what is done is kept: give the same command with --out {short(plan.out)}"
        with cluster.connect(advice) as client:
            outcome = run_screen(plan, client, report)
    show_outcome(outcome, plan.screen)
    show_reading(plan.library, outcome.manifest.reading)
    accepted = outcome.manifest.counts.accepted
    check_usable(plan.library, accepted, f"{short(plan.out / 'rejects.csv')} says why")
