"""Starts worker processes when their first work comes: a run whose work is all done starts none."""

from collections.abc import Callable

from distributed import Client


class LazyClient:
    """A client of worker processes that are started at the first call of :meth:`start`."""

    def __init__(self, start: Callable[[], Client]) -> None:
        self._start = start
        self._client: Client | None = None
        self._is_closed = False

    @property
    def is_started(self) -> bool:
        """Tell whether workers were started."""
        return self._client is not None

    def start(self) -> Client:
        """Return the client. Raises WorkerLostError if no worker process starts."""
        if self._is_closed:
            raise RuntimeError("the workers were asked for after their end")
        if self._client is None:
            self._client = self._start()
        return self._client

    def close(self) -> None:
        """Start no workers any more. Those that were started are stopped by who started them."""
        self._is_closed = True


AnyClient = Client | LazyClient
"""A client of workers that may not have been started yet."""


def is_started(client: AnyClient) -> bool:
    """Tell whether a client has workers already."""
    return not isinstance(client, LazyClient) or client.is_started


def started(client: AnyClient) -> Client:
    """Return a client whose workers are started."""
    return client.start() if isinstance(client, LazyClient) else client
