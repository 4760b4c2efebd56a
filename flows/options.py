"""Options that several commands share, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

SmilesColumn = Annotated[
    str | None,
    typer.Option(help="Column of the structures.", show_default="found by its name"),
]
IdColumn = Annotated[
    str | None,
    typer.Option(help="Column of the compound ids.", show_default="found by its name"),
]
NameColumn = Annotated[
    str | None,
    typer.Option(help="Column of the compound names.", show_default="found by its name"),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Dask scheduler to work on, such as tcp://host:8786; it must see the same files.",
        show_default="processes on this machine",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=1024, help="Processes to start here.", show_default="one for each core"
    ),
]
PartitionRows = Annotated[
    int,
    typer.Option(min=1, max=1_000_000, help="Records in one piece of work. No result hangs on it."),
]
OutFolder = Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")]
