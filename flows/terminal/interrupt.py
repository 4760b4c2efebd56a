"""Ctrl-C at a terminal, or a SIGTERM: always heard, and without debris of what it cut through."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

AGAIN_SECONDS = 0.01
"""Until a Ctrl-C that a destructor swallowed is raised again."""
_HEARD: list[int] = []
"""The signals that were heard, the last one last."""


def heed_interrupts() -> None:
    """Raise KeyboardInterrupt on Ctrl-C as Python does, and see to objects that it left half made.

    It may strike while a constructor of a library is at work; the destructor of what is left
    then fails, which Python reports as a traceback to a user who only wanted to stop. And it
    may strike in a destructor, where Python would swallow it. A process in which Ctrl-C is
    ignored, or heard by somebody else, stays as it is.

    SIGTERM, by which a service or a batch system stops a command, is heard in the same way: by
    default it ends the process on the spot, and leaves worker processes and semaphores behind.
    """
    if threading.current_thread() is not threading.main_thread():  # no other may set a handler
        return
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)


def exit_code() -> int:
    """Return the code of a command that was stopped: 130 by Ctrl-C, 143 by SIGTERM."""
    return 128 + (_HEARD[-1] if _HEARD else signal.SIGINT)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    _HEARD.append(number)
    sys.unraisablehook = _after_interrupt
    signal.default_int_handler(number, frame)
    raise AssertionError("unreachable: the handler raises")


def _after_interrupt(failed: "sys.UnraisableHookArgs") -> None:
    if issubclass(failed.exc_type, KeyboardInterrupt):  # it was swallowed: once more, after this
        threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), _HEARD[-1])).start()
