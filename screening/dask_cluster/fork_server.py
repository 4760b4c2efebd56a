"""Starts a process that imports all that workers need, once; workers are then forked from it.

A worker that starts from nothing imports for 3 s of CPU time, most of it torch. The fork server
does this once for all workers, while the command itself still imports and reads its input.

Only a command starts it (:func:`start_fork_server`). Workers get the environment that it had then,
so after a change of the environment they are started from nothing, as without it.
"""

import atexit
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver

import psutil

WORKER_ENVIRONMENT = {
    # Python's own modules come before files of the same name in the working folder.
    "PYTHONSAFEPATH": "1",
    # As Dask sets them for the workers that it starts: one thread each, and memory given back.
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Variables that a worker process has from its start."""
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
_started_with: dict[str, str] = {}
"""The environment in which the fork server was started."""


def start_fork_server() -> None:
    """Start it, without waiting for its imports. It ends with this process.

    It does nothing on systems other than Linux, where the libraries used here are not safe to fork,
    in a Python whose fork server other users could reach (3.11.0), and where its socket cannot be
    made.
    """
    if sys.platform != "linux" or sys.version_info < (3, 11, 1) or _started_with:
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(_IMPORTED))
    try:
        with _changed_environment():
            forkserver.ensure_running()
    except OSError:  # the temporary folder has too long a path for a socket; workers start anew
        return
    atexit.register(_stop)
    _started_with.update(_environment())


def start_method() -> str:
    """Return how worker processes are to be started now: ``forkserver`` or ``spawn``."""
    return "forkserver" if _started_with and _started_with == _environment() else "spawn"


def _stop() -> None:
    """End it also in the midst of its imports: it holds the output of a command that has ended."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "multiprocessing.forkserver" in " ".join(child.cmdline()):
                child.kill()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _SET_BY_IMPORTS}


@contextmanager
def _changed_environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
