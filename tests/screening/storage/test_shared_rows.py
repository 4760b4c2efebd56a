"""Rows that runs share come back as they were written, or not at all."""

import multiprocessing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.storage import shared_rows
from screening.storage.shared_rows import (
    TYPES,
    Column,
    SharedRows,
    Words,
    add_rows,
    find_rows,
    hash_texts,
    mix_numbers,
    open_rows,
)
from screening.storage.store import Store

WIDTH = 3


def words_of(numbers: list[int]) -> Words:
    return np.array([[n * 7919 + 1, n] for n in numbers], np.uint64).reshape(-1, 2)


def values_of(numbers: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[n, n / 3, -n] for n in numbers], np.float32).reshape(-1, WIDTH)


def opened(folder: Path | str) -> SharedRows:
    shared = open_rows(Store(folder), WIDTH)
    assert shared is not None
    return shared


def check(shared: SharedRows, added: set[int], asked: list[int]) -> None:
    known, values = find_rows(shared, words_of(asked))
    assert known.tolist() == [n in added for n in asked]
    if known.any():
        assert values is not None
        np.testing.assert_array_equal(values[known], values_of(asked)[known])


@given(
    batches=st.lists(st.lists(st.integers(1, 60), max_size=12, unique=True), max_size=8),
    asked=st.lists(st.integers(1, 70), max_size=30),
)
def test_what_was_added_is_found_also_after_files_are_merged(
    batches: list[list[int]], asked: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_rows, "MOST_FILES", 3)
        patch.setattr(shared_rows, "_FILE_BYTES", 12 * 10)
        store = f"memory://{abs(hash((str(batches), str(asked))))}"
        for batch in batches:
            add_rows(opened(store), words_of(batch), values_of(batch))
        added = {n for batch in batches for n in batch}
        check(opened(store), added, asked)


@pytest.mark.parametrize(("file_bytes", "files"), [(12 * 5, 9), (12 * 50, 1), (10**9, 1)])
def test_many_small_files_become_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_bytes: int, files: int
) -> None:
    monkeypatch.setattr(shared_rows, "_FILE_BYTES", file_bytes)
    for n in range(20):
        add_rows(opened(tmp_path), words_of([n + 1]), values_of([n + 1]))
    before = opened(tmp_path)
    add_rows(before, words_of([3, 5, 99]), values_of([3, 5, 99]))
    monkeypatch.setattr(shared_rows, "MOST_FILES", 9)
    after = opened(tmp_path)
    assert len(after.files) <= files
    check(after, {*range(1, 21), 99}, list(range(1, 120)))
    shared_rows._read_numbers.cache_clear()
    known, values = find_rows(before, words_of([1, 2, 99]))  # its files were merged meanwhile
    assert not known[2]
    assert (
        values is None or not known.any() or (values[known] == values_of([1, 2, 99])[known]).all()
    )


@pytest.mark.parametrize("column", ["numbers", "doubles", "words"])
def test_numbers_of_each_type_come_back_whole(tmp_path: Path, column: Column) -> None:
    least = np.array([[1, 0, 3], [1 << 23, 5, 7]]).astype(TYPES[column])
    most = np.nextafter(least, np.inf, dtype=least.dtype) if column != "words" else ~least
    for n, values in enumerate((least, most)):
        shared = open_rows(Store(tmp_path / str(n)), WIDTH, column)
        assert shared is not None
        add_rows(shared, words_of([1, 2]), values)
        again = open_rows(Store(tmp_path / str(n)), WIDTH, column)
        known, found = find_rows(again, words_of([2, 1]))
        assert known.all()
        assert found is not None
        assert found.tobytes() == values[::-1].tobytes()


def test_rows_of_another_type_are_not_taken(tmp_path: Path) -> None:
    add_rows(opened(tmp_path), words_of([1, 2]), values_of([1, 2]))
    for column in ("doubles", "words"):
        other = open_rows(Store(tmp_path), WIDTH, column)
        assert not find_rows(other, words_of([1, 2]))[0].any()


def test_texts_have_hashes_of_their_own() -> None:
    words = hash_texts(["CCO", "CCS", "CCO", ""])
    assert (words[0] == words[2]).all()
    assert len(np.unique(words)) == 6
    assert hash_texts([]).shape == (0, 2)


def test_a_file_is_not_read_for_a_few_of_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_rows, "_SHARE", 200)
    numbers = list(range(1, 1001))
    add_rows(opened(tmp_path), words_of(numbers), values_of(numbers))
    check(opened(tmp_path), set(), [5, 6, 7, 8])
    check(opened(tmp_path), set(numbers), [5, 6, 7, 8, 9, 2000])


