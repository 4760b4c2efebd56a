"""Finds the newest complete file that matches a pattern, such as ``vendor/*.sdf.gz``.

Vendors deliver a whole catalogue again and again, each file with its date or its number in the
name. So the newest file is the last one in the order of the names, with numbers compared as numbers
(``stock_9`` before ``stock_10``). The time of a file is not used: a copy, a backup or an archive
program sets it anew, and another machine would then take another file. If the times say otherwise
than the names, the user is told.
"""

import re
from collections.abc import Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.errors import IncompleteLibraryError, InputError
from chem.library.columns.columns import NamedColumns
from chem.library.completeness import check_end, find_doubts, watch
from chem.library.read import find_format, open_library
from chem.records.message_text import counted

HERE = Path()
"""The working folder."""
_SHOWN = 5
"""Most files that are named in a message."""


class Newest(NamedTuple):
    """The file that was taken, and what to tell about it."""

    path: Path
    told: tuple[str, ...]
    incomplete: tuple[str, ...] = ()
    """The names of newer files that were passed over because they are not complete."""


def is_pattern(text: str, folder: Path = HERE) -> bool:
    """Tell whether a text is a pattern of file names, unless a file has exactly this name.

    ``folder`` is the folder to which the text is relative, here and below.

    >>> is_pattern("vendor/*.sdf.gz"), is_pattern("vendor/stock.sdf.gz")
    (True, False)
    """
    return has_magic(text) and not (folder / text).exists()


def matches(pattern: str, folder: Path = HERE) -> list[Path]:
    """Return the files that match a pattern, the newest first; hidden files are left out.

    Raises:
        InputError: The pattern, or a file that it matches, lies outside the allowed roots.
    """
    parts = Path(pattern).parts
    first = next((at for at, part in enumerate(parts) if has_magic(part)), len(parts))
    if ".." in parts[first:]:
        raise InputError(f'{pattern}: found ".." after a wildcard; name the folder before it')
    named_path(folder.joinpath(*parts[:first]))
    found = [folder / one for one in glob(pattern, root_dir=folder)]
    for one in found:
        try:
            named_path(one)
        except InputError:
            raise InputError(
                f"{pattern} matches a file outside the folders that may be used here, through a "
                "link; remove the link, or write a narrower pattern"
            ) from None
    return sorted((one for one in found if one.is_file()), key=_order, reverse=True)


def find_newest(pattern: str, folder: Path = HERE, columns: NamedColumns | None = None) -> Newest:
    """Return the newest complete file, and which others were passed over and why.

    A file that was changed a short time ago is watched for a few seconds.

    Args:
        pattern: A path with wildcards, ``*``, ``?`` or ``[…]``.
        folder: The folder to which it is relative.
        columns: The columns that the user named.

    Raises:
        InputError: No library matches, or the newest complete one cannot be read.
        IncompleteLibraryError: Libraries match, and none of them is complete.
    """
    found = matches(pattern, folder)
    passed: list[str] = []
    libraries = list(_libraries(found, passed))
    if not libraries:
        others = f" that is a library ({'; '.join(passed[:_SHOWN])})" if passed else ""
        raise InputError(
            f"{folder / pattern}: found no file{others}, expected one or more; check the pattern, "
            "and whether the files were delivered"
        )
    incomplete: list[str] = []
    for at, path in enumerate(libraries):
        try:
            _check_whole(path, columns or NamedColumns())
        except IncompleteLibraryError as error:
            why = str(error).removeprefix(f"{path}: ")
            passed.append(f"{path.name}: {why}")
            incomplete.append(path.name)
            continue
        told = tuple(_tell(pattern, path, passed, libraries[at + 1 :]))
        return Newest(path, told, tuple(incomplete))
    raise IncompleteLibraryError(
        f"{pattern}: found {counted(len(libraries), 'file')} and none that is complete "
        f"({'; '.join(passed[:_SHOWN])})"
    )


def _libraries(paths: list[Path], passed: list[str]) -> Iterator[Path]:
    """Yield the files with an extension of a library; note the others in ``passed``."""
    for path in paths:
        try:
            find_format(path)
        except InputError as error:
            why = str(error).removeprefix(f"{path}: ").partition(", expected")[0]
            passed.append(f"{path.name}: {why}")
        else:
            yield path


def _check_whole(path: Path, columns: NamedColumns) -> None:
    watch(path)
    check_end(path)
    for doubt in find_doubts(open_library(path, *columns)):
        raise IncompleteLibraryError(f"{path}: {doubt.text}")


def _tell(pattern: str, path: Path, passed: list[str], older: list[Path]) -> Iterator[str]:
    others = f"; {counted(len(older), 'older file')} not looked at" if older else ""
    yield f"took {path.name}, the newest complete file by the names that match {pattern}{others}"
    for line in passed[:_SHOWN]:
        yield f"passed over {line}"
    if passed[_SHOWN:]:
        yield f"passed over {counted(len(passed[_SHOWN:]), 'other file')}"
    time = path.stat().st_mtime
    later = [one.name for one in older if one.stat().st_mtime > time]
    if later:
        yield (
            f"{later[0]} was changed after {path.name}, but its name comes before it; if it is the "
            "newer one, name it in the screen or rename it"
        )


def _order(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Return the key of the order of names: numbers as numbers, other text without case."""
    parts = re.split(r"([0-9]+)", path.name.casefold())  # every second part is a number
    return [(int(one), "") if at % 2 else (0, one) for at, one in enumerate(parts)], str(path)
