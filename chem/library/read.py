"""Reads libraries of compounds as streams: SMILES files, tables, SD files and Parquet.

>>> library = open_library("vendor.sdf.gz")          # doctest: +SKIP
>>> for record in library: ...                        # doctest: +SKIP
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path

import pyarrow.parquet as pq

from chem.disk.bounded_read import hash_file, read_or_said
from chem.disk.text_lines import CP932, CP1252, UTF16, open_bytes, peek
from chem.errors import IncompleteLibraryError, InputError
from chem.library.columns.column_names import looks_like_smiles
from chem.library.columns.columns import NO_ID, Columns, NamedColumns
from chem.library.delimited import BESIDE, JOINED, SHORT, open_delimited, read_delimited
from chem.library.parquet import open_parquet, read_parquet, read_schema
from chem.library.rows import QUOTE_IS_TEXT
from chem.library.sdf import OTHER_ID, UNCLOSED, open_sdf, read_sdf
from chem.library.smi import open_smi, read_smi
from chem.library.table_layout import is_smi, is_table, read_header
from chem.records.records import Record, text_size

READER = 2
"""Version of the reading rules: another version may make other records of the same bytes."""
FORMATS = {
    ".smi": "smi",
    ".smiles": "smi",
    ".ism": "smi",
    ".can": "smi",
    ".cxsmiles": "smi",
    ".cxsmi": "smi",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "tsv",
    ".sdf": "sdf",
    ".sd": "sdf",
    ".parquet": "parquet",
}
"""Format by extension (each also with ``.gz``); ``.txt`` is a table like ``.tsv``, or a SMILES file
if blanks separate the texts of its lines."""
_INSTEAD = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods"), "save the sheet as CSV UTF-8"),
    **dict.fromkeys((".bz2", ".xz", ".zip", ".7z", ".zst", ".tar", ".tgz", ".rar"), "unpack it"),
    **dict.fromkeys((".mol", ".mol2", ".pdb", ".cdx", ".cdxml", ".rdf"), "save it as .sdf"),
}
_LOOKED_AT = 50

Records = Callable[[Counter[str]], Iterator[Record]]
_SENTENCES = {
    UTF16: "the file is UTF-16 text and was read as such",
    CP1252: "lines that are not UTF-8: {n}, read as Windows-1252 (if a name looks wrong, save the "
    "file as UTF-8)",
    CP932: "lines that are not UTF-8: {n}, read as Shift-JIS (if a name looks wrong, save the file "
    "as UTF-8)",
    QUOTE_IS_TEXT: "lines with a quotation mark that opens no cell: {n}, read as text",
    SHORT: "rows with fewer cells than the header: {n}, the missing ones read as blank",
    BESIDE: "extensions |…| in a column beside the SMILES: {n}, read as part of it",
    JOINED: "SMILES with unquoted delimiters in their extension |…|: {n}, joined",
    OTHER_ID: 'records without such an id: {n} named by "{column}" instead',
    UNCLOSED: "the last record ends without '$$$$'; fields may be missing if the file was cut",
    NO_ID: "records without an id: {n}, called row<N>",
}
_MARKS = {"smi": b"\n", "csv": b"\n", "tsv": b"\n", "sdf": b"$$$$"}
"""End of a record, by format."""
_BLOCK = 1 << 20


class Library:
    """An opened library file; iterating reads it, from the start each time.

    Rows count from 1. Every record of the file is yielded once, readable or not.
    """

    def __init__(self, path: Path, format: str, columns: Columns, records: Records) -> None:
        self.path = path
        self.format = format
        """``smi``, ``csv``, ``tsv``, ``sdf`` or ``parquet``."""
        self.columns = list(columns.names)
        """All columns; of an SD file, ``(title)`` and the fields of its first records."""
        self.smiles_column = columns.smiles
        """None for an SD file."""
        self.id_column = columns.id
        """None if compounds are called ``row<N>``."""
        self.name_column = columns.name
        self.extra_columns = list(columns.extra)
        """Columns that only travel along. Later records of an SD file may add more."""
        self.notes = list(columns.notes)
        """Decisions made on opening, to report: ``ids from column "Cat. No."``."""
        self.named = NamedColumns()
        """The columns asked for: opened with them again, the file is read the same way."""
        self.delimiter = ""
        """Delimiter of the cells of a ``csv`` or ``tsv``; empty for other formats."""
        self.hint = ""
        """Advice for the case that no record can be used; empty if nothing looks wrong."""
        self.text_of_record = 0
        """Characters in a record: the mean of the first records."""
        self._records = records
        self._counts: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Record]:
        self._counts = Counter()
        return self._records(self._counts)

    @property
    def counted(self) -> list[str]:
        """Findings of the last reading to report, one sentence each."""
        counts = Counter(self._counts)
        if any("rows are numbered" in note for note in self.notes):
            del counts[NO_ID]
        return describe_counts(counts)

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes, computed once because a library may be large."""
        return self._known[0]

    def check_unchanged(self, bytes_too: bool = False) -> None:
        """Raise InputError if the file is no longer the one with the hash :attr:`sha256`.

        bytes_too: hash the bytes again as well, because anyone who alters a file can restore its
        size and time.
        """
        if _stamp(self.path) != self._known[1] or (
            bytes_too and hash_file(self.path) != self._known[0]
        ):
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
    """Open a library and settle its columns, before any other work is done.

    Raises InputError for a path that is no readable file, an unknown extension, a missing or
    ambiguous column, and a file without records. While iterating, only a file that cannot be read
    any further (damaged gzip, a line that is too long) raises InputError; a bad record is yielded
    with its ``problem``.
    """
    path = Path(path)
    format = find_format(path)
    wanted = NamedColumns(smiles_column, id_column, name_column)
    delimiter = ""
    records: Records
    if format in ("csv", "tsv") and is_smi(path, _is_plain_text(path)):
        format = "smi"
    elif format == "smi" and is_table(path):
        format = "csv"
    if format == "smi":
        columns, skip = open_smi(path, wanted)
        records = partial(read_smi, path, columns, skip)
    elif format in ("csv", "tsv"):
        columns, layout = open_delimited(path, wanted)
        delimiter = layout.delimiter
        records = partial(read_delimited, path, columns, layout)
    elif format == "sdf":
        columns = open_sdf(path, wanted)
        records = partial(read_sdf, path, columns)
    else:
        columns = open_parquet(path, wanted)
        records = partial(read_parquet, path, columns)
    first = peek(records(Counter()), _LOOKED_AT, text_size)
    if not first:
        raise IncompleteLibraryError(
            f"{path}: found no compounds, expected at least one; check the file"
        )
    library = Library(path, format, columns, records)
    library.delimiter = delimiter
    library.named = wanted
    library.text_of_record = sum(map(text_size, first)) // len(first)
    library.hint = _find_hint(first, format, columns)
    return library


