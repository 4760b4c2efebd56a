"""Writes files of a training's work folder: either whole and on disk, or not there."""

import errno
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gnn.errors import WorkFolderError

_NO_SYNC = {errno.EINVAL, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Errors of a file system that cannot flush a folder."""


def keep_file(path: Path, content: bytes | memoryview | str) -> None:
    """Write a file beside its place, flush it and rename it; text is encoded as UTF-8.

    A folder belongs to one training, so the next one overwrites files left by a killed one. Raises
    WorkFolderError if the file cannot be written.
    """
    temporary = path.with_name(f"{path.name}.part")
    try:
        try:
            with open(temporary, "wb", opener=_open_unshared) as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise WorkFolderError(
            f"{path} cannot be written ({error.strerror or error}); fix that and repeat the "
            "command: fitted models are kept"
        ) from error


def keep_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Write arrays as one ``.npz`` file, without pickles; the ending is added if it is missing.

    Raises WorkFolderError if the file cannot be written.
    """
    content = BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    named = path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
    keep_file(named, content.getbuffer())


def keep_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write one array as an ``.npy`` file; raise WorkFolderError if it cannot be written."""
    content = BytesIO()
    np.save(content, array)
    keep_file(path, content.getbuffer())


def remove_kept(path: Path) -> None:
    """Remove a file, if it exists, so that no power loss brings it back.

    Call it on a card before the weights that it vouches for are rewritten. Raises WorkFolderError.
    """
    try:
        if path.exists():
            path.unlink()
            _sync(path.parent)
    except OSError as error:
        raise WorkFolderError(
            f"{path} cannot be removed ({error.strerror or error}); fix that and try again"
        ) from error


def make_work_folder(folder: Path) -> None:
    """Make a training's folder; raise WorkFolderError if that fails."""
    try:
        folder.mkdir(0o775, parents=True, exist_ok=True)
    except OSError as error:
        raise WorkFolderError(
            f"{folder} cannot be made ({error.strerror or error}); name another folder"
        ) from error


def _open_unshared(path: str, flags: int) -> int:
    """Open a file that others cannot write, even under the umask 000."""
    return os.open(path, flags, 0o664)


def _sync(folder: Path) -> None:
    try:
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
