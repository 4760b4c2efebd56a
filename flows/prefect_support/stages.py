"""Options, progress and retries of Prefect tasks."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, cast
from uuid import UUID

from prefect import Task, runtime
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger
from prefect.states import Completed

from chem.disk.allowed_roots import ROOTS
from chem.errors import IncompleteLibraryError, InputError
from chem.library.completeness import watch
from chem.library.read import Library
from flows.prefect_support.artifacts import as_written
from flows.terminal.outcome import reading_lines
from flows.terminal.progress import ProgressRate, Report, progress_line
from gnn.errors import ModelError
from screening.dask_cluster.remote import Tls
from screening.errors import LostError
from screening.runs.plan import Plan

SECONDS = 2.0
"""The least time between two progress updates on the server, in seconds."""


async def worth_retrying(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a failed stage may succeed in another try. It cannot if the user must act.

    A stage that runs again resumes from the ledger of its folder.
    """
    try:
        await state.aresult()
    except LostError:  # the scheduler or the store may be back
        return True
    except (InputError, ModelError):
        return False
    except Exception:
        return True
    return False


async def is_incomplete(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a task failed only because the library is not whole yet."""
    try:
        await state.aresult()
    except IncompleteLibraryError:
        return True
    except Exception:
        return False
    return False


AGAIN: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 10,
    "retry_condition_fn": worth_retrying,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Options of tasks that can resume from a ledger."""
WAITING: dict[str, Any] = {
    "retries": 5,
    "retry_delay_seconds": [60, 120, 300, 600, 900],
    "retry_condition_fn": is_incomplete,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Options of a task that waits for a library to be whole, for 33 minutes in all."""
ONCE: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
"""Options of tasks without retries."""
Cluster = tuple[str | None, int | None, Tls]
"""The address of a scheduler, the processes to start without one, and the certificates."""


def hold_to_roots() -> None:
    """Restrict the paths of a deployed flow to the allowed roots.

    Anyone who may call the server chooses these paths. Without HITLIST_ROOTS in the worker's
    environment the only root is the working folder of the flow. A flow that is called from Python
    is not restricted. See :mod:`chem.disk.allowed_roots`.
    """
    if runtime.deployment.id and ROOTS not in os.environ:
        os.environ[ROOTS] = os.getcwd()


def completed(message: str, result: dict[str, Any]) -> dict[str, Any]:
    """Return the final state of a flow, which shows a message; the flow's caller gets the result.

    Pages, logs and ``prefect deployment run --watch`` show the message.
    """
    return cast(dict[str, Any], Completed(message=message, data=result))


def log_if(message: str) -> None:
    """Log a message unless it is empty."""
    if message:
        get_run_logger().info("%s", message)


def log_reading(library: Library, told: Sequence[str] | None = None) -> None:
    """Log how a library is read.

    Args:
        library: the open library.
        told: see :func:`flows.terminal.outcome.reading_lines`.
    """
    for line in reading_lines(library, told):
        get_run_logger().info("%s", line)


def refuse_doubts(plan: Plan) -> None:
    """Refuse a library that may not be whole: at night no one reads a note.

    Raises:
        IncompleteLibraryError: the file shows a sign of a cut, or was changed a short time ago and
            changes while it is watched.
    """
    path = plan.library.path
    for doubt in plan.doubts:
        raise IncompleteLibraryError(f"{path}: {doubt.text}")
    watch(path)
    plan.library.check_unchanged()


@contextmanager
def stage_progress(key: str, what: str) -> Iterator[Report]:
    """Yield a function that reports progress as an artifact and in the log.

    The description of the artifact gives the rate and the time left. The artifact reaches 100 when
    the stage succeeds.
    """
    logger, shown = get_run_logger(), as_written(what)
    artifact = cast(UUID, create_progress_artifact(0.0, key=key, description=shown))
    last = monotonic()
    percent = 0.0
    rate = ProgressRate()

    def report(doing: str, done: int, total: int | None) -> None:
        nonlocal last, percent
        told = rate.tell(doing, done, total)  # every report, passed on or not
        if monotonic() - last < SECONDS:
            return
        last = monotonic()
        line = progress_line(doing, done, total, told)
        logger.info("%s", line)
        if total:
            percent = min(99.0, 100 * done / total)
        update_progress_artifact(
            artifact, progress=percent, description=f"{shown}\n\n{as_written(line)}"
        )

    yield report
    update_progress_artifact(artifact, progress=100.0, description=shown)
