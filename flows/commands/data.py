"""``hitlist data``: list and fetch the datasets of the catalogue."""

from typing import Annotated

import typer

from flows.terminal.console import stoppable
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

app = typer.Typer(help="List and fetch the datasets of the catalogue.", no_args_is_help=True)


@app.command("list")
def list_datasets() -> None:
    """List the datasets of the catalogue."""
    from data.catalogue.catalogue import datasets

    rows = [
        [entry.name, entry.kind, entry.title, entry.licence, f"{entry.rows:,}"]
        for entry in datasets().values()
    ]
    show_table(["name", "kind", "title", "licence", "rows"], rows, "Datasets", numbers=1)


@app.command("fetch")
def fetch_dataset(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of a dataset, from `hitlist data list`.")
    ],
) -> None:
    """Fetch a dataset, check its hash and print its path.

    Looks in the folders of HITLIST_MIRROR, then in the cache, then at the public source.
    """
    from data.catalogue.fetch import fetch

    with progress() as report, stoppable("repeat the command"):
        path = fetch(name, report)
    print(path)
