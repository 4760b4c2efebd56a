"""Sets up a process of hitlist, a command or a worker, before it imports anything heavy."""

import gc

GARBAGE = (100_000, 10, 10)
"""When unused objects are looked for. By default that is so often that it takes a fifth of the time
in which torch, pandas and Dask are imported: 0.7 of 4 s. The processes of a screen of the approved
drugs need as much memory as before."""


def collect_seldom() -> None:
    """Look for unused objects more seldom than by default."""
    gc.set_threshold(*GARBAGE)


def dask_setup(worker: object) -> None:
    """Set up a worker: Dask calls this before the first work."""
    collect_seldom()
