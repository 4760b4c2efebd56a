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
    from screening.dask_cluster.lazy_client import AnyClient

Result = TypeVar("Result")
MOST_WORKERS, MOST_PARTITION_ROWS, MOST_MEMBERS = 1024, 1_000_000, 50
"""Upper limits of the options of commands and of the arguments from Python."""
SmilesColumn = Annotated[
    str | None,
    typer.Option(help="Column with the structures.", show_default="found by its name"),
]
IdColumn = Annotated[
    str | None,
    typer.Option(help="Column with the compound IDs.", show_default="found by its name"),
]
PartitionRows = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MOST_PARTITION_ROWS,
        help="Number of records per partition. It never changes a result.",
        show_default="500 to 20,000, depending on the size of the library",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Place for partitions and scores: a shared folder, or a URL such as s3://bucket/path."
        " Also gs:// and az://.",
        show_default="the cache and the run folder",
    ),
]


@dataclass(frozen=True)
class ColumnOptions:
    """The columns of a library that the user named."""

    smiles_column: SmilesColumn = None
    id_column: IdColumn = None
    name_column: Annotated[
        str | None,
        typer.Option(help="Column with the compound names.", show_default="found by its name"),
    ] = None

    @property
    def named(self) -> NamedColumns:
        """The same columns, as the reader of libraries takes them."""
        return NamedColumns(self.smiles_column, self.id_column, self.name_column)


@dataclass(frozen=True)
class ClusterOptions:
    """The workers of a command: processes on this machine, or a running Dask cluster."""

    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a Dask scheduler, such as tls://host:8786 (see docs/cluster.md).",
            show_default="processes on this machine",
        ),
    ] = None
    tls_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_CA",
            help="PEM file with the CA certificate of a tls:// scheduler.",
            show_default="Dask's configuration",
        ),
    ] = None
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_CERT",
            help="PEM file with the client certificate for the scheduler.",
            show_default="Dask's configuration",
        ),
    ] = None
    tls_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HITLIST_TLS_KEY",
            help="PEM file with the private key of the client certificate.",
            show_default="in the certificate file",
        ),
    ] = None
    unencrypted: Annotated[
        bool,
        typer.Option(
            "--unencrypted",
            envvar="HITLIST_UNENCRYPTED",
            help="Allow a tcp:// scheduler. Anyone who can reach it can run code on this machine.",
        ),
    ] = False
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            help="Number of worker processes to start on this machine.",
            show_default="one per core, fewer for little work",
        ),
    ] = None

    @contextmanager
    def connect(self, advice: str) -> Iterator["AnyClient"]:
        """Yield a Dask client for a command.

        Args:
            advice: how the user continues after an interruption; it ends the message.

        Raises:
            InputError: the scheduler cannot be used.
            LostError: the scheduler went away.
            Stopped: the user pressed Ctrl-C.
        """
        from screening.dask_cluster.cluster import connect
        from screening.dask_cluster.remote import ENCRYPTED, Tls
        from screening.errors import LostError

        address = self.scheduler
        if address is not None and not address.startswith(ENCRYPTED) and self.unencrypted:
            note(f"{address} is not encrypted: anyone who can reach it can run code here")
        with stoppable(advice):
            try:
                tls = Tls.find(self.tls_ca, self.tls_cert, self.tls_key, self.unencrypted)
                with connect(address, self.workers, tls) as client:
                    yield client
            except LostError as error:
                raise type(error)(f"{error}; {advice}") from None


@dataclass(frozen=True)
class ScoringOptions:
    """Options of scoring a library, and of the place for partitions and scores."""

    partition_rows: PartitionRows = None
    exhaustive: Annotated[
        bool,
        typer.Option(
            "--exhaustive",
            help="Score every compound with the ensembles, not only those that the triage selects.",
        ),
    ] = False
    device: Annotated[
        str,
        typer.Option(
            metavar="cpu|cuda|auto",
            help="Device for the networks. A GPU scores every compound, without a triage.",
        ),
    ] = "cpu"
    store: StoreUrl = None
    replaces: Annotated[
        bool,
        typer.Option("--replace", help="Overwrite a finished run of another objective."),
    ] = False
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Afterwards remove what the screen does not keep (its table retention)."
        ),
    ] = False


def unfold(command: Callable[..., Result]) -> Callable[..., Result]:
    """Turn each record among a command's parameters into one option per field.

    The record is a keyword-only parameter. ``--help`` lists its fields in its place.
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
