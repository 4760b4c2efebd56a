"""What every Prefect task of hitlist shares: progress on the server, and what not to retry."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, cast
from uuid import UUID

from prefect import Task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger

from chem.errors import InputError
from flows.console import Report
from gnn.errors import ModelError

SECONDS = 2.0
"""Progress is told to the server at most this often."""


async def worth_retrying(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a failed stage may succeed the next time: not where the user has to act.

    A stage that is run again goes on from the ledger of its folder.
    """
    try:
        await state.aresult()
    except (InputError, ModelError):
        return False
    except Exception:
        return True
    return False


@contextmanager
def stage_progress(key: str, what: str) -> Iterator[Report]:
    """Give a function that reports progress as an artifact, and in the log where the end is open.

    The artifact ends at 100 when the stage ends well.
    """
    logger = get_run_logger()
    artifact = cast(UUID, create_progress_artifact(0.0, key=key, description=what))
    last = monotonic()

    def report(doing: str, done: int, total: int | None) -> None:
        nonlocal last
        if monotonic() - last < SECONDS:
            return
        last = monotonic()
        logger.info("%s: %s%s", doing, f"{done:,}", f" of {total:,}" if total else "")
        if total:
            update_progress_artifact(artifact, progress=min(99.0, 100 * done / total))

    yield report
    update_progress_artifact(artifact, progress=100.0)
