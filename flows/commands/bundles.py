"""``hitlist bundles``: the models that come with hitlist, and what their cards say."""

from typing import Annotated

import typer

from chem.records.text import counted
from flows.terminal.console import note, stoppable
from flows.terminal.model_card import (
    find_task,
    show_card,
    show_explanations,
    show_sources,
    show_tasks,
)
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(help="List the shipped models and read model cards.", no_args_is_help=True)


@app.command("list")
def list_bundles() -> None:
    """Show the models that come with hitlist."""
    from gnn.bundle.bundle import find_bundle, read_card, shipped_bundles

    rows = []
    for name in shipped_bundles():
        card = read_card(find_bundle(name))
        rows.append([card.name, card.title, card.created, f"{card.members}", f"{len(card.tasks)}"])
    show_table(["name", "title", "created", "members", "tasks"], rows, "Bundles", numbers=2)


@app.command("show")
def show_bundle(
    name: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="A shipped bundle, or a bundle's folder.")
    ],
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="TASK", help="One of its tasks, such as EGFR.", show_default="all of them"
        ),
    ] = None,
) -> None:
    """Show a model's tasks and how good it is, beside a random forest on the same rows."""
    from gnn.bundle.bundle import find_bundle, read_card
    from gnn.bundle.measured_compounds import load_measured_compounds

    card = read_card(find_bundle(name))
    if task is not None:
        show_tasks(card, [find_task(card, task)])
        return
    note(f"{card.name}: {card.title}. {card.description}".strip())
    note(f"{counted(card.members, 'network')}, made {card.created}; {card.split}")
    show_card(card)
    show_explanations(card)
    show_sources(card, load_measured_compounds(find_bundle(name), card))


@app.command("measured")
def measured_compounds(
    name: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="A shipped bundle, or a bundle's folder.")
    ],
) -> None:
    """Write the compounds that a bundle was trained on, with their measured values, beside it.

    Screens show each hit's nearest measured compounds from that file. `hitlist train` writes it
    too; this makes it anew from the catalogue's sets, for which HITLIST_MIRROR has to be set.
    """
    from flows.planning.measurements import make_measured_compounds

    with progress() as report, stoppable("nothing was written: give the same command again"):
        path, made = make_measured_compounds(name, report)
    note(f"{counted(len(made), 'compound')}, {counted(len(made.values), 'measured value')}")
    print(path)
