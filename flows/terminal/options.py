"""Options that several commands share, and records of options that belong together.

Typer reads a command's options from the parameters of its function. :func:`unfold` lets a function
take a record instead, and shows Typer the record's fields in its place.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from chem.library.columns.columns import NamedColumns
from flows.terminal.console import note, stoppable

if TYPE_CHECKING:
    from screening.cluster.cluster import Client

Result = TypeVar("Result")
MOST_WORKERS, MOST_PARTITION_ROWS, MOST_MEMBERS = 1024, 1_000_000, 50
"""What a command and a call from Python take at most."""
SmilesColumn = Annotated[
    str | None,
    typer.Option(help="Column of the structures.", show_default="found by its name"),
]
IdColumn = Annotated[
    str | None,
    typer.Option(help="Column of the compound ids.", show_default="found by its name"),
]
PartitionRows = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MOST_PARTITION_ROWS,
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


@dataclass(frozen=True)
class ColumnOptions:
    """The columns of a library that the user named."""

    smiles_column: SmilesColumn = None
    id_column: IdColumn = None
    name_column: Annotated[
        str | None,
        typer.Option(help="Column of the compound names.", show_default="found by its name"),
    ] = None

    @property
    def named(self) -> NamedColumns:
        """The same for the reader of libraries."""
        return NamedColumns(self.smiles_column, self.id_column, self.name_column)


@dataclass(frozen=True)
class ClusterOptions:
    """Processes of this machine, or a running Dask cluster, for a command to work on."""

    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Dask scheduler to work on, such as tls://host:8786 (docs/cluster.md).",
            show_default="processes on this machine",
        ),
    ] = None
    tls_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_CA",
            help="Certificate (PEM) of the authority of a tls:// scheduler.",
            show_default="Dask's configuration",
        ),
    ] = None
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_CERT",
            help="Certificate (PEM) to show to the scheduler.",
            show_default="Dask's configuration",
        ),
    ] = None
    tls_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_KEY",
            help="Key (PEM) of that certificate.",
            show_default="in the certificate's file",
        ),
    ] = None
    unencrypted: Annotated[
        bool,
        typer.Option(
            "--unencrypted",
            envvar="HITLIST_UNENCRYPTED",
            help="Allow a tcp:// scheduler: whoever reaches it can run code here.",
        ),
    ] = False
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            help="Processes to start here.",
            show_default="one for each core",
        ),
    ] = None

    @contextmanager
    def connect(self, advice: str) -> Iterator["Client"]:
        """Give a Dask client for a command; ``advice`` tells how to go on when it is cut off.

        Raises InputError for a scheduler that cannot be used, LostError for one that goes away,
        Stopped for Ctrl-C.
        """
        from screening.cluster.cluster import connect
        from screening.cluster.remote import ENCRYPTED, Tls
        from screening.errors import LostError

        address = self.scheduler
        if address is not None and not address.startswith(ENCRYPTED) and self.unencrypted:
            note(f"{address} is not encrypted: whoever reaches it can run code here")
        with stoppable(advice):
            try:
                tls = Tls.find(self.tls_ca, self.tls_cert, self.tls_key, self.unencrypted)
                with connect(address, self.workers, tls) as client:
                    yield client
            except LostError as error:
                raise type(error)(f"{error}; {advice}") from None


@dataclass(frozen=True)
class ScoringOptions:
    """Options of scoring a library, and of the places where partitions and scores are kept."""

    partition_rows: PartitionRows = None
    exhaustive: Annotated[
        bool,
        typer.Option(
            "--exhaustive",
            help="Have the ensembles score every compound, not only the promising ones.",
        ),
    ] = False
    device: Annotated[
        str,
        typer.Option(
            metavar="cpu|cuda|auto", help="Where networks run; a GPU always scores every compound."
        ),
    ] = "cpu"
    store: StoreUrl = None
    replaces: Annotated[
        bool,
        typer.Option("--replace", help="Write over a finished run of another objective."),
    ] = False


def unfold(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command's records back their fields: each field is an option of its own.

    A record stands where its fields are to stand in ``--help``, as a keyword-only parameter.
    """
    records: dict[str, Any] = {
        name: one.annotation
        for name, one in inspect.signature(command).parameters.items()
        if is_dataclass(one.annotation)
    }
    options: list[inspect.Parameter] = []
    for name, one in inspect.signature(command).parameters.items():
        inner = inspect.signature(records[name]).parameters.values() if name in records else [one]
        options += [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in inner]

    @wraps(command)
    def unfolded(**given: Any) -> Result:
        folded = {
            name: record(**{each: given.pop(each) for each in inspect.signature(record).parameters})
            for name, record in records.items()
        }
        return command(**given, **folded)

    unfolded.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    unfolded.__annotations__ = {one.name: one.annotation for one in options}
    return unfolded
