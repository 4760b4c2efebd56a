"""Errors that end a run: a lost cluster or store, altered files, counts that do not add up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chem.errors import HitlistError, InputError


class AccountingError(HitlistError, RuntimeError):
    """Records that went missing or were counted twice: a program fault, never an input fault."""


class LostError(InputError):
    """Work that was interrupted; finished work is kept, and the same run resumes from there.

    It is an InputError because the program needs no fix: something that the user operates, such as
    a cluster or a disk, has to be available again.
    """


class SchedulerLostError(LostError):
    """A Dask scheduler that was lost during the work."""


class WorkerLostError(LostError):
    """Workers that died repeatedly on the same work, or of which none is left."""


class BusyError(LostError):
    """A folder that another run, which does the same work, held for the whole wait."""


class StoreError(LostError):
    """A file of a store that is damaged, or that cannot be read or written."""


class OtherRunError(InputError):
    """A folder that holds another run than the one that is to be written there."""


class AlteredError(InputError):
    """A file behind a hit list that was changed after it was made from the library."""


@contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """Turn a system error on writing a file, such as a full disk, into a StoreError of one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{path} cannot be written ({reason}); fix that and run again: finished work is kept"
        ) from error
