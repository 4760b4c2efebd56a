"""Processes for parallel work that load no module from the folder where the command was given."""

import multiprocessing
import os
from multiprocessing.context import SpawnContext

SAFE_PATH = "PYTHONSAFEPATH"
"""Environment variable by which Python leaves the current folder out of its search path."""


def fresh_processes() -> SpawnContext:
    """Return a context whose processes start anew, with Python's own modules before all others.

    Python would put the current folder first, and a file called pickle.py there would run.
    """
    os.environ[SAFE_PATH] = os.environ.get(SAFE_PATH) or "1"
    return multiprocessing.get_context("spawn")
