"""Downloads one file in chunks, with retries: complete and verified, or not at all."""

import gzip
import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from chem.disk.files import open_unshared
from chem.disk.scratch import scratch_folder
from chem.errors import InputError
from data.catalogue.catalogue import Dataset

Progress = Callable[[str, int, int | None], None]
"""Called with the name of the dataset, bytes done, and bytes in all (None: unknown)."""

ATTEMPTS = 3
TIMEOUT_S = 60
CHUNK = 1 << 20
_SCRATCH = ".part-"
"""Prefix of the name of a folder in which a download is written."""


def hash_stream(stream: IO[bytes] | gzip.GzipFile) -> str:
    """Return the SHA-256 of the rest of a stream, as hex."""
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def hash_dataset_file(path: Path, dataset: Dataset) -> str:
    """Return the hash of a file, computed in the way of the dataset's own hash.

    Raises:
        OSError: The file cannot be read (or is no intact gzip file).
    """
    try:
        if dataset.digest == "content":
            with gzip.open(path) as content:
                return hash_stream(content)
        with path.open("rb") as file:
            return hash_stream(file)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path} is damaged ({error})") from error


def check_hash(found: str, expected: str, what: str, advice: str) -> None:
    """Raise InputError if a hash differs from the recorded one."""
    if found != expected:
        raise InputError(
            f"{what}: sha256 is {found}, expected {expected}. The bytes differ from those the "
            f"catalogue describes; {advice}"
        )


@contextmanager
def write_whole(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file that appears under its name only when it is complete and on disk.

    Each writer has a scratch folder of its own beside it, so two processes may write the same
    target. The next writer removes the folder of a killed one.

    Raises:
        InputError: The folder cannot be written.
    """
    with ExitStack() as stack:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            folder = stack.enter_context(scratch_folder(_SCRATCH, target.parent))
        except (InputError, OSError) as error:
            cause = error.__cause__ or error
            reason = getattr(cause, "strerror", None) or cause
            raise InputError(
                f"cannot write to {target.parent} ({reason}): set HITLIST_CACHE to a folder that "
                "can be written."
            ) from error
        part = folder / target.name
        with open(part, "xb", opener=open_unshared) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)


def download(url: str, target: Path, entry: Dataset, progress: Progress | None = None) -> None:
    """Download ``url`` to ``target``, complete and with the dataset's hash, or not at all.

    Raises:
        ConnectionError: Three attempts failed; the message names the address and the cause.
        InputError: The bytes differ from the catalogue's, or the folder cannot be written.
    """
    cause: Exception | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.5 * attempt)
        try:
            _download_once(url, target, entry, progress)
            return
        except urllib.error.HTTPError as error:
            cause = error
            if error.code < 500:
                break  # another attempt does not help against "not found"
        except (OSError, http.client.HTTPException) as error:
            cause = error
    raise ConnectionError(f"{url} ({cause})")


def _download_once(url: str, target: Path, entry: Dataset, progress: Progress | None) -> None:
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response, write_whole(target) as file:
        length = response.headers.get("Content-Length")
        total = int(length) if length else None
        digest = hashlib.sha256()
        done = 0
        while chunk := response.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(entry.name, done, total)
        if total is not None and done < total:
            raise http.client.IncompleteRead(b"", total - done)
        if entry.digest == "file":
            advice = "the file at this address has changed: use a mirror folder, and report it."
            check_hash(digest.hexdigest(), entry.sha256, url, advice)
