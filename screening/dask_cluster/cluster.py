"""Connects to Dask workers, and runs work on them with a bounded number of items in flight."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

import dask
from distributed import Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from screening.dask_cluster.installation import OtherInstallationError, installation, run_checked
from screening.dask_cluster.lazy_client import AnyClient, LazyClient, started
from screening.dask_cluster.local_workers import LocalWorkers, cores
from screening.dask_cluster.remote import Tls, address_of, close, open_client
from screening.errors import SchedulerLostError, WorkerLostError

Item = TypeVar("Item")
QUIET = {
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    "distributed.comm.timeouts.connect": "20s",
    # A killed worker is started again. By default Dask gives it up for good if it is not back after
    # 15 seconds. On a busy machine a start takes longer, and the worker may die a second time.
    "distributed.deploy.lost-worker-timeout": "365 days",
    "distributed.logging.distributed": "error",
    "distributed.scheduler.allowed-failures": 2,
    # No web pages: they would show a run to anyone, without a key.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Each worker holds one partition; pausing at a share of a laptop's memory would only stall it.
    "distributed.worker.memory.pause": False,
    # Python's own modules come before files of the same name in the working folder.
    "distributed.nanny.pre-spawn-environ.PYTHONSAFEPATH": "1",
}
LOOK_SECONDS = 5.0
"""Seconds between two requests for the number of workers."""
LANDING_SECONDS = 5.0
"""The most seconds that cancelled work may take to report its end."""
PATIENCE_SECONDS = 600.0
"""The most seconds that a run waits without any worker: a job queue may be slow to start others."""


@contextmanager
def connect(
    scheduler: str | None = None, workers: int | None = None, tls: Tls | None = None
) -> Iterator[AnyClient]:
    """Give a client of a running scheduler (``tls://host:8786``), or of processes started here.

    Processes are started here when the first work comes, and stopped at the end. They use TLS with
    a key that exists only in their memory, so no other user of the machine can reach them. Dask
    looks for modules in its scratch folder first, so each run has a new scratch folder that only
    this user may enter; those of killed runs are removed.

    Args:
        scheduler: The address of a running scheduler; None: start processes here.
        workers: The number of processes to start. By default one for each core that this process
            may use, and fewer for little work: see ``run_window``.
        tls: The certificates for ``tls://``; by default those that the environment names.
    """
    # Dask's log is silenced: slow workers are stopped anyway, and a lost scheduler raises an error.
    for name in ("distributed", "distributed.client"):  # Dask sets a level on both
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(QUIET):
        if scheduler is not None:
            client = open_client(scheduler, tls or Tls.find())
            try:
                yield client
            finally:
                close(client)
            return
        with ExitStack() as stack:
            lazy = LazyClient(LocalWorkers(stack), workers or cores(), workers is not None)
            try:
                yield lazy
            finally:
                lazy.close()


def run_window(
    client: AnyClient,
    work: Callable[[Item], Any],
    items: Iterable[Item],
    window: int | None = None,
    meanwhile: Callable[[], None] | None = None,
    resource: str | None = None,
    per_worker: int = 1,
) -> Iterator[Any]:
    """Run ``work`` on each item in the workers; yield the results as they arrive, in any order.

    At most ``window`` items are in flight (by default two for each present worker), so that a
    source of any length is read only as fast as its items are done. Dask replaces a worker that
    dies and repeats its work. ``meanwhile`` is called once, while the first items are in flight;
    its error ends the work.

    Without any item, no worker is asked or started. A worker that is started here takes four
    seconds of a core to import torch and to load the models. So a single item starts only one
    worker, and there are no more than one for each ``per_worker`` items if their number is known.

    If any worker has the ``resource``, such as ``GPU``, only those that have it work on the items.

    Raises SchedulerLostError if the scheduler is lost, and WorkerLostError if the same work kills
    workers repeatedly or no worker is left.
    """
    source = iter(items)
    first = deque(islice(source, 2))
    if not first:
        if meanwhile is not None:
            meanwhile()
        return
    useful: int | None = None
    if isinstance(items, Sized):
        useful = -(-len(items) // per_worker)
    elif len(first) == 1:
        useful = 1
    crew = started(client, useful)
    yield from _run_window(crew, work, _each(first, source), window, meanwhile, resource)


def _each(first: deque[Item], others: Iterator[Item]) -> Iterator[Item]:
    """Yield all items, and keep none of them: one may be a large partition."""
    while first:
        yield first.popleft()
    yield from others


def _run_window(
    client: Client,
    work: Callable[[Item], Any],
    source: Iterator[Item],
    window: int | None,
    meanwhile: Callable[[], None] | None,
    resource: str | None,
) -> Iterator[Any]:
    done: SimpleQueue[Future[Any]] = SimpleQueue()
    flying: set[Future[Any]] = set()
    crew = _Crew(client)
    work = _checked(client, work)
    needed = None if resource is None else _find_resource(client, resource)

    def fill() -> None:
        size = window or 2 * max(1, crew.count)
        for item in islice(source, max(0, size - len(flying))):
            future = client.submit(work, item, pure=False, resources=needed)
            flying.add(future)
            future.add_done_callback(done.put)

    def take() -> Any:
        """Return the next result; drop its future, so that the worker frees the result."""
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
        if meanwhile is not None:
            meanwhile()
        while flying:
            yield take()
            fill()
    finally:
        _call_off(client, flying, done)


def _find_resource(client: Client, resource: str) -> dict[str, float] | None:
    """Return what an item needs: one of a resource; None if no worker has it."""
    workers: Mapping[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    has_it = any(resource in one.get("resources", {}) for one in workers.values())
    return {resource: 1} if has_it else None


def _call_off(client: Client, flying: set[Future[Any]], done: "SimpleQueue[Future[Any]]") -> None:
    """Cancel what is in flight when the work ends early, and wait until it reports its end.

    Dask calls back from threads, which can no longer start once the process is about to end.
    """
    end = monotonic() + LANDING_SECONDS
    if flying and client.status == "running":
        with suppress(OSError, TimeoutError):
            client.cancel(list(flying))
    while flying and monotonic() < end:
        with suppress(Empty):
            flying.discard(done.get(timeout=0.1))


def _checked(client: Client, work: Callable[[Item], Any]) -> Callable[[Item], Any]:
    """Return work that also checks the installation of workers which others started."""
    return work if client.cluster is not None else partial(run_checked, installation(), work)


def _result(client: Client, future: Future[Any]) -> Any:
    try:
        return future.result()
    except KilledWorker as error:
        raise WorkerLostError(
            f"workers died again and again on the same work (the last one at "
            f"{error.last_worker.address}); give them more memory, or make the partitions smaller"
        ) from error
    except (CancelledError, CommClosedError):  # before the request, or during the answer
        raise _lost(client) from None
    except ImportError as error:
        if client.cluster is not None:  # in our own processes it is a program fault
            raise
        raise OtherInstallationError(
            f"a worker that joined cannot load hitlist ({error}); install the same version there"
        ) from error


def _lost(client: Client) -> SchedulerLostError:
    return SchedulerLostError(
        f"the Dask scheduler at {address_of(client)} was lost, and the work with it"
    )


class _Crew:
    """The number of workers, updated from time to time."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.count = 0
        self._asked = self._seen = monotonic()
        self._ask()

    def look(self) -> None:
        """Update the number if due; raise LostError if the scheduler or all workers are lost."""
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
