"""A footer is read as Arrow reads it, and no bit of it ends the process."""

import io
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from chem.library.parquet_footer import BYTE_ARRAY, MOST, CompactReader, read_groups
from chem.library.read import open_library
from tests.chem.seeds import parquet_files

NAMES = {0: "PLAIN", 2: "PLAIN_DICTIONARY", 3: "RLE", 5: "DELTA_BINARY_PACKED"}
NAMES |= {6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY", 8: "RLE_DICTIONARY"}


@pytest.mark.parametrize("content", parquet_files())
def test_what_arrow_says_is_found(content: bytes) -> None:
    wanted = pq.read_metadata(io.BytesIO(content))
    groups = read_groups(io.BytesIO(content))
    assert [group.rows for group in groups] == [
        wanted.row_group(at).num_rows for at in range(wanted.num_row_groups)
    ]
    for at, group in enumerate(groups):
        assert len(group.chunks) == wanted.num_columns
        for n, chunk in enumerate(group.chunks):
            told = wanted.row_group(at).column(n)
            assert chunk.packed == told.total_compressed_size
            assert chunk.unpacked == told.total_uncompressed_size
            assert chunk.values == told.num_values
            assert {NAMES[one] for one in chunk.encodings} == set(told.encodings)
            assert (chunk.kind == BYTE_ARRAY) == (told.physical_type == "BYTE_ARRAY")


def test_no_bit_of_a_footer_ends_the_process(tmp_path: Path) -> None:
    """Arrow's accessor of a column chunk throws what nobody catches: the process aborts."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"smiles": ["CC"] * 3, "l": [["a", "b"]] * 3}), path)
    content = path.read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for at in range(start, len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 1 << (at % 8)
        path.write_bytes(damaged)
        with suppress(InputError):
            assert len(list(open_library(path))) <= 3


def _footer(content: bytes) -> io.BytesIO:
    return io.BytesIO(b"PAR1" + content + len(content).to_bytes(4, "little") + b"PAR1")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cut short"),
        (b"\x00", "damaged"),
        (b"\x1c" * 1000, "nested too deeply"),
        (b"\x49\xfc\xff\xff\xff\x0f", "cut short"),
        (b"\x49\xf3" + b"\xff" * 8 + b"\x0f", "cut short"),  # 2^60 bytes in a wanted list
        (b"\x18\xff\xff\xff\xff\x0f", "cut short"),
        (b"\x16" + b"\xff" * 11, "damaged"),
        (b"\x1e\x00", "damaged"),
    ],
)
def test_a_damaged_footer_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_groups(_footer(content))


def test_a_footer_of_no_library_is_refused_before_it_is_read() -> None:
    for file in (io.BytesIO(), io.BytesIO(b"PAR1\xff\xff\xff\x7fPAR1"), io.BytesIO(b"x" * 20)):
        with pytest.raises(ValueError, match="no footer"):
            read_groups(file)
    with pytest.raises(ValueError, match="expected a library"):
        read_groups(_footer(bytes(MOST + 1)))


def test_fields_of_every_kind_are_passed_over() -> None:
    passed_over = (
        b"\x11",  # true
        b"\x13\x07",  # a byte
        b"\x16\xff\x01",
        b"\x17" + bytes(8),  # a double
        b"\x18\x02ab",
        b"\x19\x21\x01\x02",  # a list of two Booleans
        b"\x1b\x01\x85\x01x\x02",  # a map with one text and number
        b"\x1c\x15\x02\x1c\x00\x00",  # a struct with a struct in it
        b"\x1d" + bytes(16),  # a UUID
        b"\x06\x28\x02",  # a number with its field written out
    )
    for one in passed_over:
        reader = CompactReader(one + b"\x05\xc8\x01\x0e\x00", "x")
        assert reader.struct({100: {}}) == {100: 7}
        assert reader.at == len(one) + 5
        with pytest.raises(ValueError, match="x is cut short"):
            CompactReader(one, "x").struct({100: {}})
