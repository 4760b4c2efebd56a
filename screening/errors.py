"""What cuts work off from outside: a cluster or a store that goes away. Running again goes on."""

from chem.errors import InputError


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
