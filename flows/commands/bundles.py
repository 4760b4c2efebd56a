"""``hitlist bundles``: list the shipped models and show their cards."""

from typing import Annotated

import typer

from chem.records.message_text import counted
from flows.terminal.card_explanations import show_explanations
from flows.terminal.card_metrics import show_tasks
from flows.terminal.card_sources import show_sources
from flows.terminal.card_summary import show_summary
from flows.terminal.console import note, stoppable
from flows.terminal.model_card import find_task, show_card, show_lines
from flows.terminal.mutant_card import show_mutants
from flows.terminal.own_results import show_own_results
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(help="List the shipped models and show their cards.", no_args_is_help=True)


@app.command("list")
def list_bundles() -> None:
    """List the bundles that come with hitlist."""
    from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles

    rows: list[list[str]] = []
    restricted: list[str] = []
    for name in shipped_bundles():
        card = read_card(find_bundle(name))
        rows.append([card.name, card.title, card.created, f"{card.members}", f"{len(card.tasks)}"])
        restricted += card.restrictions
    show_table(["name", "title", "created", "members", "tasks"], rows, "Bundles", numbers=2)
    for line in restricted:
        note(line)


@app.command("show")
def show_bundle(
    name: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="Shipped bundle, or folder of a bundle.")
    ],
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="TASK", help="Task of the bundle, such as EGFR.", show_default="all tasks"
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Show the whole card: every metric of every task, the stages of the training, "
            "errors by distance, the training sets and their faults.",
        ),
    ] = False,
) -> None:
    """Show the tasks and the accuracy of a bundle, compared with a random forest."""
    from gnn.bundle.find_bundle import find_bundle, read_card
    from gnn.bundle.measured_compounds import load_measured_compounds

    card = read_card(find_bundle(name))
    if task is not None:
        found = find_task(card, task)
        show_tasks(card, [found])
        show_lines(found)
        show_mutants(card, [found.name])
        return
    note(f"{card.name}: {card.title}. {card.description}".strip())
    split = f"; {card.split}" if full else ""
    note(f"{counted(card.members, 'network')}, made {card.created}{split}")
    for line in card.restrictions:
        note(line)
    if not full:
        show_summary(card, name)
        return
    show_card(card)
    show_mutants(card)
    if card.own_results is not None:
        show_own_results(card.own_results.tasks, card.own_results.left_out)
    show_explanations(card)
    show_sources(card, load_measured_compounds(find_bundle(name), card))


@app.command("measured")
def measured_compounds(
    name: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="Shipped bundle, or folder of a bundle.")
    ],
) -> None:
    """Write the training compounds of a bundle, with their measured values, into its folder.

    Screens show the nearest measured compounds of each hit from this file. `hitlist train` writes
    it too. This command rebuilds it from the datasets of the catalogue and needs HITLIST_MIRROR.
    """
    from flows.planning.measurements import make_measured_compounds

    with progress() as report, stoppable("nothing was written: repeat the command"):
        path, made = make_measured_compounds(name, report)
    note(f"{counted(len(made), 'compound')}, {counted(len(made.values), 'measured value')}")
    print(path)
