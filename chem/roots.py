"""Folders that files named by a user may lie in: ``HITLIST_ROOTS``.

A flow takes paths from whoever may call the Prefect server. So a deployed flow reads and writes
only below the roots: the folders, or prefixes of an object store, that the environment of its
worker names, or else the folder that it works in. Commands do the same where the environment
names roots, and go anywhere where it does not.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from chem.errors import InputError

ROOTS = "HITLIST_ROOTS"
"""Environment variable: folders and ``s3://bucket/prefix``, with the system's path separator."""
_SEPARATOR = re.compile(rf"{re.escape(os.pathsep)}(?!//)")
_LOCAL = ("file://", "local://")


def roots() -> list[str] | None:
    """Return the roots; None: every path may be used.

    >>> os.environ["HITLIST_ROOTS"] = "/shared/libraries:s3://bucket/hitlist"
    >>> roots()
    ['/shared/libraries', 's3://bucket/hitlist']
    >>> del os.environ["HITLIST_ROOTS"]
    """
    text = os.environ.get(ROOTS)
    return None if text is None else [part for part in _SEPARATOR.split(text) if part.strip()]


def named_path(text: str | Path) -> Path:
    """Return the path that a user names, ``~`` expanded.

    Raises:
        InputError: it lies outside the roots, symbolic links followed. Nothing is read before.
    """
    path = Path(text).expanduser()
    allowed = roots()
    if allowed is None:
        return path
    try:
        real = path.resolve()
        folders = [Path(root).expanduser().resolve() for root in allowed if "://" not in root]
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{str(path)!r} is no path that can be followed ({error})") from None
    if not any(real == folder or folder in real.parents for folder in folders):
        raise InputError(_refusal(str(text), allowed))
    return path


def named_address(url: str) -> str:
    """Return the address of a store that a user names, such as ``s3://bucket/x``, or a folder.

    Raises:
        InputError: it lies outside the roots.
    """
    local = next((url[len(scheme) :] for scheme in _LOCAL if url.startswith(scheme)), None)
    if local is not None or "://" not in url:
        named_path(unquote("/" + local.lstrip("/")) if local is not None else url)
        return url
    allowed = roots()
    if allowed is not None and not any(_is_below(url, root) for root in allowed if "://" in root):
        raise InputError(_refusal(url, allowed))
    return url


def _is_below(url: str, root: str) -> bool:
    parts = unquote(url).split("/")
    return ".." not in parts and (url == root or url.startswith(root.rstrip("/") + "/"))


def _refusal(text: str, allowed: list[str]) -> str:
    named = ", ".join(allowed) or "no folder"
    return (
        f"{text} lies outside the folders that may be used here ({named}); move it there, or have "
        f"its folder named in {ROOTS}, in the environment of the command or of Prefect's worker"
    )
