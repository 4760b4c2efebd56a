"""What the pages of a Parquet file say of themselves: the footer's sums may be anybody's.

A page is unpacked whole, to the size that its own header says. The headers are walked as Arrow
walks them, without unpacking anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from chem.errors import InputError
from chem.library.parquet.parquet_footer import Chunk, Group, read_groups
from chem.library.parquet.thrift import CompactReader, CutShortError

MOST_OPEN = 512_000_000
"""Bytes of unpacked pages that are in memory at once: one of each column, and its dictionary."""
_FIRST_READ, _MOST_HEADER = 256, 1_000_000
"""Bytes of a page's header; it holds the smallest and largest value at times."""
_MANY_PAGES, _SMALL_PAGE = 200_000, 500
"""So many pages of so few bytes each no library has; each costs 20 microseconds."""
_DICTIONARY = 2
"""Type of a page."""


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
        InputError: the pages of a row group take more memory than ``MOST_OPEN``.
        ValueError: as ``page_sizes``.
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
    """Raise ValueError for a Parquet file that takes more memory than ``most`` bytes when read."""
    groups, _ = page_sizes(file, read_groups(file))
    size = sum(chunk.unpacked for group in groups for chunk in group.chunks)
    if size > most:
        raise ValueError(f"it unpacks to {size:,} bytes, expected at most {most:,}")


def page_sizes(file: IO[bytes], groups: Sequence[Group]) -> tuple[list[Group], list[int]]:
    """Return row groups with sizes by their pages, and the bytes of each that are open at once.

    Raises ValueError where the header of a page is damaged, and for far more pages than a table
    has.
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
    """Yield the pages of a column's chunk; they end with its values or its bytes."""
    at, end, values = chunk.start, chunk.start + chunk.packed, 0
    while at < end and values < chunk.values:
        page, size = _read_page(file, at)
        yield page
        at += size + page.packed
        values += page.values


def _read_page(file: IO[bytes], at: int) -> tuple[_Page, int]:
    """Return the page that begins somewhere, and the bytes of its header."""
    most = _FIRST_READ
    while True:
        file.seek(at)
        reader = CompactReader(file.read(most), "the header of a page")
        try:
            told = reader.struct()
        except CutShortError:
            if most >= _MOST_HEADER:
                raise
            most *= 16
            continue
        return _page(told), reader.at


def _page(told: Mapping[int, Any]) -> _Page:
    kind, unpacked, packed = (told.get(number) for number in (1, 2, 3))
    data = told.get(8, told.get(5, {}))  # a page of data, of the second version or the first
    values = data.get(1, 0) if isinstance(data, dict) else 0
    sizes = (unpacked, packed, values)
    if not isinstance(kind, int) or not all(isinstance(n, int) and n >= 0 for n in sizes):
        raise ValueError("the header of a page is damaged")
    return _Page(kind, unpacked, packed, values)  # type: ignore[arg-type]
