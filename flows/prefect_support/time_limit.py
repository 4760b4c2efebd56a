"""Ends a flow run that takes longer than its screen allows, and says so.

Prefect's own limit is set when a flow is defined, not by its parameters. A limit here has two
steps. An alarm first raises an error in the main thread, where a deployed flow runs: stages and
clusters are closed, and the flow run fails with the reason. No handler of errors on the way takes
the alarm for one of its own, such as an older run that cannot be read: it is no Exception. An
alarm waits for a long call of compiled code. Therefore a second thread later sets the state of the
flow run and ends the process.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from types import FrameType
from typing import NoReturn

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.logging import get_logger
from prefect.states import Failed

from chem.errors import InputError
from screening.objective.schedule import read_seconds

GRACE = 180.0
"""The seconds for closing stages and clusters before the process is ended."""
REPEAT = 60.0
"""The seconds after which the alarm rings again, if something caught its error."""


class AlarmError(BaseException):
    """The alarm, from where it rings to the edge of :func:`time_limit`.

    Prefect marks the task inside as crashed, and does not try it again.
    """


class OverdueError(InputError):
    """A run that took longer than its screen allows. It is not tried again."""


def limit_seconds(text: str | None) -> int | None:
    """Return a time such as ``6h`` in seconds; None without one. Raises InputError."""
    if text is None:
        return None
    try:
        return read_seconds(text)
    except ValueError as error:
        raise InputError(f"max_runtime: {error}") from None


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """End the deployed flow run inside after some seconds.

    A flow that is called from Python has no limit, because its process does other work too.

    Raises:
        OverdueError: the time is over.
    """
    if seconds is None or not runtime.deployment.id:
        yield
        return
    told = (
        f"the run was ended after {describe_time(seconds)}, its max_runtime; finished work is "
        "kept: give it more time, or run it again to go on"
    )

    def ring(number: int, frame: FrameType | None) -> NoReturn:
        raise AlarmError(told)

    last = Timer(seconds + GRACE, _end, (told, str(runtime.flow_run.id)))
    last.daemon = True
    last.start()
    rings = current_thread() is main_thread()
    before = signal.signal(signal.SIGALRM, ring) if rings else None
    try:
        if rings:
            signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
        yield
    except AlarmError as alarm:
        raise OverdueError(told) from alarm
    finally:
        if rings:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        last.cancel()


def _end(told: str, flow_run: str) -> None:
    """Set the state of a flow run and end this process, whose main thread does not answer."""
    code = 1  # Prefect then marks the run as crashed
    try:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(flow_run, Failed(message=told), force=True)
        code = 0
    except Exception as error:
        get_logger("hitlist").error("%s (the server was not told: %s)", told, error)
    finally:
        os._exit(code)


def describe_time(seconds: float) -> str:
    """Return a time in words.

    >>> describe_time(21600), describe_time(5400), describe_time(3)
    ('6 h', '1 h 30 min', '3 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
