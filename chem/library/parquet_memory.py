"""Measures how much memory a Parquet file takes when read, before anything is unpacked.

A few kilobytes may hold gigabytes: a dictionary stores a value once, however often the table has
it; an encoding by prefixes stores only differences; and a page may be packed a thousand to one. The
sums in the footer can be forged, so the headers of the pages are walked as Arrow walks them: a page
is unpacked whole, to the size that its own header gives.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from io import UnsupportedOperation
from pathlib import Path
from typing import IO, Any, NamedTuple

from chem.errors import InputError
from chem.library.parquet_footer import (
    BY_DICTIONARY,
    BY_PREFIX,
    BYTE_ARRAY,
    Chunk,
    CompactReader,
    CutShortError,
    Group,
    Wanted,
    read_groups,
)

MOST_OPEN = 512_000_000
"""Most bytes of unpacked pages in memory at once: one page per column, and its dictionary."""
_FIRST_READ, _MOST_HEADER = 256, 1_000_000
"""Bytes of a page's header, which may contain the smallest and the largest value."""
_MANY_PAGES, _SMALL_PAGE = 200_000, 500
"""A number of pages, and bytes per page: no library has so many so small; each costs 20 µs."""
_DICTIONARY = 2
"""Type of a dictionary page."""
_HEADER: Wanted = {1: {}, 2: {}, 3: {}, 5: {1: {}}, 8: {1: {}}}
"""The fields of a page's header that ``_page`` takes."""


_KNOWN_SIZES: dict[tuple[int, ...], int] = {}
"""The bytes in memory of files that were walked, by their states on the disk."""
_MOST_KNOWN = 10_000


class _Page(NamedTuple):
    kind: int
    unpacked: int
    """Bytes."""
    packed: int
    """Bytes."""
    values: int


def check_pages(path: Path, file: IO[bytes], groups: Sequence[Group]) -> list[Group]:
    """Return a library's row groups with the sizes that their pages have.

    Raises:
        InputError: The pages of a row group take more memory than ``MOST_OPEN``.
        ValueError: As ``page_sizes`` raises it.
    """
    found, opened = page_sizes(file, groups)
    for at, size in enumerate(opened, start=1):
        if size > MOST_OPEN:
            raise InputError(
                f"{path}: row group {at} has pages that unpack to {size:,} bytes at once, expected "
                f"at most {MOST_OPEN:,}; write it again with smaller pages"
            )
    return found


def check_unpacked(file: IO[bytes], most: int) -> None:
    """Raise ValueError for a Parquet file that takes more than ``most`` bytes in memory."""
    size = _unpacked_size(file)
    if size > most:
        raise ValueError(f"it unpacks to {size:,} bytes, expected at most {most:,}")


def _unpacked_size(file: IO[bytes]) -> int:
    """Return the bytes that a file takes in memory; a file that stays as it is is walked once.

    Writing to a file or replacing it changes its time of change, which nobody can set.
    """
    try:
        told = os.fstat(file.fileno())
    except UnsupportedOperation:  # bytes in memory
        return _sum_pages(file)
    state = (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns)
    size = _KNOWN_SIZES.get(state)
    if size is None:
        size = _sum_pages(file)
        if len(_KNOWN_SIZES) == _MOST_KNOWN:
            _KNOWN_SIZES.clear()
        _KNOWN_SIZES[state] = size
    return size


def _sum_pages(file: IO[bytes]) -> int:
    groups, _ = page_sizes(file, read_groups(file))
    return sum(chunk.unpacked for group in groups for chunk in group.chunks)


def page_sizes(file: IO[bytes], groups: Sequence[Group]) -> tuple[list[Group], list[int]]:
    """Return row groups sized by their pages, and the bytes of each that are open at once.

    Raises ValueError if the header of a page is damaged, or if there are far more pages than a
    table has.
    """
    size = file.seek(0, 2)
    pages = 0
    found, at_once = [], []
    for group in groups:
        chunks, opened = [], 0
        for chunk in group.chunks:
            unpacked = largest = dictionary = 0
            for page in _walk(file, chunk):
                pages += 1
                if pages > _MANY_PAGES and pages * _SMALL_PAGE > size:
                    raise ValueError(f"it has more than {pages - 1:,} pages in {size:,} bytes")
                unpacked += page.unpacked
                if page.kind == _DICTIONARY:
                    dictionary = page.unpacked
                else:
                    largest = max(largest, page.unpacked)
            opened += largest + dictionary
            chunks.append(chunk._replace(unpacked=max(chunk.unpacked, unpacked)))
        found.append(group._replace(chunks=tuple(chunks)))
        at_once.append(opened)
    return found, at_once


