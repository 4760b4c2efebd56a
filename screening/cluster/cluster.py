"""Dask: where the work runs, and a bounded window of it in flight."""

import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

import dask
from distributed import Client as Client  # flows name its type too
from distributed import Future, KilledWorker, LocalCluster
from distributed.comm.core import CommClosedError

from chem.disk.scratch import scratch_folder
from screening.cluster.installation import OtherInstallationError, installation, run_checked
from screening.cluster.remote import Tls, address_of, close, open_client
from screening.errors import SchedulerLostError, WorkerLostError

Item = TypeVar("Item")
QUIET = {
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    "distributed.comm.timeouts.connect": "20s",
    # A killed worker is started again. By default Dask gives it up, for good, where it is not there
    # 15 seconds after: on a busy machine a start takes longer, and it may die a second time.
    "distributed.deploy.lost-worker-timeout": "365 days",
    "distributed.logging.distributed": "error",
    "distributed.scheduler.allowed-failures": 2,
    # No pages: what they show of a run needs no key.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Workers hold one partition each; pausing at a share of a laptop's memory only stalls them.
    "distributed.worker.memory.pause": False,
    # Python's own modules before any file of the same name in the folder of the command.
    "distributed.nanny.pre-spawn-environ.PYTHONSAFEPATH": "1",
}
LOOK_SECONDS = 5.0
"""How often the number of workers is asked for."""
LANDING_SECONDS = 5.0
"""How long work that is called off may take to say so."""
PATIENCE_SECONDS = 600.0
"""How long a run goes on without any worker: a queue of jobs may be slow to start others."""


@contextmanager
def connect(
    scheduler: str | None = None, workers: int | None = None, tls: Tls | None = None
) -> Iterator[Client]:
    """Give a client of a running scheduler (``tls://host:8786``), or of processes started here.

    Processes started here speak TLS with a key that lives in their memory alone, so no other user
    of the machine reaches them. Dask looks for modules in its scratch folder first, so that is a
    new one that only this user may enter; those of runs that were killed are removed.

    workers: processes to start, by default one for each core that this process may use.
    tls: certificates for ``tls://``; by default what the environment names.
    """
    # A worker that is slow to stop is stopped, a lost scheduler is raised: no news to a chemist.
    for name in ("distributed", "distributed.client"):  # Dask gives both a level of their own
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(QUIET):
        if scheduler is not None:
            client = open_client(scheduler, tls or Tls.find())
            try:
                yield client
            finally:
                close(client)
            return
        count = workers or _cores()
        with (
            scratch_folder() as scratch,
            dask.config.set({"temporary-directory": str(scratch)}),
        ):
            with _ignoring_interrupts():
                cluster = _start(count)
            with cluster, Client(cluster) as client:
                yield client


def _start(workers: int) -> LocalCluster:
    """Start processes on this machine; once more if something kills one while it starts."""
    try:
        with suppress(RuntimeError):
            return _start_once(workers)
        return _start_once(workers)
    except RuntimeError as error:
        raise WorkerLostError(
            f"no worker processes start here ({error}); is there memory for {workers}? "
            "Ask for fewer with --workers"
        ) from error


def _start_once(workers: int) -> LocalCluster:
    with warnings.catch_warnings():  # of Dask, which discourages a worker without pages
        warnings.simplefilter("ignore", UserWarning)
        return LocalCluster(
            n_workers=workers,
            security=True,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # None would take 8787, and say so if it is taken
            scheduler_kwargs={"dashboard": False},
            dashboard=False,
            memory_limit=0,
        )


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

    At most ``window`` items are in flight (by default two for each worker that is there now), so
    that a source of any length is read only as fast as it is worked off. A worker that dies is
    Dask's to replace: its work is done again. Raises SchedulerLostError when the scheduler goes
    away, WorkerLostError when the same work kills workers again and again or none is left.
    """
    source = iter(items)
    done: SimpleQueue[Future[Any]] = SimpleQueue()
    flying: set[Future[Any]] = set()
    crew = _Crew(client)
    work = _checked(client, work)

    def fill() -> None:
        size = window or 2 * max(1, crew.count)
        for item in islice(source, max(0, size - len(flying))):
            future = client.submit(work, item, pure=False)
            flying.add(future)
            future.add_done_callback(done.put)

    def take() -> Any:
        """The next result; its future is forgotten here, and with it the result in the worker."""
        while True:
            crew.look()
            try:
                future = done.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            flying.discard(future)
            return _result(client, future)

    try:
        fill()
        while flying:
            yield take()
            fill()
    finally:
        _call_off(client, flying, done)


def _call_off(client: Client, flying: set[Future[Any]], done: "SimpleQueue[Future[Any]]") -> None:
    """Cancel what is in flight when the work ends early, and hear it land.

    Dask calls back from threads that no longer start when the process is about to end.
    """
    end = monotonic() + LANDING_SECONDS
    if flying and client.status == "running":
        with suppress(OSError, TimeoutError):
            client.cancel(list(flying))
    while flying and monotonic() < end:
        with suppress(Empty):
            flying.discard(done.get(timeout=0.1))


def _checked(client: Client, work: Callable[[Item], Any]) -> Callable[[Item], Any]:
    """Hold workers that others started to this process's installation."""
    return work if client.cluster is not None else partial(run_checked, installation(), work)


def _result(client: Client, future: Future[Any]) -> Any:
    try:
        return future.result()
    except KilledWorker as error:
        raise WorkerLostError(
            f"workers died again and again on the same work ({error.last_worker.address}, the "
            "last one); give them more memory, or make the partitions smaller"
        ) from error
    except (CancelledError, CommClosedError):  # before it was asked, or while it answered
        raise _lost(client) from None
    except ImportError as error:
        if client.cluster is not None:  # processes of our own: a fault of the program
            raise
        raise OtherInstallationError(
            f"a worker that joined cannot load hitlist ({error}); install the same version there"
        ) from error


def _lost(client: Client) -> SchedulerLostError:
    return SchedulerLostError(
        f"the Dask scheduler at {address_of(client)} went away, and the work with it"
    )


class _Crew:
    """The number of workers, asked for now and then."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.count = 0
        self._asked = self._seen = monotonic()
        self._ask()

    def look(self) -> None:
        """Ask again if it is time; raises where the scheduler or every worker is gone."""
        if monotonic() - self._asked >= LOOK_SECONDS:
            self._ask()
        if monotonic() - self._seen > PATIENCE_SECONDS:
            raise WorkerLostError(
                f"the Dask scheduler at {address_of(self.client)} had no worker for "
                f"{PATIENCE_SECONDS:g} s"
            )

    def _ask(self) -> None:
        if self.client.status != "running":
            raise _lost(self.client)
        try:
            self.count = len(self.client.nthreads())
        except OSError:
            raise _lost(self.client) from None
        self._asked = monotonic()
        if self.count:
            self._seen = self._asked
