"""Refuses folders and files that cannot be written, before the work whose result they get."""

from pathlib import Path
from tempfile import TemporaryFile

from chem.errors import InputError


def check_writable(folder: Path, remedy: str = "name another folder with --out") -> None:
    """Refuse an output folder that cannot be made or written; ``remedy`` ends the message."""
    nearest = folder.resolve()
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        raise InputError(f"{nearest} is a file, so {folder} cannot be made; {remedy}")
    try:
        with TemporaryFile(dir=nearest):  # the only reliable test for every user and file system
            pass
    except OSError as error:
        raise InputError(f"{nearest} cannot be written ({error.strerror}); {remedy}") from None


def writable_file(path: Path, option: str, example: str) -> Path:
    """Return the path of a file to write, with ``~`` resolved.

    Args:
        path: what the user named.
        option: the option that named it, such as ``--csv``.
        example: the name of such a file, for the message about a folder.

    Raises:
        InputError: it is a folder, or its own folder cannot be made or written.
    """
    path = path.expanduser()
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file to write, such as {path}/{example}")
    check_writable(path.parent, f"name a file elsewhere with {option}")
    return path
