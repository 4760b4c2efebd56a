"""What ends a run: a lost cluster or store, altered files, books that do not balance."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chem.errors import HitlistError, InputError


class AccountingError(HitlistError, RuntimeError):
    """Records went missing or were counted twice: a fault of the program, never of the input."""


class LostError(InputError):
    """The work was cut off; what is done is kept, and the same run goes on from there.

    An InputError, because there is nothing to mend in the program: something that the user runs
    has to be there again.
    """


class SchedulerLostError(LostError):
    """The Dask scheduler went away in the middle."""


class WorkerLostError(LostError):
    """Workers died again and again on the same work, or none is left."""


class StoreError(LostError):
    """A file of a store is damaged or cannot be read or written."""


class AlteredError(InputError):
    """What a hit list rests on is not what was made of the library: somebody changed it."""


@contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written, such as a full disk, into one."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{path} cannot be written ({reason}); mend that and run again: what is done is kept"
        ) from error
