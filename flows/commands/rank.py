"""``hitlist rank``: another objective over the scores of a run that is done."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, unfold
from flows.terminal.outcome import show_outcome
from flows.terminal.progress import progress


@unfold
def rank(
    run: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run that scored.")],
    screen: Annotated[
        str,
        typer.Option(
            metavar="FILE|NAME",
            help="The objective: a TOML file. Its library and bundles are the run's.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder to write to.", show_default="runs/SCREEN-DATE-TIME"
        ),
    ] = None,
    hits: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Compounds to hand over.", show_default="the screen's"
        ),
    ] = None,
    *,
    cluster: ClusterOptions,
) -> None:
    """Rank the compounds of a run again by another objective, without scoring anything.

    Where a triage had chosen what to score, only that is ranked; the audit says how much of the
    best by the new objective is among it. Writes the same files as a screen.
    """
    from flows.planning.planning import plan_ranking
    from screening.runs.rerank import rank_again

    with progress() as report:
        past, objective, folder = plan_ranking(run, screen, out, hits)
        note_if(past.told_of_older)
        if past.library is None:
            note(f"{past.prepared.library} is not where it was: hits are not compared with it")
        with cluster.connect("give it again") as client:
            outcome = rank_again(past, objective, folder, client, report)
    show_outcome(outcome, objective)
