"""Signs folders by a team's SSH keys, and checks that a run or a bundle is unaltered.

A hash beside a file reveals accidents; anyone who may write the folder can change both. Only the
holder of a key can make a signature. OpenSSH's own ``ssh-keygen -Y`` makes and checks it, so keys
in an agent or on a token work too, and the file of signers has OpenSSH's format
(``allowed_signers``).
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

from chem.disk.bounded_read import open_regular, parse_json, read_regular
from chem.disk.files import is_leftover, write_or_say
from chem.errors import InputError

SIGNERS = "HITLIST_SIGNERS"
"""Environment variable: the file of signers. If it is set, unsigned folders are refused."""
STATEMENT, SIGNATURE = "signed.json", "signed.json.sig"
NAMESPACE = "hitlist"
"""Purpose of our signatures: one by the same key for another purpose (a commit) does not count."""
_SECONDS = 60
_KEY_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-\S+")
_UNSIGNED = (STATEMENT, SIGNATURE, ".lock")


def sign_folder(folder: Path, key: Path) -> Path:
    """Sign every file in a folder and return the path of the signature.

    key: a private key of OpenSSH, or a public one whose private half is in the agent. ssh-keygen
    asks for its passphrase.

    Raises:
        InputError: The folder holds a link or cannot be read or written, or the key cannot sign.
    """
    program = _program()
    statement = json.dumps({"files": _hashes(folder)}, indent=1) + "\n"
    try:
        (folder / SIGNATURE).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{folder / SIGNATURE} cannot be replaced ({error.strerror})") from None
    write_or_say(folder / STATEMENT, statement)
    words = ["-Y", "sign", "-n", NAMESPACE, "-f", str(key.absolute())]
    # Standard input stays connected: ssh-keygen asks for the passphrase at the terminal.
    answer = subprocess.run(
        [program, *words, str((folder / STATEMENT).absolute())],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode != 0 or not (folder / SIGNATURE).is_file():
        raise InputError(f"{folder} could not be signed with {key} ({_last_line(answer.stderr)})")
    return folder / SIGNATURE


def signers_file() -> Path | None:
    """Return the file of signers that the environment names; None if no signature is required.

    Raises:
        InputError: The variable is set and names no file. An empty one may be a mistake, such as
            ``$TEAM/signers`` in a shell that does not know TEAM, and must not switch the check off.
    """
    text = os.environ.get(SIGNERS)
    if text is None:
        return None
    try:
        path = Path(text).expanduser().absolute()
    except (OSError, RuntimeError):  # ~ of an unknown user
        path = Path(text)
    if not text.strip() or not path.is_file():
        raise InputError(
            f"{SIGNERS} names {text!r}, which is no file; name a file of signers, or unset it to "
            "require no signatures"
        )
    return path


def check_signed(folder: Path) -> str:
    """Return who signed a folder as it is; ``""`` if no signature is required.

    Raises:
        InputError: The folder is unsigned, signed by none of the signers, or altered since.
    """
    signers = signers_file()
    if signers is None:
        return ""
    who, signed = _read_statement(folder, signers)
    found = _hashes(folder)
    differing = [
        *(
            f"{name} was altered"
            for name in found
            if name in signed and found[name] != signed[name]
        ),
        *(f"{name} is missing" for name in signed if name not in found),
        *(f"{name} was added" for name in found if name not in signed),
    ]
    if differing:
        raise _unlike(folder, who, differing)
    return who


def check_read(folder: Path, read: Mapping[str, str]) -> None:
    """Compare bytes that were read from a folder with its signature, if one is required.

    read: the SHA-256 of the bytes that are used, by name in the folder. The files may have changed
    since ``check_signed`` looked at them.

    Raises:
        InputError: As ``check_signed`` raises it.
    """
    signers = signers_file()
    if signers is None:
        return
    who, signed = _read_statement(folder, signers)
    if differing := [f"{name} was altered" for name in read if read[name] != signed.get(name)]:
        raise _unlike(folder, who, differing)


def _read_statement(folder: Path, signers: Path) -> tuple[str, dict[str, Any]]:
    """Return who signed a folder, and the SHA-256 that each file had then, by name."""
    try:
        content = read_regular(folder / STATEMENT)
        read_regular(folder / SIGNATURE)
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else error.strerror
        raise InputError(
            f"{folder} is not signed, as {SIGNERS} requires ({Path(error.filename).name} {reason})"
            ": inspect it, then run `hitlist sign`"
        ) from None
    who = _verify(folder / SIGNATURE, content, signers)
    try:
        return who, dict(parse_json(content)["files"])
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{folder / STATEMENT} is no statement of this version; give `hitlist sign` again"
        ) from None


def _unlike(folder: Path, who: str, differing: Sequence[str]) -> InputError:
    more = f" and {len(differing) - 1} more" if differing[1:] else ""
    return InputError(
        f"{folder} is not what {who} signed: {differing[0]}{more}; find out who changed it, or "
        "give `hitlist sign` again"
    )


def _hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name there, in order."""
    found = {}
    try:
        for path in sorted(_below(folder)):
            name = _written(path.relative_to(folder))
            if path.is_symlink():
                raise InputError(f"{path} is a link: what it points at can change; remove it")
            if path.is_dir() or name in _UNSIGNED or path.name == ".lock" or is_leftover(path.name):
                continue
            with open_regular(path) as file:
                found[name] = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read ({error.strerror})") from None
    return found


def _below(folder: Path) -> Iterator[Path]:
    """Yield all paths below a folder; raise OSError for a subfolder that cannot be listed."""

    def fail(error: OSError) -> None:
        raise error

    for place, folders, files in os.walk(folder, onerror=fail):
        yield from (Path(place, name) for name in (*folders, *files))


def _written(path: Path) -> str:
    r"""Return a path as unambiguous text, even if its bytes are not UTF-8: ``\xff`` for a byte."""
    content = os.fsencode(path.as_posix()).replace(b"\\", b"\\\\")
    return content.decode("utf-8", "backslashreplace")


def _verify(signature: Path, content: bytes, signers: Path) -> str:
    """Return the signer that made a signature of some bytes; raise InputError if none did."""
    program = _program()
    words = ["-f", str(signers), "-s", str(signature.absolute())]
    found = _ask([program, "-Y", "find-principals", *words], b"")
    for who in found.stdout.decode(errors="replace").splitlines():
        checked = _ask([program, "-Y", "verify", "-I", who, "-n", NAMESPACE, *words], content)
        if found.returncode == 0 and checked.returncode == 0:
            return who
    if not _holds_names(signers):
        raise InputError(
            f"{signers} holds keys without names, expected a signer and a key in each line "
            "(ann ssh-ed25519 AAAA...); put the signer's name before each key"
        )
    raise InputError(
        f"{signature} was made by none of the signers in {signers}, or for other bytes; find out "
        "who made it, or give `hitlist sign` with a key that is among them"
    )


def _holds_names(signers: Path) -> bool:
    """Tell whether a file of signers holds more than public keys as ssh-keygen writes them."""
    words = [
        line.split()[0]
        for line in read_regular(signers).decode(errors="replace").splitlines()
        if line.split() and not line.lstrip().startswith("#")
    ]
    return not words or not all(_KEY_TYPE.match(word) for word in words)


def _ask(words: list[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            words, input=content, capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"ssh-keygen does not answer ({error})") from None


def _program() -> str:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise InputError("signatures need ssh-keygen, which is not there; install OpenSSH's client")
    return program


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "ssh-keygen does not say why"
