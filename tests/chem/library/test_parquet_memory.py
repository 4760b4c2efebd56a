"""The sizes of pages are walked as Arrow walks them; no sum in a footer is believed."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from chem.library import parquet_memory
from chem.library.parquet_footer import Group, read_groups
from chem.library.parquet_memory import check_pages, check_unpacked, page_sizes
from chem.library.read import open_library
from tests.chem.lying import understate, write_lying
from tests.chem.seeds import parquet_files


@pytest.mark.parametrize("content", parquet_files())
def test_the_pages_of_an_honest_file_hold_what_its_footer_says(content: bytes) -> None:
    file = io.BytesIO(content)
    groups = read_groups(file)
    low = [
        group._replace(chunks=tuple(chunk._replace(unpacked=0) for chunk in group.chunks))
        for group in groups
    ]
    found, _ = page_sizes(file, low)
    assert len(found) == len(groups)
    for told, group in zip(groups, found, strict=True):
        for of_footer, of_pages in zip(told.chunks, group.chunks, strict=True):
            # The footer counts the headers of pages too: up to three, of up to 100 bytes.
            assert of_footer.unpacked - 300 < of_pages.unpacked <= of_footer.unpacked
            assert of_footer[:3] == of_pages[:3]
    assert page_sizes(file, groups)[0] == groups


def test_many_pages_are_all_walked() -> None:
    into = io.BytesIO()
    table = pa.table({"smiles": ["C" * (n % 50) for n in range(50_000)]})
    pq.write_table(table, into, data_page_size=1000, use_dictionary=False, compression="zstd")
    groups = read_groups(into)
    (size,) = page_sizes(into, groups)[1]
    found = page_sizes(into, read_groups(io.BytesIO(understate(into.getvalue()))))[0]
    (chunk,) = found[0].chunks
    values = 4 * 50_000 + sum(n % 50 for n in range(50_000))
    assert values <= chunk.unpacked <= values + 100_000  # levels
    assert size < 40_000  # of one page: the writer looks every 1,024 values


def test_pages_that_are_more_than_the_footer_says_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_lying(path, columns=7, rows=9, cell=9_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(
        InputError, match=r"^[^\n]*row group 1 has pages that unpack to 567,[^\n]*$"
    ):
        list(open_library(path))
    with path.open("rb") as file:
        check_unpacked(file, 568_000_000)
        with pytest.raises(ValueError, match=r"unpacks to 567,.*at most 500,000,000"):
            check_unpacked(file, 500_000_000)


def test_columns_that_share_their_pages_count_each(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_lying(path, columns=1, rows=9, cell=9_000_000)
    with path.open("rb") as file:
        (group,) = read_groups(file)
        many = group._replace(chunks=(*group.chunks, *group.chunks[1:] * 6))
        with pytest.raises(InputError, match="567,"):
            check_pages(path, file, [many])


def test_a_damaged_header_is_refused(tmp_path: Path) -> None:
    content = bytearray(parquet_files()[0])
    start = read_groups(io.BytesIO(content))[0].chunks[0].start
    for damage in (b"\0", b"\x15\0\x15\x01\x15\0\0", b"\x19\xff\xff\xff\xff\x0f"):
        content[start : start + len(damage)] = damage
        with pytest.raises(ValueError, match=r"the header of a page is (damaged|cut short)"):
            check_unpacked(io.BytesIO(content), 10**9)
        path = tmp_path / "a.parquet"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"^[^\n]*not a Parquet file[^\n]*$"):
            list(open_library(path))


def test_far_more_pages_than_a_table_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chem.library.parquet_memory._MANY_PAGES", 20)
    into = io.BytesIO()
    table = pa.table({"smiles": ["C"] * 5000})
    pq.write_table(
        table, into, data_page_size=1, use_dictionary=False, write_batch_size=10, compression="zstd"
    )
    with pytest.raises(ValueError, match=r"more than [2-9]\d pages"):
        check_unpacked(into, 10**9)


def test_a_file_is_walked_again_if_anything_was_written_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    write_lying(path, columns=2, rows=9, cell=9_000_000)
    told, walked = path.stat(), list[IO[bytes]]()

    def walk(file: IO[bytes], groups: Sequence[Group]) -> tuple[list[Group], list[int]]:
        walked.append(file)
        return page_sizes(file, groups)

    monkeypatch.setattr(parquet_memory, "page_sizes", walk)
    with path.open("r+b") as file:
        for _ in range(3):
            check_unpacked(file, 10**9)
        assert len(walked) == 1
        file.seek(0)
        file.write(b"PAR1")  # as before, and the time is set back
        file.flush()
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        check_unpacked(file, 10**9)
        assert len(walked) == 2
