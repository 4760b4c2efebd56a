"""``hitlist screen``: rank a library and write the hits."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, ColumnOptions, ScoringOptions, unfold
from flows.terminal.outcome import check_usable, plan_lines, short, show_outcome, show_reading
from flows.terminal.progress import progress

if TYPE_CHECKING:
    from screening.runs.plan import Plan


@unfold
def screen(
    screen: Annotated[
        str,
        typer.Argument(
            metavar="SCREEN", help="Name of a shipped screen, such as kinase, or a TOML file."
        ),
    ],
    library: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Library: a .smi, .csv, .tsv, .sdf or .parquet file (also .gz), or a dataset "
            "name.",
            show_default="from the screen",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Run folder. Give the folder of a stopped run to resume it.",
            show_default="runs/SCREEN-DATE-TIME",
        ),
    ] = None,
    hits: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Number of hits to select.", show_default="from the screen"
        ),
    ] = None,
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    scoring: ScoringOptions,
) -> None:
    """Rank a library by the objective of a screen and write the best compounds.

    Writes hits.csv, columns.csv (the meaning of its columns), hits.xlsx, hits.sdf, report.html,
    the plate files in lab/, rejects.csv, duplicates.csv, screen.toml and manifest.json. If an
    earlier run of the screen is in the same folder, changes.csv tells what entered, left and moved.
    """
    _check_slips(screen, library)
    from flows.planning.planning import plan_screen
    from screening.changes.since_last_run import tell_changes
    from screening.prepare.older_standardization import told_of_library
    from screening.runs.run import run_screen
    from screening.upkeep.apply import apply_retention

    with progress() as report:
        plan = plan_screen(screen, library, out, hits, columns.named, scoring, report)
        _check_prune(scoring, plan)
        note_if(told_of_library(plan.library, plan.prepared))
        show_reading(plan.library)
        for line in plan_lines(plan):
            note(line)
        advice = f"finished work is kept: repeat the command with --out {short(plan.out)}"
        with cluster.connect(advice) as client:
            outcome = tell_changes(run_screen(plan, client, report))
    show_outcome(outcome, plan.screen)
    show_reading(plan.library, outcome.manifest.reading)
    accepted = outcome.manifest.counts.accepted
    if scoring.prune:
        note(apply_retention(plan.screen, plan.out))
    check_usable(plan.library, accepted, f"{short(plan.out / 'rejects.csv')} says why")


def _check_slips(screen: str, library: str | None) -> None:
    """Refuse a screen with a mistake, and a path without a file, before the slow imports."""
    from flows.planning.screen_paths import check_path, find_and_load

    find_and_load(screen)
    if library is not None:
        check_path(library)


def _check_prune(scoring: ScoringOptions, plan: "Plan") -> None:
    """Refuse ``--prune`` before any work if the screen does not say what is kept."""
    if scoring.prune and plan.screen.retention is None:
        raise InputError(
            f"--prune needs a table [retention] in the screen {plan.screen.name}, such as "
            "keep_runs = 30; add it, or give `hitlist store prune` limits of its own"
        )
