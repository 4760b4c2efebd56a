"""Starts a process that imports all that workers need, once; workers are then forked from it.

A worker that starts from nothing imports for 3 s of CPU time, most of it torch. The fork server
does this once for all workers, while the command itself still imports and reads its input.

Only a command starts it (:func:`start_fork_server`). Workers get the environment that it had then,
so after a change of the environment, or with other variables in Dask's configuration, they are
started from nothing, as without it.
"""

import atexit
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path

import dask
import psutil

from chem.disk.scratch import scratch_folder
from chem.errors import InputError

# Python's own modules come before files of the same name in the working folder.
SAFE_PATH = {"PYTHONSAFEPATH": "1"}
"""A variable that every worker process has from its start."""
DASK_VARIABLES = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Variables that Dask sets for the workers that it starts, unless the user has set them."""
_IMPORTED = (
    "distributed.nanny",
    "screening.prepare.prepare",
    "screening.score.score",
    "screening.score.worker_models",
    "screening.evidence.shapley",
)
"""Modules in which the work of a screen is found; a test holds them to the stages."""
_SET_BY_IMPORTS = ("RDBASE",)
"""Variables that an import sets, in a worker, too (RDKit)."""
_started_with: dict[int, dict[str, str]] = {}
"""By process: the environment in which it started its fork server."""


def start_fork_server() -> None:
    """Start it, without waiting for its imports. It ends with this process.

    Its socket is in a scratch folder, which the next command removes if this one is killed. It does
    nothing on systems other than Linux, where the libraries used here are not safe to fork, in a
    Python whose fork server other users could reach (3.11.0), and where its socket cannot be made.
    """
    own = os.getpid()
    if sys.platform != "linux" or sys.version_info < (3, 11, 1) or own in _started_with:
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(_IMPORTED))
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder())
            with _as_a_worker(), _temporary_folder(folder):
                forkserver.ensure_running()
        except (OSError, InputError):  # such as a path that is too long for a socket
            return
        atexit.register(_stop, own, stack.pop_all())
    _started_with[own] = _environment()


def start_method() -> str:
    """Return how worker processes are to be started now: ``forkserver`` or ``spawn``."""
    given = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    variables = {name: str(value) for name, value in given.items()} | SAFE_PATH
    as_usual = variables == DASK_VARIABLES | SAFE_PATH
    is_same = _started_with.get(os.getpid()) == _environment()
    return "forkserver" if is_same and as_usual else "spawn"


def _stop(owner: int, resources: ExitStack) -> None:
    """End it also in the midst of its imports: it holds the output of a command that has ended."""
    if os.getpid() != owner:  # a fork of the command
        return
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "multiprocessing.forkserver" in " ".join(child.cmdline()):
                child.kill()
    resources.close()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _SET_BY_IMPORTS}


@contextmanager
def _as_a_worker() -> Iterator[None]:
    """Give the process that starts meanwhile what Dask gives a worker, and no Ctrl-C.

    Dask's variables (one thread, memory given back) count where the user has set none. The user's
    Ctrl-C reaches the command, which stops its workers.
    """
    wanted = {name: os.environ.get(name, value) for name, value in DASK_VARIABLES.items()}
    wanted |= SAFE_PATH
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        with ignoring_interrupts():
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[None]:
    """Let Python put its sockets into a folder from now on; it asks for the place once."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def ignoring_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C in processes started meanwhile: this process receives it and stops them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set signal handlers
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
