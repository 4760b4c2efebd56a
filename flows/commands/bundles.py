"""``hitlist bundles``: the models that come with hitlist, and what their cards say."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.console import note, show_table

if TYPE_CHECKING:
    from gnn.card import Card, Metric

app = typer.Typer(help="List the shipped models and read model cards.", no_args_is_help=True)


@app.command("list")
def list_bundles() -> None:
    """Show the models that come with hitlist."""
    from gnn.bundle import find_bundle, read_card, shipped_bundles

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
) -> None:
    """Show a model's tasks and how good it is, beside a random forest on the same rows."""
    from gnn.bundle import find_bundle, read_card

    card = read_card(find_bundle(name))
    note(f"{card.name}: {card.title}. {card.description}".strip())
    note(f"{card.members} networks, made {card.created}; {card.split}")
    show_card(card)


def show_card(card: "Card", every_task: bool = True) -> None:
    """Show the metrics of every task, then their means over the tasks."""
    rows = [
        [task.name, task.unit, f"{task.trained_on:,}", f"{task.validated_on:,}", *cells]
        for task in (card.tasks if every_task else ())
        for cells in [_cells(*item) for item in task.metrics.items()] or [_UNMEASURED]
    ]
    if len(card.tasks) > 1:
        for key, mean in card.summary.items():
            low, high = mean.network_interval
            forest = "" if mean.forest is None else f"{mean.forest:.3f}"
            cells = [key, f"{mean.network:.3f}", f"{low:.3f} to {high:.3f}", forest]
            rows.append([f"mean of {mean.tasks} tasks", "", "", "", *cells])
    headers = ["task", "unit", "trained on", "measured on"]
    headers += ["metric", "network", "95 % interval", "forest"]
    show_table(headers, rows, f"{card.name}: network beside random forest", numbers=3)
    if card.coverage is not None:
        note(f"{card.coverage:.0%} of the measured values lie in their 90 % interval")


_UNMEASURED = ["too few values", "", "", ""]


def _cells(key: str, found: "Metric") -> list[str]:
    low, high = found.network_interval
    forest = "" if found.forest is None else f"{found.forest:.3f}"
    return [key, f"{found.network:.3f}", f"{low:.3f} to {high:.3f}", forest]
