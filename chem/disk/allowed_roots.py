"""Limits files named by a user to certain folders, the roots: ``HITLIST_ROOTS``.

A flow takes paths from anyone who may call the Prefect server. So a deployed flow reads and writes
only below the roots: the folders, or prefixes of an object store, that its worker's environment
names, or else its working folder. Commands do the same where the environment names roots, and may
use any path where it does not.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from chem.errors import InputError

ROOTS = "HITLIST_ROOTS"
"""Environment variable: folders (also as ``file:///shared``) and prefixes (``s3://bucket/prefix``),
separated by the system's path separator."""
_SEPARATOR = re.compile(rf"{re.escape(os.pathsep)}(?!//)")
_LOCAL = ("file://", "local://")
_ADDRESS = re.compile(r"([^/]+):/+([^/?#]*)(.*)", re.DOTALL)
"""Protocol, authority and the rest of an address."""
_AZURE = ("az", "abfs", "abfss")
"""Protocols whose ``abfss://container@account.dfs.core.windows.net/x`` names no user."""
_OWN: set[Path] = set()


def roots() -> list[str] | None:
    """Return the roots; None means that every path may be used.

    >>> os.environ["HITLIST_ROOTS"] = "/shared/libraries:s3://bucket/hitlist"
    >>> roots()
    ['/shared/libraries', 's3://bucket/hitlist']
    >>> os.environ["HITLIST_ROOTS"] = "file://localhost/shared/libraries"
    >>> roots()
    ['/shared/libraries']
    >>> del os.environ["HITLIST_ROOTS"]

    Raises:
        InputError: A root has a key or a password in it, or names a host.
    """
    text = os.environ.get(ROOTS)
    for address in re.findall(r"[^/]*://[^/]*@", text or ""):  # its colon would split it
        check_no_credentials(address)
    if text is None:
        return None
    named = [part for part in _SEPARATOR.split(text) if part.strip()]
    return [str(local_path(part) or part) for part in named]


def allow_own_file(path: Path) -> None:
    """Let ``named_path`` accept a file that this process wrote, even outside the roots."""
    _OWN.add(path.resolve())


def named_path(text: str | Path) -> Path:
    """Return the path that a user names, with ``~`` expanded.

    Raises:
        InputError: The path lies outside the roots (symbolic links followed), or its name is not
            UTF-8, while files that mention it are. Nothing has been read by then.
    """
    allowed = roots()
    try:
        str(text).encode()
    except UnicodeEncodeError:
        raise InputError(f"the name {str(text)!r} is not UTF-8; rename the file") from None
    try:
        path = Path(text).expanduser()
        if allowed is None:
            return path
        real = path.resolve()
        folders = [Path(root).expanduser().resolve() for root in allowed if "://" not in root]
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{str(text)!r} is not a path that can be followed ({error})") from None
    if real not in _OWN and not any(real == folder or folder in real.parents for folder in folders):
        raise InputError(_refusal(str(text), allowed))
    return path


def named_address(url: str) -> str:
    """Return the address of a store (``s3://bucket/x``) or the folder that a user names.

    Raises:
        InputError: The address lies outside the roots, or has a key or a password in it.
    """
    check_no_credentials(url)
    if (local := local_path(url)) is not None or "://" not in url:
        named_path(url if local is None else local)
        return url
    allowed = roots()
    if allowed is not None and not any(_is_below(url, root) for root in allowed if "://" in root):
        raise InputError(_refusal(url, allowed))
    return url


def local_path(url: str) -> Path | None:
    """Return the path that an address on this machine names; None for any other address.

    >>> str(local_path("file:///shared/a%20b")), str(local_path("file://localhost/shared"))
    ('/shared/a b', '/shared')
    >>> local_path("s3://bucket/x"), local_path("/shared")
    (None, None)

    Raises:
        InputError: The address names a host, as ``file://shared/x`` does unintentionally.
    """
    scheme = next((one for one in _LOCAL if url.startswith(one)), None)
    if scheme is None:
        return None
    host, _, path = url[len(scheme) :].partition("/")
    if host not in ("", "localhost"):
        raise InputError(
            f"{url} names the host {host}; a folder of this machine has three slashes: "
            f"{scheme}/{host}/{path}"
        )
    return Path("/" + unquote(path).lstrip("/"))


def check_no_credentials(url: str) -> None:
    """Refuse an address with a user, a key, a password or a query, without repeating it.

    ``ps``, messages, ledgers and manifests show the address of a store to others.

    >>> check_no_credentials("s3://bucket/x@y")
    >>> check_no_credentials("abfss://container@account.dfs.core.windows.net/x")

    Raises:
        InputError: The message shows the protocol alone.
    """
    found = _ADDRESS.match(url)
    if found is None or url.startswith(tuple(f"{scheme}/" for scheme in _LOCAL)):
        return
    protocol, authority, rest = found[1], unquote(found[2]), found[3]
    known = authority.startswith("arn:") or (protocol in _AZURE and authority.count("@") == 1)
    if "?" in rest:
        what = "a query (the part after '?')"
    elif "@" in authority and (":" in authority or not known):
        what = "a user or a key before '@'"
    elif ":" in authority and not known:
        what = "a ':' in the bucket's name, as before a password"
    else:
        return
    # Text before :// may be a part of the secret too, unless it is a known protocol.
    shown = protocol if re.fullmatch(r"[a-z][a-z0-9]{1,9}", protocol) else "s3"
    raise InputError(
        f"the address of a store ({shown}://…) has {what}, which others could read in lists of "
        f"processes and in files; give {shown}://bucket/folder alone, and the credentials in the "
        "environment or the settings of the store's own package"
    )


def _is_below(url: str, root: str) -> bool:
    parts = unquote(url).split("/")
    return ".." not in parts and (url == root or url.startswith(root.rstrip("/") + "/"))


def _refusal(text: str, allowed: list[str]) -> str:
    named = ", ".join(allowed) or "no folder"
    return (
        f"{text} lies outside the folders that may be used here ({named}); move it there, or have "
        f"its folder named in {ROOTS}, in the environment of the command or of Prefect's worker"
    )