def test_a_row_is_taken_from_the_smallest_file_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a row of a large file is computed again each night, however often it is added."""
    monkeypatch.setattr(shared_rows, "_SHARE", 10)
    large, small = list(range(1, 50)), [7, 90]
    for numbers in (large, small):
        add_rows(opened(tmp_path), words_of(numbers), values_of(numbers))
    check(opened(tmp_path), {7, 90}, [7, 8])


def test_a_row_that_is_not_finite_does_not_spoil_the_others(tmp_path: Path) -> None:
    values = values_of([1, 2, 3])
    values[1, 2] = np.nan
    add_rows(opened(tmp_path), words_of([1, 2, 3]), values)
    check(opened(tmp_path), {1, 3}, [1, 2, 3])


def test_rows_without_a_hash_are_never_shared(tmp_path: Path) -> None:
    zeros = np.zeros((2, 2), np.uint64)
    add_rows(opened(tmp_path), zeros, values_of([1, 2]))
    assert opened(tmp_path).files == ()
    add_rows(opened(tmp_path), words_of([4]), values_of([4]))
    assert not find_rows(opened(tmp_path), zeros)[0].any()
    assert not mix_numbers(zeros, [np.ones(2, np.float32)]).any()


def test_a_hash_depends_on_each_number_and_its_place() -> None:
    numbers = [np.array([1, 1, 2, 1], np.float32), np.array([2, 2, 1, 0], np.float32)]
    mixed = mix_numbers(np.repeat(words_of([7]), 4, axis=0), numbers)
    assert [len(set(map(tuple, mixed[list(some)].tolist()))) for some in ((0, 1), (0, 2, 3))] == [
        1,
        3,
    ]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def rewrite(path: Path, **columns: pa.Array) -> None:
    table = pq.read_table(path)
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, path)


def not_numbers(path: Path) -> None:
    rewrite(
        path, numbers=pa.array([np.full(WIDTH, np.nan, np.float32).tobytes()] * 2, pa.binary(12))
    )


def narrower(path: Path) -> None:
    rewrite(path, numbers=pa.array([bytes(8)] * 2, pa.binary(8)))


def lacking(path: Path) -> None:
    rewrite(path, numbers=pa.array([bytes(12), None], pa.binary(12)))


def other_type(path: Path) -> None:
    rewrite(path, hash=pa.array(["a", "b"]))


@pytest.mark.parametrize("harm", [cut, not_numbers, narrower, lacking, other_type, Path.unlink])
def test_a_harmed_file_is_as_if_it_were_not_there(tmp_path: Path, harm: object) -> None:
    add_rows(opened(tmp_path), words_of([1, 2]), values_of([1, 2]))
    add_rows(opened(tmp_path), words_of([3]), values_of([3]))
    shared = opened(tmp_path)
    (two,) = [name for name in shared.files if pq.read_metadata(tmp_path / name).num_rows == 2]
    assert callable(harm)
    harm(tmp_path / two)
    shared_rows._read_numbers.cache_clear()
    check(shared, {3}, [1, 2, 3, 4])


def test_no_altered_byte_becomes_another_number(tmp_path: Path) -> None:
    add_rows(opened(tmp_path), words_of([1, 2]), values_of([1, 2]))
    shared = opened(tmp_path)
    (path,) = [tmp_path / name for name in shared.files]
    content = path.read_bytes()
    lost = 0
    for at in range(len(content)):
        harmed = bytearray(content)
        harmed[at] ^= 1 << at % 8
        path.write_bytes(harmed)
        shared_rows._read_numbers.cache_clear()
        shared_rows._index.cache_clear()
        known, values = find_rows(shared, words_of([1, 2]))
        lost += not known.all()
        if known.any():
            assert values is not None
            np.testing.assert_array_equal(values[known], values_of([1, 2])[known])
    assert lost > 50


def test_a_store_that_cannot_be_made_shares_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert open_rows(Store(tmp_path / "file"), WIDTH) is None


def add_some(folder: Path, start: int) -> None:
    for n in range(start, start + 60, 3):
        add_rows(opened(folder), words_of([n, n + 1, n + 2]), values_of([n, n + 1, n + 2]))


def test_processes_add_and_merge_at_a_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=add_some, args=(tmp_path, start)) for start in (1, 31, 61, 91)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    check(opened(tmp_path), set(range(1, 151)), list(range(1, 200)))
