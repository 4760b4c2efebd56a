"""Files of a training's work folder: whole and on the disk, or not there."""

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
"""A file system says so that cannot flush a folder."""


def keep_file(path: Path, content: bytes | memoryview | str) -> None:
    """Write a file beside its place, flush it and rename it; text becomes UTF-8.

    A folder has one training, so what a killed one left is written over by the next. Raises
    WorkFolderError where it cannot be written.
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
            f"{path} cannot be written ({error.strerror or error}); mend that and give the "
            "command again: what is fitted is kept"
        ) from error


def keep_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Write arrays as one ``.npz`` file, without pickles; a name without that ending gets it.

    Raises WorkFolderError where it cannot be written.
    """
    content = BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    named = path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
    keep_file(named, content.getbuffer())


def keep_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write one array as an ``.npy`` file; raises WorkFolderError where it cannot be written."""
    content = BytesIO()
    np.save(content, array)
    keep_file(path, content.getbuffer())


def remove_kept(path: Path) -> None:
    """Remove a file that may be missing, so that no power loss brings it back.

    For a card, before the weights that it vouches for are written anew. Raises WorkFolderError.
    """
    try:
        if path.exists():
            path.unlink()
            _sync(path.parent)
    except OSError as error:
        raise WorkFolderError(
            f"{path} cannot be removed ({error.strerror or error}); mend that and try again"
        ) from error


def make_work_folder(folder: Path) -> None:
    """Make a training's folder; raises WorkFolderError where that cannot be done."""
    try:
        folder.mkdir(0o775, parents=True, exist_ok=True)
    except OSError as error:
        raise WorkFolderError(
            f"{folder} cannot be made ({error.strerror or error}); name another folder"
        ) from error


def _open_unshared(path: str, flags: int) -> int:
    """Open a file that others cannot write, not even under the umask 000."""
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
