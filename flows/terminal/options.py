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
        help="Dask scheduler to work on, such as tls://host:8786 (docs/cluster.md).",
        show_default="processes on this machine",
    ),
]
TlsCa = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="HITLIST_TLS_CA",
        help="Certificate (PEM) of the authority of a tls:// scheduler.",
        show_default="Dask's configuration",
    ),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="HITLIST_TLS_CERT",
        help="Certificate (PEM) to show to the scheduler.",
        show_default="Dask's configuration",
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="HITLIST_TLS_KEY",
        help="Key (PEM) of that certificate.",
        show_default="in the certificate's file",
    ),
]
Unencrypted = Annotated[
    bool,
    typer.Option(
        "--unencrypted",
        envvar="HITLIST_UNENCRYPTED",
        help="Allow a tcp:// scheduler: whoever reaches it can run code here.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=1024, help="Processes to start here.", show_default="one for each core"
    ),
]
PartitionRows = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1_000_000,
        help="Records in one piece of work. No result hangs on it.",
        show_default="500 to 20,000, by the library's size",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Where partitions and scores are kept: a shared folder, s3://bucket/x, gs://, az://.",
        show_default="the cache and the run's folder",
    ),
]
Exhaustive = Annotated[
    bool,
    typer.Option(
        "--exhaustive",
        help="Have the ensembles score every compound, not only the promising ones.",
    ),
]
Device = Annotated[
    str,
    typer.Option(
        metavar="cpu|cuda|auto", help="Where networks run; a GPU always scores every compound."
    ),
]
OutFolder = Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")]
