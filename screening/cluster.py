"""Dask: where the work runs, and a bounded window of it in flight."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import dask
from distributed import Client, KilledWorker, LocalCluster, as_completed

from chem.errors import InputError

Item = TypeVar("Item")
QUIET = {
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    "distributed.comm.timeouts.connect": "20s",
    "distributed.logging.distributed": "error",
    "distributed.scheduler.allowed-failures": 2,
    # Workers hold one partition each; pausing at a share of a laptop's memory only stalls them.
    "distributed.worker.memory.pause": False,
}


class WorkerLostError(RuntimeError):
    """A worker died again and again on the same partition."""


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Client]:
    """Give a client of a running scheduler (``tcp://host:8786``), or of processes started here.

    workers: processes to start, by default one for each core that this process may use.
    """
    # A worker that is slow to stop is stopped; that is no news to a chemist.
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with dask.config.set(QUIET):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout="20s")
            except (OSError, ValueError) as error:
                raise InputError(
                    f"no Dask scheduler answers at {scheduler} ({error}); start one with "
                    "`dask scheduler`, or leave the option out to work on this machine"
                ) from None
            with client:
                yield client
            return
        count = workers or _cores()
        with _ignoring_interrupts():
            cluster = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",  # None would take 8787, and say so if it is taken
                memory_limit=0,
            )
        with cluster, Client(cluster) as client:
            yield client


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: this process hears it, and stops them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say how signals are handled
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_window(
    client: Client, work: Callable[[Item], Any], items: Iterable[Item], window: int | None = None
) -> Iterator[Any]:
    """Run ``work`` on each item in the workers; yield results as they come, in any order.

    At most ``window`` items are in flight (by default two for each worker), so that a source of
    any length is read only as fast as it is worked off.
    """
    size = window or 2 * max(1, len(client.scheduler_info()["workers"]))
    source = iter(items)
    running = as_completed(with_results=False)
    for item in _first(source, size):
        running.add(client.submit(work, item, pure=False))
    for future in running:
        try:
            yield future.result()
        except KilledWorker as error:
            raise WorkerLostError(f"a worker died repeatedly on the same work: {error}") from error
        for item in _first(source, 1):
            running.add(client.submit(work, item, pure=False))


def _first(source: Iterator[Item], count: int) -> Iterator[Item]:
    for _ in range(count):
        try:
            yield next(source)
        except StopIteration:
            return
