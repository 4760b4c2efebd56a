"""Handling of Ctrl-C and SIGTERM: never lost, and without tracebacks of interrupted code."""

import os
import signal
import sys
import threading
from types import FrameType

AGAIN_SECONDS = 0.01
"""Delay before a Ctrl-C that a destructor swallowed is raised again, in seconds."""
_HEARD: list[int] = []
"""The received signals, in order."""


def heed_interrupts() -> None:
    """Raise KeyboardInterrupt on Ctrl-C and on SIGTERM, reliably and quietly.

    Ctrl-C may interrupt the constructor of a library. The destructor of the unfinished object then
    fails, and Python would show its traceback to a user who only wanted to stop. Ctrl-C may also
    interrupt a destructor, where Python would swallow it. A process that ignores Ctrl-C, or has
    another handler for it, is left alone.

    Services and batch systems stop a command with SIGTERM. By default it ends the process at once
    and leaves worker processes and semaphores behind.
    """
    if (
        threading.current_thread() is not threading.main_thread()
    ):  # only this thread may set a handler
        return
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)


def exit_code() -> int:
    """Return the exit code of a stopped command: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (_HEARD[-1] if _HEARD else signal.SIGINT)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _HEARD.append(number)
    sys.unraisablehook = _after_interrupt
    if _is_in_hook(frame):  # Python would swallow this one, too
        _raise_later()
    else:
        signal.default_int_handler(number, frame)


def _after_interrupt(failed: "sys.UnraisableHookArgs") -> None:
    if issubclass(failed.exc_type, KeyboardInterrupt):  # it was swallowed
        _raise_later()


def _raise_later() -> None:
    threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), _HEARD[-1])).start()


def _is_in_hook(frame: FrameType | None) -> bool:
    """Tell whether the hook is at work: on a busy machine it may take longer than the delay."""
    while frame is not None:
        if frame.f_code is _after_interrupt.__code__:
            return True
        frame = frame.f_back
    return False
