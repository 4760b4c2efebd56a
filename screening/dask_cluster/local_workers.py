"""Starts worker processes on this machine, over TLS, with a scratch folder of their own."""

import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import dask
from distributed import Client, LocalCluster

from chem.disk.scratch import scratch_folder
from screening.dask_cluster import process_start
from screening.errors import WorkerLostError


class LocalWorkers:
    """Starts processes on this machine, which the end of a stack stops."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack.enter_context(ExitStack())

    def start(self, workers: int) -> Client:
        """Return a client of that many processes; those that were started before are stopped.

        Raises WorkerLostError if none starts.
        """
        self._stack.close()
        scratch = self._stack.enter_context(scratch_folder())
        self._stack.enter_context(dask.config.set({"temporary-directory": str(scratch)}))
        with _ignoring_interrupts():
            cluster = _start(workers)
        self._stack.enter_context(cluster)
        client: Client = self._stack.enter_context(Client(cluster))
        return client


def _start(workers: int) -> LocalCluster:
    """Start processes on this machine; try once more if one of them is killed while it starts."""
    try:
        with suppress(RuntimeError):
            return _start_once(workers)
        return _start_once(workers)
    except RuntimeError as error:
        raise WorkerLostError(
            f"no worker processes start here ({error}); is there enough memory for {workers}? "
            "Ask for fewer with --workers"
        ) from error


def _start_once(workers: int) -> LocalCluster:
    with warnings.catch_warnings():  # Dask warns of a worker without web pages
        warnings.simplefilter("ignore", UserWarning)
        return LocalCluster(
            n_workers=workers,
            security=True,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # None: port 8787, and a warning if it is in use
            scheduler_kwargs={"dashboard": False},
            dashboard=False,
            memory_limit=0,
            preload=[*_preloaded(), process_start.__name__],
        )


def _preloaded() -> list[str]:
    """Return what the user's configuration loads in workers, given as one name or a list."""
    given = dask.config.get("distributed.worker.preload")
    return [given] if isinstance(given, str) else list(given)


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C in processes started meanwhile: this process receives it and stops them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set signal handlers
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
