"""Checks for dead folders, leftovers of killed processes, and altered files of the cache."""

import fcntl
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from chem.disk.files import is_leftover, remove_leftovers
from chem.disk.scratch import find_abandoned, remove_abandoned
from chem.errors import HitlistError, InputError
from chem.records.message_text import counted
from flows.doctor.finding import Finding, Look, fault, listed, ok, skipped, warning

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse

    from screening.storage.ledger import Ledger

NEWEST = 3
"""The number of prepared libraries, and of files of each, that are checked without ``deep``."""
_LOCK, _MANIFEST, _LEDGER = ".lock", "manifest.json", "ledger.jsonl"
_STEP = "prefect.deployments.steps.set_working_directory"


def folder_of(deployment: "DeploymentResponse") -> Path | None:
    """Return the folder in which the flow of a deployment works; None if it names none."""
    for step in deployment.pull_steps or []:
        if _STEP in step:
            return Path(str(step[_STEP]["directory"]))
    return None


def is_locked(folder: Path) -> bool:
    """Tell whether a process holds the lock of a folder now."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(handle)
    return False


def check_folders(look: Look) -> Iterator[Finding]:
    """Check the folders of runs, the cache and the scratch folders."""
    for folder in look.runs:
        yield _check_dead(folder)
    yield _check_leftovers(look)
    yield _check_scratch(look)
    yield from _check_hashes(look)


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())


def _check_dead(runs: Path) -> Finding:
    name = f"runs in {runs.parent}"
    found = [one for one in _children(runs) if (one / _LOCK).exists()]
    dead = [one.name for one in found if not (one / _MANIFEST).exists() and not is_locked(one)]
    if dead:
        return warning(
            name,
            f"{len(dead)} without an end, and no process works there: {listed(dead)}",
            "give the command of the run again to go on, or remove the folder",
        )
    return ok(name, f"{counted(len(found), 'run')}, each ended or at work")


def _with_lock(look: Look) -> Iterator[Path]:
    from data.catalogue.fetch import cache_folder

    for parent in (*look.runs, cache_folder() / "prepared"):
        for folder in _children(parent):
            if (folder / _LOCK).exists() and not is_locked(folder):
                yield folder


def _leftovers(folder: Path) -> list[Path]:
    places = (folder, *_children(folder))
    return [one for place in places for one in place.iterdir() if is_leftover(one.name)]


def _check_leftovers(look: Look) -> Finding:
    found = {folder: left for folder in _with_lock(look) if (left := _leftovers(folder))}
    count = sum(map(len, found.values()))
    if not count:
        return ok("leftovers", "none")
    told = warning(
        "leftovers",
        f"{counted(count, 'half-written file')} of killed processes in "
        f"{counted(len(found), 'folder')}",
        "hitlist doctor --fix removes them",
    )
    if not look.fix:
        return told
    for folder in found:
        _remove(folder)
    stay = sum(len(_leftovers(folder)) for folder in found)
    if stay:
        return told._replace(found=f"{told.found}; {stay} could not be removed")
    return told.mend(f"removed {counted(count, 'half-written file')}")


def _remove(folder: Path) -> None:
    """Remove the leftovers of a folder while its lock is held; one in use is left alone."""
    from screening.storage.lock import Lock

    try:
        with Lock(folder):
            for inner in _children(folder):
                if not is_leftover(inner.name):
                    remove_leftovers(inner)
    except InputError:
        return


def _check_scratch(look: Look) -> Finding:
    place = Path(gettempdir())
    found = find_abandoned(place)
    if not found:
        return ok("scratch folders", f"none is left over in {place}")
    told = warning(
        "scratch folders",
        f"{len(found)} of killed processes in {place}",
        "hitlist doctor --fix removes them, as the next run does",
    )
    if not look.fix:
        return told
    remove_abandoned(place)
    if find_abandoned(place):
        return told._replace(found=f"{told.found}; some could not be removed")
    return told.mend(f"removed {counted(len(found), 'scratch folder')}")


def _check_hashes(look: Look) -> Iterator[Finding]:
    from data.catalogue.fetch import cache_folder

    place = cache_folder() / "prepared"
    found = [one for one in _children(place) if (one / _LEDGER).exists() and not is_locked(one)]
    found.sort(key=lambda one: (one / _LEDGER).stat().st_mtime, reverse=True)
    if not found:
        yield skipped("stored files", f"no prepared library in {place}")
        return
    wrong: list[str] = []
    count = 0
    for folder in found if look.deep else found[:NEWEST]:
        checked, altered = check_prepared(folder, None if look.deep else NEWEST)
        count += checked
        wrong += altered
    if wrong:
        yield fault(
            "stored files",
            f"altered or unreadable in {place}: {listed(wrong)}",
            "check the disk; the next run makes these files again",
        )
        return
    libraries = counted(min(NEWEST, len(found)), "newest library", "newest libraries")
    more = "" if look.deep else f" of the {libraries} (--deep: all)"
    verb = "has its hash" if count == 1 else "have their hashes"
    yield ok("stored files", f"{counted(count, 'file')}{more} {verb}")


def check_prepared(folder: Path, most: int | None = None) -> tuple[int, list[str]]:
    """Compare the files of a prepared library with its ledger.

    A file that is not in the folder may be in a store elsewhere; it is left out.

    Args:
        folder: The folder of the library.
        most: The number of files to look at, from the newest; None for all.

    Returns:
        The number of files that were compared, and the names of those that differ.
    """
    from screening.storage.ledger import Ledger

    try:
        ledger = Ledger.read(folder)
    except HitlistError:
        return 0, [f"{folder.name}/{_LEDGER}"]
    here = [name for name in reversed(ledger.entries) if (folder / name).exists()]
    here = list(islice(here, most))
    return len(here), [f"{folder.name}/{name}" for name in here if not _holds(ledger, name)]


def _holds(ledger: "Ledger", name: str) -> bool:
    try:
        return ledger.holds([name])
    except (HitlistError, OSError):
        return False
