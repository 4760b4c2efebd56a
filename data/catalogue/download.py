"""Download one file over the web, in chunks, with retries."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from pathlib import Path

from data.catalogue.catalogue import Dataset
from data.catalogue.verify import CHUNK, Progress, check_hash, write_whole

ATTEMPTS = 3
TIMEOUT_S = 60


def download(url: str, target: Path, entry: Dataset, progress: Progress | None = None) -> None:
    """Download ``url`` to ``target``, whole and with the dataset's hash, or not at all.

    Raises:
        ConnectionError: three attempts failed; the message names the address and the cause.
        InputError: the bytes are not those of the catalogue, or the folder cannot be written.
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
                break  # "not found" does not get better by asking again
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
