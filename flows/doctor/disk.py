"""Checks the free space of all folders that grow, and when it ends."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import gettempdir

from chem.records.message_text import counted
from flows.doctor.finding import Finding, Look, fault, ok, size_text, skipped, warning

LITTLE, TOO_LITTLE = 5e9, 1e9
"""Bytes of free space below which a warning or a fault is told."""
FEW = 0.02
"""The share of free inodes below which a warning is told."""
SOON, AT_ONCE = 14, 3
"""Days until a disk is full, below which a warning or a fault is told."""
DAYS = 7
"""Days over which the growth is measured."""
_ROOM = "remove old runs and caches (`hitlist store prune`), or take a larger disk"


def check_disk(look: Look) -> Iterator[Finding]:
    """Check space, inodes and permission of each folder, and the growth of the runs."""
    for name, folder in _folders(look).items():
        yield check_space(name, folder)
    for folder in look.runs:
        yield check_growth(folder, look.now.timestamp())


def _folders(look: Look) -> Mapping[str, Path]:
    from data.catalogue.fetch import cache_folder

    found = {"cache": cache_folder(), "scratch": Path(gettempdir())}
    found |= {f"runs in {folder.parent}": folder for folder in look.runs}
    home = os.environ.get("PREFECT_HOME")
    return found | {"PREFECT_HOME": Path(home).expanduser() if home else Path.home() / ".prefect"}


def check_space(name: str, folder: Path) -> Finding:
    """Check that a folder, or the nearest one above it, can be written and has space."""
    at = folder
    while not at.exists() and at != at.parent:
        at = at.parent
    if not at.is_dir():
        return fault(name, f"{at} is a file, expected a folder", "move it away")
    if not os.access(at, os.W_OK | os.X_OK):
        return fault(name, f"{at} cannot be written", "let the account write there")
    return rate_space(name, folder, shutil.disk_usage(at).free, _inodes(at))


def rate_space(name: str, folder: Path, free: float, inodes: float | None) -> Finding:
    """Rate free bytes, and the share of free inodes (None if unlimited)."""
    told = f"{size_text(free)} free in {folder}"
    if inodes is not None and inodes < FEW:
        return warning(name, f"{told}, but only {inodes:.1%} of the inodes", _ROOM)
    if free < TOO_LITTLE:
        return fault(name, told, _ROOM)
    if free < LITTLE:
        return warning(name, told, _ROOM)
    return ok(name, told)


def _inodes(folder: Path) -> float | None:
    about = os.statvfs(folder)
    return about.f_favail / about.f_files if about.f_files else None


def check_growth(folder: Path, now: float) -> Finding:
    """Check how many days remain until runs as large as the last ones fill the disk."""
    name = f"growth in {folder.parent}"
    sizes = [
        _size(manifest.parent)
        for manifest in folder.glob("*/manifest.json")
        if not manifest.parent.is_symlink() and now - manifest.stat().st_mtime < DAYS * 86_400
    ]
    if not sizes:
        return skipped(name, f"no run ended in the last {DAYS} days")
    daily = sum(sizes) / DAYS
    return rate_growth(name, len(sizes), daily, shutil.disk_usage(folder).free)


def rate_growth(name: str, runs: int, daily: float, free: float) -> Finding:
    """Rate the bytes of the runs of a day against the free bytes."""
    days = free / daily if daily else float("inf")
    told = f"{size_text(daily)} a day ({counted(runs, 'run')} in {DAYS} days)"
    told += f"; full in {days:.0f} days" if days < 3650 else ""
    if days < AT_ONCE:
        return fault(name, told, _ROOM)
    if days < SOON:
        return warning(name, told, _ROOM)
    return ok(name, told)


def _size(folder: Path) -> int:
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
