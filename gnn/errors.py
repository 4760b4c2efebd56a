"""Defines the exceptions of this package that mean that the user can fix the problem."""

from chem.errors import HitlistError, in_one_line


class ModelError(HitlistError, ValueError):
    """A bundle, recipe or assay that cannot be used as it is.

    The message is one line that says what was found, what was expected and what to do. Text that it
    quotes, such as a path, may hold line breaks: they become blanks.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(in_one_line(message))


class WorkFolderError(ModelError):
    """A training file that cannot be written: no network is at fault, so none is left out."""
