"""Starts worker processes when their first work comes: a run whose work is all done starts none."""

from typing import Protocol

from distributed import Client


class Workers(Protocol):
    """Starts worker processes."""

    def start(self, workers: int) -> Client:
        """Return a client of that many processes; those that were started before are stopped.

        Raises WorkerLostError if none starts.
        """


class LazyClient:
    """A client of worker processes that are started at the first call of :meth:`start`."""

    def __init__(self, workers: Workers, most: int, is_fixed: bool = True) -> None:
        """Take what starts workers, and the most of them.

        is_fixed: all are started, however little work there is.
        """
        self._workers = workers
        self._most = most
        self._is_fixed = is_fixed
        self._number = 0
        self._client: Client | None = None
        self._is_closed = False

    @property
    def is_started(self) -> bool:
        """Tell whether workers were started."""
        return self._client is not None

    def start(self, useful: int | None = None) -> Client:
        """Return a client of workers, at least as many as are useful.

        useful: the number of workers that have something to do; None: as many as there may be. If
            there are fewer, that many are started in their place. They load the models anew, but a
            process that starts is looked after in one way only.

        Raises WorkerLostError if no worker process starts.
        """
        if self._is_closed:
            raise RuntimeError("the workers were asked for after their end")
        wanted = self._most
        if useful is not None and not self._is_fixed:
            wanted = max(1, min(wanted, useful))
        if self._client is None or wanted > self._number:
            self._client, self._number = self._workers.start(wanted), wanted
        return self._client

    def close(self) -> None:
        """Start no workers any more. Those that were started are stopped by who started them."""
        self._is_closed = True


AnyClient = Client | LazyClient
"""A client of workers that may not have been started yet."""


def is_started(client: AnyClient) -> bool:
    """Tell whether a client has workers already."""
    return not isinstance(client, LazyClient) or client.is_started


def started(client: AnyClient, useful: int | None = None) -> Client:
    """Return a client whose workers are started: as many as are ``useful``, or all of them."""
    return client.start(useful) if isinstance(client, LazyClient) else client
