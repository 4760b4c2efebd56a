"""Keeps ``runs/latest`` and ``runs/latest-<screen>``: links to the newest finished run.

A link is relative and leads to a folder beside it, so a folder of runs may be moved. Where a file
system has no links, a file ``latest.txt`` has the folder's name. Only a folder named ``runs``, or
one that has such a link already, gets them.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import read_regular
from chem.disk.files import sync_folder, write_atomic
from chem.errors import InputError

LATEST, RUNS = "latest", "runs"
MANIFEST = "manifest.json"
"""A file of a run, which is written last: a folder that has it holds a complete run."""
_TEXT = ".txt"
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
"""Errors of a file system that has no symbolic links."""


def is_latest(name: str) -> bool:
    """Tell whether a name is that of a link to the newest run.

    >>> is_latest("latest"), is_latest("latest-kinase"), is_latest("kinase-20260101-020000")
    (True, True, False)
    """
    return name == LATEST or (name.startswith(f"{LATEST}-") and not name.endswith(_TEXT))


def point_to_latest(run: Path, screen: str) -> None:
    """Point the links beside a finished run to it, each in one step.

    A run is whole without the links, so nothing is raised if they cannot be written. Files and
    folders of these names that are no links stay.
    """
    run = run.absolute()
    links = (run.parent / LATEST, run.parent / f"{LATEST}-{screen}")
    if is_latest(run.name) or (run.parent.name != RUNS and not any(map(_is_kept, links))):
        return
    for link in links:
        with suppress(OSError):
            _point(link, run.name)


def _is_kept(link: Path) -> bool:
    return link.is_symlink() or _text_of(link).is_file()


def _text_of(link: Path) -> Path:
    return link.with_name(link.name + _TEXT)


def _point(link: Path, name: str) -> None:
    if link.exists() and not link.is_symlink():
        return
    temporary = link.with_name(f".{token_hex(4)}.{link.name}")
    try:
        os.symlink(name, temporary, target_is_directory=True)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        write_atomic(_text_of(link), f"{name}\n")
        return
    try:
        os.replace(temporary, link)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(link.parent)
    _text_of(link).unlink(missing_ok=True)


def named_run(text: str | Path) -> Path:
    """Return the folder of a run that a user names: a path, ``latest`` or ``latest-<screen>``.

    A link to the newest run is followed once, so that all that is read is of one run, even if a
    newer one is finished meanwhile.

    Raises:
        InputError: The path lies outside the allowed roots, or the link does not lead to a folder
            beside it.
    """
    path = named_path(text)
    if not is_latest(path.name):
        return path
    here = path.is_symlink() or path.exists() or _text_of(path).exists()
    if len(path.parts) == 1 and not here:
        path = named_path(Path(RUNS) / path)
    target = read_link(path)
    if target is None:
        return path
    return target


def finished_run(text: str | Path) -> Path:
    """Return the folder of a finished run that a user names, as :func:`named_run` does.

    It imports nothing heavy: a slip in a path is told at once.

    Raises:
        InputError: As :func:`named_run`, and if the folder holds no finished run.
    """
    folder = named_run(text)
    try:
        os.lstat(folder / MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        raise unfinished(folder) from None
    except OSError:
        pass  # told by what reads it
    return folder


def unfinished(folder: Path) -> InputError:
    """Return the error for a folder without a manifest: what is there, and what to do."""
    from screening.storage.ledger import LEDGER

    if (folder / "scores" / LEDGER).exists():
        return InputError(
            f"{folder} holds a run that is not finished (it has no {MANIFEST}): it was stopped, or "
            f"is still running; give the same `hitlist screen` command with --out {folder} again "
            "to finish it"
        )
    return InputError(
        f"{folder} holds no finished run (it has no {MANIFEST}, or a run is being written there); "
        "name the folder of one, such as runs/kinase-20260101-120000. To finish a run that was "
        "stopped, give the same command again"
    )


def read_link(link: Path) -> Path | None:
    """Return the folder to which ``latest`` leads; None if it is neither a link nor a file.

    Raises:
        InputError: It does not lead to a folder beside it.
    """
    try:
        if link.is_symlink():
            name = os.readlink(link)
        elif link.is_dir():
            return None
        else:
            name = read_regular(_text_of(link), 4096).decode().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{link} cannot be read ({error}); name the run's folder") from None
    folder = link.parent / name
    beside = name not in ("", ".", "..") and os.sep not in name and "\0" not in name
    if not beside or folder.is_symlink() or not folder.is_dir():
        raise InputError(
            f"{link} leads to {name!r}, expected a folder of a run beside it; name the run's "
            "folder, or remove the link: the next finished run makes it again"
        )
    return folder
