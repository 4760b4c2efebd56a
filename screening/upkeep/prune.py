"""Removes what a policy lets go, so that a kill at any moment leaves nothing that looks whole.

Each folder is locked first. The file that vouches for it goes next (``prepared.json``,
``manifest.json``), durably. Then the folder gets the name of a leftover, and what is in it is
removed. A kill before the new name leaves a folder that the next run goes on with; a kill after it
leaves a leftover, which the next removal takes away. Links are removed, never followed.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import NamedTuple

from chem.disk.files import is_leftover, remove_durably, sync_folder
from chem.errors import InputError
from screening.prepare.prepared import SUMMARY
from screening.runs.runfolder import MANIFEST
from screening.storage.in_use import claim
from screening.storage.lock import Lock
from screening.upkeep.inventory import why_kept_now
from screening.upkeep.items import PREPARED, SCORES, Item
from screening.upkeep.policy import Proposal

_VOUCHING = (SUMMARY, MANIFEST)


class Removal(NamedTuple):
    """What became of an item that was to go."""

    item: Item
    why_not: str = ""
    """The reason that it is still there; empty if it was removed."""


def remove_all(proposals: Sequence[Proposal]) -> Iterator[Removal]:
    """Remove the items that go, one after the other; yield each when it is done."""
    for proposal in proposals:
        if proposal.goes:
            yield remove(proposal.item)


def remove(item: Item) -> Removal:
    """Remove one item, unless a process uses it, or it cannot be removed."""
    try:
        _check_place(item.path)
        if item.kind == "leftover":
            _remove_leftover(item.path)
        else:
            _remove_folder(item)
    except InputError as error:
        return Removal(item, str(error))
    except OSError as error:
        return Removal(item, f"{error.strerror or error}")
    return Removal(item)


def _check_place(path: Path) -> None:
    """Refuse a link, and a path whose folder cannot be written, before anything is touched."""
    if path.is_symlink() or path.parent.is_symlink():
        raise InputError("it is a symbolic link, which is not followed")
    if not path.exists():
        raise InputError("it is gone already")
    if not all(os.access(one, os.W_OK | os.X_OK) for one in (path.parent, path) if one.is_dir()):
        raise InputError("it may not be written by this user")


def _remove_leftover(path: Path) -> None:
    with ExitStack() as stack:
        if path.parent.parent.name == PREPARED:  # its writer holds the lock
            stack.enter_context(Lock(path.parent))
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _remove_folder(item: Item) -> None:
    folder = item.path
    with ExitStack() as stack:
        for place in (folder, folder / SCORES):
            if place.is_dir() and not place.is_symlink():
                stack.enter_context(Lock(place))
        for place in (folder / SUMMARY, folder, folder / SCORES):
            if not stack.enter_context(claim(place)):
                raise InputError("a process uses it now")
        if why := why_kept_now(item):
            raise InputError(why)
        remove_durably(*(folder / name for name in _VOUCHING))
        doomed = folder.with_name(f".{token_hex(4)}.{folder.name}")
        assert is_leftover(doomed.name)
        os.rename(folder, doomed)
        sync_folder(folder.parent)
        rmtree(doomed)
