import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.prepare.duplicates import find_duplicates
from screening.prepare.prepared_rows import NO_KEY
from screening.storage.schema import ACCEPTED, REJECTED

KEYS = (
    bytes(15) + b"\x01",
    b"\x01" + bytes(15),
    b"\x01" + bytes(14) + b"\x02",  # its first half is the one before
    b"\xff" * 16,
    b"\xff" * 15 + b"\x00",
)


def partitions(keys: list[bytes | None], size: int) -> dict[str, pa.Table]:
    """Keys cut into partitions; None stands for a reject. Every column is cut from a longer one."""
    table = pa.table(
        {
            "row": pa.array(range(len(keys)), pa.int64()),
            "status": [REJECTED if key is None else ACCEPTED for key in keys],
            "key": pa.array([key or NO_KEY for key in keys], pa.binary(16)),
        }
    )
    return {f"part-{i:05d}": table.slice(i, size) for i in range(0, len(keys), size)}


@given(st.lists(st.sampled_from([*KEYS, None]), max_size=40), st.integers(1, 50))
def test_the_first_row_of_a_structure_stands(keys: list[bytes | None], size: int) -> None:
    firsts: dict[bytes, int] = {}
    expected = [
        {"row": row, "first_row": firsts[key]}
        for row, key in enumerate(keys)
        if key is not None and firsts.setdefault(key, row) != row
    ]
    parts = partitions(keys, size)
    assert find_duplicates(list(parts), parts.__getitem__).to_pylist() == expected


def test_one_repeat_among_many_is_found() -> None:
    random = np.random.default_rng(0)
    keys = [random.bytes(16) for _ in range(20_000)]
    keys[15_000] = keys[300]
    parts = partitions(list(keys), 1000)
    found = find_duplicates(list(parts), parts.__getitem__)
    assert found.to_pylist() == [{"row": 15_000, "first_row": 300}]


@pytest.mark.parametrize("names", [[], ["a"]])
def test_nothing_is_no_duplicate(names: list[str]) -> None:
    parts = {"a": partitions([None], 1)["part-00000"]}
    found = find_duplicates(names, parts.__getitem__)
    assert found.num_rows == 0
    assert found.schema.names == ["row", "first_row"]
