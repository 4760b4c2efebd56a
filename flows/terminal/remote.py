"""Where a command works: on processes of this machine, or on a running Dask cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flows.terminal.console import note, stoppable

if TYPE_CHECKING:
    from screening.cluster.cluster import Client


@contextmanager
def working(
    scheduler: str | None,
    workers: int | None,
    tls: tuple[Path | None, Path | None, Path | None, bool],
    advice: str,
) -> Iterator["Client"]:
    """Give a Dask client for a command; ``advice`` tells how to go on when it is cut off.

    tls: files of the authority, the certificate and its key, and whether a scheduler that speaks
    no TLS is allowed. Raises InputError for a scheduler that cannot be used, LostError for one
    that goes away, Stopped for Ctrl-C.
    """
    from screening.cluster.cluster import connect
    from screening.cluster.remote import ENCRYPTED, Tls
    from screening.errors import LostError

    if scheduler is not None and not scheduler.startswith(ENCRYPTED) and tls[-1]:
        note(f"{scheduler} is not encrypted: whoever reaches it can run code here")
    with stoppable(advice):
        try:
            with connect(scheduler, workers, Tls.find(*tls)) as client:
                yield client
        except LostError as error:
            raise type(error)(f"{error}; {advice}") from None
