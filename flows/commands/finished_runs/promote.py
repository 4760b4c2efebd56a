"""``hitlist promote``: make a model that knows the results the current one, if it is better."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, note_if, printable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table


def promote(
    campaign: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Folder of the campaign.")],
    bundle: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|DIR",
            help="Bundle to start from: a shipped one, or a folder.",
            show_default="that of the last promotion",
        ),
    ] = None,
    margin: Annotated[
        float, typer.Option(metavar="SHARE", help="Least gain: an error that is lower by this.")
    ] = 0.02,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the model of before. Removes nothing.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Make this model current, such as 002."),
    ] = None,
) -> None:
    """Make a model that knows the results of a campaign its current one, if it is better.

    Two candidates are made: the bundle moved by the results, and the bundle with its last layer
    trained again. Each event after the first is predicted from earlier events only. The newest one
    decides: a candidate is promoted if its error is lower than that of the current model by the
    margin, and its intervals hold. Otherwise nothing changes. Screens name the current model
    CAMPAIGN/models/current.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.writable import check_writable
    from flows.planning.promotion import (
        HEADER,
        NUMBERS,
        comparison_rows,
        is_base_better,
        try_promotion,
    )
    from screening.campaign.campaign import open_campaign
    from screening.campaign.promote import choose, roll_back

    folder = named_path(campaign)
    opened = open_campaign(folder)
    note_if(opened.told_of_folder)
    check_writable(folder, "make the campaign writable")
    current = folder / "models/current"
    if rollback or to is not None:
        if bundle is not None or (rollback and to is not None):
            raise InputError("found two of --rollback, --to and --bundle; give one")
        event = roll_back(opened) if to is None else choose(opened, to)
        print(printable(event.summary))
        return
    with progress() as report:
        tried = try_promotion(folder, bundle, margin, report)
    if tried.decision is not None:
        rows = list(comparison_rows(tried.decision))
        show_table(
            HEADER, rows, "Later results, each foreseen from earlier events", numbers=NUMBERS
        )
    for line in tried.told[:-1]:
        note(line)
    print(printable(tried.told[-1]))
    if tried.event is not None:
        note(f'to use it, write bundles = ["{current}", …] in the screen; to go back, --rollback')
    elif tried.decision is not None and opened.model_events and is_base_better(tried.decision):
        note("the base foresees these results better than the current model: see --rollback")
