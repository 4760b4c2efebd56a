"""The one exception that means: the user can fix this."""


class InputError(ValueError):
    """A mistake in what the user gave: a file, a column, a name, a value.

    The message is one line that says what was found, what was expected and what to do.
    The command line prints it and exits with code 2; it never shows a traceback for it.
    """
