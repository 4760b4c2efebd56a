"""Libraries of compounds, read as streams: SMILES files, tables, SD files and Parquet.

>>> library = open_library("vendor.sdf.gz")          # doctest: +SKIP
>>> for record in library: ...                        # doctest: +SKIP
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path

from chem.columns import Columns, NamedColumns
from chem.delimited import open_delimited, read_delimited
from chem.errors import InputError
from chem.parquet import open_parquet, read_parquet
from chem.records import Record
from chem.sdf import open_sdf, read_sdf
from chem.smi import open_smi, read_smi

FORMATS = {
    ".smi": "smi",
    ".smiles": "smi",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "tsv",
    ".sdf": "sdf",
    ".sd": "sdf",
    ".parquet": "parquet",
}
"""Extension (each also with ``.gz``) to format; ``.txt`` is a table like ``.tsv``."""


class Library:
    """A library file that was looked at; iterating reads it, from the start each time.

    Rows count from 1 and every record of the file is yielded once, readable or not.
    """

    def __init__(
        self, path: Path, format: str, columns: Columns, records: Callable[[], Iterator[Record]]
    ) -> None:
        self.path = path
        self.format = format
        """``smi``, ``csv``, ``tsv``, ``sdf`` or ``parquet``."""
        self.columns = list(columns.names)
        """All columns; of an SD file the fields of its first 100 records, after ``(title)``."""
        self.smiles_column = columns.smiles
        """None for an SD file."""
        self.id_column = columns.id
        """None if compounds are called ``row<N>``."""
        self.name_column = columns.name
        self.extra_columns = list(columns.extra)
        """Columns that only travel along. A later SD record may bring further ones."""
        self._records = records

    def __iter__(self) -> Iterator[Record]:
        return self._records()

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes: worked out once, because a library may be large."""
        return self._known[0]

    def check_unchanged(self) -> None:
        """Raise InputError if the file is no longer the one that :attr:`sha256` is of."""
        if _stamp(self.path) != self._known[1]:
            raise InputError(
                f"{self.path} was changed since this run looked at it; give the same command again"
            )

    @cached_property
    def _known(self) -> tuple[str, tuple[int, int]]:
        stamp = _stamp(self.path)
        return hash_file(self.path), stamp


def open_library(
    path: str | Path,
    smiles_column: str | None = None,
    id_column: str | None = None,
    name_column: str | None = None,
) -> Library:
    """Open a library and settle its columns, before any work is done.

    Raises InputError for a path that is no readable file, an unknown extension, a missing or
    ambiguous column, and a file without records. While iterating, only a file that cannot be read
    on (damaged gzip, not UTF-8) raises InputError; a bad record is yielded with its ``problem``.
    """
    path = Path(path)
    format = _find_format(path)
    wanted = NamedColumns(smiles_column, id_column, name_column)
    records: Callable[[], Iterator[Record]]
    if format == "smi":
        columns, has_header = open_smi(path, wanted)
        records = partial(read_smi, path, columns, has_header)
    elif format in ("csv", "tsv"):
        columns, delimiter = open_delimited(path, wanted)
        records = partial(read_delimited, path, columns, delimiter)
    elif format == "sdf":
        columns = open_sdf(path, wanted)
        records = partial(read_sdf, path, columns)
    else:
        columns = open_parquet(path, wanted)
        records = partial(read_parquet, path, columns)
    if next(records(), None) is None:
        raise InputError(f"{path}: found no compounds, expected at least one; check the file")
    return Library(path, format, columns, records)


def _stamp(path: Path) -> tuple[int, int]:
    """Return a file's size in bytes and the time of its last change in nanoseconds."""
    try:
        found = path.stat()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be read ({reason}); give a readable file") from error
    return found.st_size, found.st_mtime_ns


def hash_file(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be read ({reason}); give a readable file") from error


def _find_format(path: Path) -> str:
    if not path.exists():
        raise InputError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise InputError(f"{path}: found a folder, expected a file; give the file's path")
    extensions = [suffix.lower() for suffix in path.suffixes]
    if extensions and extensions[-1] == ".gz":
        extensions.pop()
    format = FORMATS.get(extensions[-1]) if extensions else None
    if format is None:
        known = " ".join(FORMATS)
        found = extensions[-1] if extensions else "no extension"
        raise InputError(f"{path}: found {found}, expected one of {known} (each also with .gz)")
    return format