def _walk(file: IO[bytes], chunk: Chunk) -> Iterator[_Page]:
    """Yield the pages of a column's chunk, which end with its values or with its bytes."""
    at, end, values = chunk.start, chunk.start + chunk.packed, 0
    while at < end and values < chunk.values:
        page, size = _read_page(file, at)
        yield page
        at += size + page.packed
        values += page.values


def _read_page(file: IO[bytes], at: int) -> tuple[_Page, int]:
    """Return the page at a position, and the number of bytes of its header."""
    most = _FIRST_READ
    while True:
        file.seek(at)
        reader = CompactReader(file.read(most), "the header of a page")
        try:
            told = reader.struct(_HEADER)
        except CutShortError:
            if most >= _MOST_HEADER:
                raise
            most *= 16
            continue
        return _page(told), reader.at


def _page(told: Mapping[int, Any]) -> _Page:
    kind, unpacked, packed = (told.get(number) for number in (1, 2, 3))
    data = told.get(8, told.get(5, {}))  # a data page, of version 2 or 1
    values = data.get(1, 0) if isinstance(data, dict) else 0
    sizes = (unpacked, packed, values)
    if not isinstance(kind, int) or not all(isinstance(n, int) and n >= 0 for n in sizes):
        raise ValueError("the header of a page is damaged")
    return _Page(kind, unpacked, packed, values)  # type: ignore[arg-type]


MAX_CELL = 10_000_000
"""Most bytes of one value."""
MOST_BYTES = 64_000_000
"""Most bytes of values unpacked at a time, and of one row."""
_MOST_ROWS, _MOST_CELLS = 4096, 1_000_000
"""Most rows and most cells of a batch."""
_SUSPECT_TIMES = 20
"""Times a row group unpacks to its packed size: no library of compounds is packed so tightly."""


def check_sizes(path: Path, paths: Sequence[str], groups: Sequence[Group]) -> None:
    """Raise InputError for a row group that would take far more memory than it seems to.

    paths: those of the schema's leaves.
    """
    for at, group in enumerate(groups):
        packed = sum(chunk.packed for chunk in group.chunks)
        unpacked = sum(chunk.unpacked for chunk in group.chunks)
        values = sum(chunk.values for name, chunk in _named(paths, group) if "." in name)
        if unpacked > MOST_BYTES and unpacked > _SUSPECT_TIMES * packed:
            raise InputError(
                f"{path}: row group {at + 1} has {packed:,} bytes that unpack to {unpacked:,}; "
                "expected a library of compounds; write it again with smaller row groups"
            )
        if values > MOST_BYTES and values > MAX_CELL // 1000 * group.rows:
            raise InputError(
                f"{path}: row group {at + 1} has lists of {values:,} values in {group.rows:,} "
                "rows; expected a library of compounds; leave these columns out"
            )


def by_dictionary(paths: Sequence[str], groups: Sequence[Group]) -> list[str]:
    """Return the text columns that are to be read as a dictionary and indices."""
    return sorted(
        {
            name
            for group in groups
            for name, chunk in _named(paths, group)
            if chunk.kind == BYTE_ARRAY and BY_DICTIONARY & chunk.encodings
        }
    )


def rows_at_a_time(schema: Any, groups: Sequence[Group]) -> int:
    """Return how many rows may be read at a time, whatever their values.

    schema: Parquet's own, not Arrow's.
    """
    width: dict[int, int] = {}
    """Most bytes of one value, by column, where they may be more than the stored bytes."""
    for group in groups:
        for at, chunk in enumerate(group.chunks):
            if BY_PREFIX & chunk.encodings:
                width[at] = max(min(chunk.unpacked, MOST_BYTES), width.get(at, 0))
    fixed = sum(max(schema.column(n).length, 0) for n in range(len(schema)))
    rows = MOST_BYTES // max(sum(width.values()) + fixed, 1)
    return max(min(int(rows), _MOST_ROWS, _MOST_CELLS // max(len(schema), 1)), 1)


def _named(paths: Sequence[str], group: Group) -> Iterator[tuple[str, Chunk]]:
    """Yield a row group's chunks with the schema's paths; the paths in the chunks may be forged."""
    yield from zip(paths, group.chunks, strict=True)
