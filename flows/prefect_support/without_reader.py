"""Lets a deployed flow go on when nobody reads its output any more.

A worker reads the output of its flows through a pipe. If the worker is killed, its flows live, and
the next line that Prefect prints would end them: rich, which prints it, ends a program whose reader
is gone. The lines also go to the server, so nothing is lost without the reader.
"""

import logging
import os
import sys
from functools import partial

from prefect import runtime
from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console


def go_on_without_reader() -> None:
    """Let this process outlive the reader of its output, if it runs a deployed flow."""
    if not runtime.deployment.id:
        return
    loggers = (logging.getLogger(name) for name in ("", *logging.root.manager.loggerDict))
    for handler in [handler for logger in loggers for handler in logger.handlers]:
        if isinstance(handler, PrefectConsoleHandler):
            console = handler.console
            console.on_broken_pipe = partial(_go_quiet, console)  # type: ignore[method-assign]


def _go_quiet(console: Console) -> None:
    """Print nothing more, and send what others print into nothing."""
    console.quiet = True
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nothing, stream.fileno())
    os.close(nothing)
