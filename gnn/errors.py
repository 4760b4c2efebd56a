"""The one exception of this package that means: the user can fix this."""

from chem.errors import HitlistError, in_one_line


class ModelError(HitlistError, ValueError):
    """A bundle, recipe or assay that cannot be used as it is.

    The message is one line that says what was found, what was expected and what to do. What it
    quotes, such as a path, may hold line breaks: they become blanks.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(in_one_line(message))


class WorkFolderError(ModelError):
    """A file of a training cannot be written: no fault of any network, so none is left out."""
