"""Sizes and times of files and folders, read without following links."""

import os
from pathlib import Path
from typing import NamedTuple

from chem.disk.files import is_leftover

_UNITS = ("B", "kB", "MB", "GB", "TB")


class Extent(NamedTuple):
    """The size of a file or of all that a folder holds."""

    bytes: int
    files: int
    changed: float
    """When anything in it was last changed, in seconds since 1970; 0 if nothing can be read."""


def measure(path: Path) -> Extent:
    """Measure a file or a folder. What cannot be read counts as nothing."""
    total, files, changed = 0, 0, 0.0
    waiting = [str(path)]
    while waiting:
        at = waiting.pop()
        try:
            about = os.lstat(at)
            if os.path.isdir(at) and not os.path.islink(at):
                with os.scandir(at) as inside:
                    waiting += [one.path for one in inside]
            else:
                total, files = total + about.st_size, files + 1
            changed = max(changed, about.st_mtime)
        except OSError:
            continue
    return Extent(total, files, changed)


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted; no links, and none if it is a link or missing."""
    return [path for path in entries_of(folder) if path.is_dir() and not path.is_symlink()]


def entries_of(folder: Path) -> list[Path]:
    """Return all that is in a folder, sorted; nothing if it is a link or cannot be read."""
    try:
        return [] if folder.is_symlink() else sorted(folder.iterdir())
    except OSError:
        return []


def leftovers_in(folder: Path) -> list[Path]:
    """Return what killed writers and killed removals left in a folder; no links."""
    return [path for path in entries_of(folder) if is_leftover(path.name) and not path.is_symlink()]


def written_size(count: int) -> str:
    """Write a number of bytes.

    >>> written_size(999), written_size(12_300_000), written_size(50 * 10**9)
    ('999 B', '12.3 MB', '50.0 GB')
    """
    size, unit = float(count), 0
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{count} B" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"


def written_age(seconds: float) -> str:
    """Write an age by its largest unit.

    >>> written_age(40), written_age(7200), written_age(3 * 86_400)
    ('1 min', '2 h', '3 d')
    """
    for size, unit in ((86_400, "d"), (3600, "h")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(1, round(seconds / 60))} min"
