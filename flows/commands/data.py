"""``hitlist data``: the datasets that hitlist knows."""

from typing import Annotated

import typer

from flows.terminal.console import stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(help="List and fetch the datasets that hitlist knows.", no_args_is_help=True)


@app.command("list")
def list_datasets() -> None:
    """Show every dataset of the catalogue."""
    from data.catalogue.catalogue import datasets

    rows = [
        [entry.name, entry.kind, entry.title, entry.licence, f"{entry.rows:,}"]
        for entry in datasets().values()
    ]
    show_table(["name", "kind", "title", "licence", "rows"], rows, "Datasets", numbers=1)


@app.command("fetch")
def fetch_dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `hitlist data list`.")],
) -> None:
    """Fetch a dataset, check its hash, and print where it is.

    Looks in the folders of HITLIST_MIRROR, then in the cache, then at its public source.
    """
    from data.catalogue.fetch import fetch

    with progress() as report, stoppable("give the same command again"):
        path = fetch(name, report)
    print(path)