def read_names(path: Path) -> list[str]:
    """Return the columns of a table, which need not include SMILES; none for other files.

    Raises InputError if the file cannot be read.
    """
    format = find_format(path)
    if format == "parquet":
        return read_schema(path)
    return read_header(path) if format in ("csv", "tsv") else []


def _find_hint(first: list[Record], format: str, columns: Columns) -> str:
    """Return advice if most of the first structures are no SMILES; ``""`` otherwise."""
    if format == "sdf":
        return ""
    first = [record for record in first if record.problem is None]
    good = sum(looks_like_smiles(record.structure) for record in first)
    if not first or 2 * good >= len(first):
        return ""
    if format == "smi":
        if all(looks_like_smiles(re.split("[,;]", record.structure)[0]) for record in first):
            return (
                "are its columns separated by commas? name them in a first line such as "
                "'smiles,id', and end the file's name in .csv"
            )
        swapped = sum(looks_like_smiles(record.compound_id) for record in first)
        if swapped > good:
            return (
                "is the SMILES in the second column? name both in a first line such as "
                "'id smiles', or put the SMILES first"
            )
        return ""
    return f"is {columns.smiles!r} the column of SMILES? --smiles-column names another"


def _stamp(path: Path) -> tuple[int, int]:
    """Return a file's size in bytes and the time of its last change in nanoseconds."""
    with read_or_said(path):
        found = path.stat()
        return found.st_size, found.st_mtime_ns


def find_format(path: Path) -> str:
    """Return the format by a file's name; InputError if there is no such file or format."""
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
        instead = _INSTEAD.get(found)
        raise InputError(
            f"{path}: found {found}, expected one of {known} (each also with .gz)"
            + (f"; {instead}" if instead else "")
        )
    return format


def _is_plain_text(path: Path) -> bool:
    """Tell whether a name ends in ``.txt``, which says nothing about the columns."""
    return ".txt" in [suffix.lower() for suffix in path.suffixes[-2:]]


def describe_counts(counts: Mapping[str, int]) -> list[str]:
    """Return a sentence for each count that is not 0."""
    told = []
    for place, (kind, sentence) in enumerate(_SENTENCES.items()):
        for key in sorted(key for key, count in counts.items() if count):
            if key == kind or (kind == OTHER_ID and key.startswith(OTHER_ID)):
                text = sentence.replace("{column}", key.removeprefix(OTHER_ID))
                told.append((place, text.replace("{n}", f"{counts[key]:,}")))
    return [text for _, text in sorted(told)]


def estimate_records(path: Path, format: str, enough: int | None = None) -> int | None:
    """Count the ends of records; None if that needs reading the records.

    A header, blank lines and line breaks in quotes count as well, so the number may be a little
    too large: it serves progress bars only. It takes about 0.1 s per gigabyte, or, for a gzipped
    file, as long as unpacking it.

    enough: a count at which counting stops; the rest of the file is not read then.
    """
    if format == "parquet":
        try:
            rows = int(pq.read_metadata(path).num_rows)
            return rows if enough is None else min(rows, enough)
        except Exception:  # gzipped as a whole, or damaged, which reading reports
            return None
    mark, count, rest = _MARKS[format], 0, b""
    with open_bytes(path) as stream:
        while block := stream.read(_BLOCK):
            found = rest + block
            if not count and mark == b"\n" and mark not in block and b"\r" in block:
                mark = b"\r"  # an old Macintosh file
            count += found.count(mark)
            if enough is not None and count >= enough:
                return enough
            # The end of the block may split a mark; a whole mark must not count twice.
            rest = found[len(found) - len(mark) + 1 :] if len(mark) > 1 else b""
    return count
