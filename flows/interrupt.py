"""Ctrl-C at a terminal: always heard, and without the debris of what it cut through."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

AGAIN_SECONDS = 0.01
"""Until a Ctrl-C that a destructor swallowed is raised again."""


def heed_interrupts() -> None:
    """Raise KeyboardInterrupt on Ctrl-C as Python does, and see to objects that it left half made.

    It may strike while a constructor of a library is at work; the destructor of what is left
    then fails, which Python reports as a traceback to a user who only wanted to stop. And it
    may strike in a destructor, where Python would swallow it. A process in which Ctrl-C is
    ignored, or heard by somebody else, stays as it is.
    """
    main = threading.current_thread() is threading.main_thread()  # no other may set a handler
    if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    sys.unraisablehook = _after_interrupt
    signal.default_int_handler(number, frame)
    raise AssertionError("unreachable: the handler raises")


def _after_interrupt(failed: "sys.UnraisableHookArgs") -> None:
    if issubclass(failed.exc_type, KeyboardInterrupt):  # it was swallowed: once more, after this
        threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()
