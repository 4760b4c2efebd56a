"""The one exception of this package that means: the user can fix this."""

import re

# As chem.errors has it, which is not there on a machine that only trains.
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class ModelError(ValueError):
    """A bundle, recipe or assay that cannot be used as it is.

    The message is one line that says what was found, what was expected and what to do. What it
    quotes, such as a path, may hold line breaks: they become blanks.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(_BREAKS.sub(" ", str(message)))


class WorkFolderError(ModelError):
    """A file of a training cannot be written: no fault of any network, so none is left out."""
