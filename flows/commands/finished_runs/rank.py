"""``hitlist rank``: rank a finished run by another objective."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, unfold
from flows.terminal.outcome import show_outcome
from flows.terminal.progress import progress
from screening.runs.latest import finished_run


@unfold
def rank(
    run: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the finished run.")],
    screen: Annotated[
        str,
        typer.Option(
            metavar="FILE|NAME",
            help="Screen with the new objective: a TOML file or a shipped name. The library and "
            "the bundles stay those of the run.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for the new files.", show_default="runs/SCREEN-DATE-TIME"
        ),
    ] = None,
    hits: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Number of hits to select.", show_default="from the screen"
        ),
    ] = None,
    *,
    cluster: ClusterOptions,
) -> None:
    """Rank the compounds of a finished run by another objective, without scoring them again.

    If a triage chose the compounds to score, only these are ranked. The audit estimates how many
    of the best compounds by the new objective are among them. Writes the same files as a screen.
    """
    from flows.planning.screen_paths import find_and_load

    run = finished_run(run)
    find_and_load(screen)
    from flows.planning.planning import plan_ranking
    from screening.changes.since_last_run import tell_changes
    from screening.runs.rerank import rank_again

    with progress() as report:
        past, objective, folder, told = plan_ranking(run, screen, out, hits)
        for line in (past.told_of_older, *told):
            note_if(line)
        if past.no_library:
            note(f"{past.no_library}: the hits are not compared with it")
        with cluster.connect("repeat the command") as client:
            outcome = tell_changes(rank_again(past, objective, folder, client, report))
    show_outcome(outcome, objective)
