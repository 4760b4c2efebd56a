"""Keeps rows of numbers by the hash of what they were computed from, so that runs share them.

A folder (or a prefix of an object store) holds rows of one kind: the same models, the same width
and type of numbers.
Each file is written once under a name of its own, so any number of processes may write at a time.
Two that compute the same row write the same numbers, and either is taken. Nothing here is needed
for a result: a file that is missing or damaged only means that its rows are computed again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from filelock import FileLock, Timeout

from chem.disk.files import make_folder
from gnn.features.array_types import GOLDEN, Floats32, scramble
from screening.errors import StoreError
from screening.storage.in_use import mark_in_use, record_use
from screening.storage.lock import LOCK
from screening.storage.store import Store

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[Any]
"""Rows of numbers [n, width], of one of ``TYPES``."""
Column = Literal["numbers", "doubles", "words"]
TYPES: dict[str, np.dtype[Any]] = {
    "numbers": np.dtype("f4"),
    "doubles": np.dtype("f8"),
    "words": np.dtype("u8"),
}
"""The type of the numbers, by the name of their column in a file."""
MOST_FILES = 32
"""The number of files from which small ones are merged when a run begins."""
_FILE_BYTES, _FILE_ROWS = 32_000_000, 200_000
"""The most bytes of numbers and the most rows of a merged file, which is read whole."""
_SHARE = 5_000
"""A file is read if one in so many of its rows is wanted.

A file of 9,500 rows of 838 numbers is read in 64 ms. Predicting one compound takes 1 ms once torch
and the models are loaded, which takes a worker 3 s, and it needs neither if all rows are found."""
_PREFIX, _SUFFIX = "rows-", ".parquet"


class SharedRows(NamedTuple):
    """The shared rows of one kind, as they were when a run began."""

    store: Store
    files: tuple[str, ...]
    width: int
    """The number of numbers in a row."""
    column: Column = "numbers"
    """The column of the numbers in a file, which names their type."""

    @property
    def row_bytes(self) -> int:
        """The bytes of the numbers in a row."""
        return self.width * TYPES[self.column].itemsize


def open_rows(store: Store, width: int, column: Column = "numbers") -> SharedRows | None:
    """Open the rows of a store, and merge small files if they have become many.

    Return None if the store cannot be written.
    """
    if store.folder is not None:
        try:
            make_folder(store.folder)
        except OSError:
            return None
    try:
        if store.folder is not None:
            mark_in_use(store.folder)
            record_use(store.folder)
        shared = SharedRows(store, _list(store), width, column)
        if len(shared.files) <= MOST_FILES or store.folder is None:
            return shared
        with suppress(Timeout), FileLock(store.folder / LOCK, timeout=0):
            _merge(shared)
        return shared._replace(files=_list(store))
    except (OSError, StoreError):
        return None


def reopen(shared: SharedRows) -> SharedRows:
    """Return the rows as they are now, with those that were added after the run began."""
    try:
        return shared._replace(files=_list(shared.store))
    except StoreError:
        return shared


def hash_words(column: pa.ChunkedArray) -> Words:
    """Return hashes of 16 bytes as two words each, [n, 2]."""
    return np.frombuffer(fixed_bytes(column, 16), np.uint64).reshape(-1, 2)


def hash_texts(texts: Iterable[str]) -> Words:
    """Return the hashes of n texts as two words each, [n, 2]."""
    content = b"".join(sha256(text.encode()).digest()[:16] for text in texts)
    return np.frombuffer(content, np.uint64).reshape(-1, 2)


def fixed_bytes(column: pa.ChunkedArray, size: int) -> memoryview:
    """Return the bytes of a column of texts of ``size`` bytes each, without a copy of each text."""
    whole = column.combine_chunks()
    if not len(whole):
        return memoryview(b"")
    start = whole.offset * size
    return memoryview(whole.buffers()[1])[start : start + len(whole) * size]


def first_of_each(words: Words) -> npt.NDArray[np.int64]:
    """Return the place of one row of each hash, ordered by the first word.

    Of two hashes with the same first word, one is lost, and its row is computed again.
    """
    order = np.argsort(words[:, 0], kind="stable")
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.diff(words[order, 0]) != 0
    return order[new]


def match_words(
    first: Words, second: Words, words: Words
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Look hashes [n, 2] up among others; zeros are none.

    Args:
        first: [m] first words of the others, ascending, at least one.
        second: [m] their second words.
        words: The hashes to look up.

    Returns:
        A mask [n] of the hashes that are there, and their places [n] among the others.
    """
    place = np.minimum(np.searchsorted(first, words[:, 0]), len(first) - 1)
    met = (first[place] == words[:, 0]) & (second[place] == words[:, 1])
    return met & words.any(axis=1), place


def mix_numbers(words: Words, numbers: Sequence[Floats32]) -> Words:
    """Return hashes [n, 2] that depend on each row's hash and on its numbers, k times [n].

    Hashes of zeros stay zeros, because they stand for rows that must not be shared.
    """
    mixed = np.zeros(len(words), np.uint64)
    for column in numbers:
        bits = np.ascontiguousarray(column, np.float32).view(np.uint32).astype(np.uint64)
        mixed = scramble(mixed * GOLDEN + bits + np.uint64(1))
    mixed[~words.any(axis=1)] = 0
    return np.column_stack([words[:, 0] ^ mixed, words[:, 1]])


def are_known(shared: SharedRows, words: Words) -> npt.NDArray[np.bool_]:
    """Return a mask [n] of the hashes [n, 2] that a file has; its numbers are not read."""
    index = _index(shared) if shared.files else None
    known: npt.NDArray[np.bool_] = np.zeros(len(words), dtype=bool)
    return known if index is None else match_words(index.first, index.second, words)[0]


def find_rows(
    shared: SharedRows | None, words: Words
) -> tuple[npt.NDArray[np.bool_], Numbers | None]:
    """Find rows by their hashes [n, 2].

    Returns a mask [n] of the rows that are there, and their numbers [n, width], which are not set
    where a row is missing; None without any row.
    """
    known = np.zeros(len(words), dtype=bool)
    index = _index(shared) if shared is not None and shared.files else None
    if shared is None or index is None or not len(words):
        return known, None
    met, place = match_words(index.first, index.second, words)
    values = np.empty((len(words), shared.width), TYPES[shared.column])
    for number in np.unique(index.file[place[met]]).tolist():
        here = np.flatnonzero(met & (index.file[place] == number))
        if len(here) * _SHARE < index.sizes[number]:
            continue
        numbers = _read_numbers(shared, shared.files[number])
        if numbers is None or index.row[place[here]].max() >= len(numbers):
            continue
        values[here] = numbers[index.row[place[here]]]
        known[here] = True
    return known, values


def add_rows(shared: SharedRows, words: Words, values: Numbers) -> None:
    """Add rows with their numbers [n, width]; a store that cannot be written is left alone.

    Rows with a number that is not finite are left out: a file that holds one is not read.
    """
    usable = words.any(axis=1) & np.isfinite(values).all(axis=1)
    with suppress(StoreError):
        _write(shared, words[usable], values[usable])


def _write(shared: SharedRows, words: Words, values: Numbers) -> str | None:
    if not len(words):
        return None
    content = np.ascontiguousarray(words).tobytes()
    name = f"{_PREFIX}{sha256(content).hexdigest()[:24]}{_SUFFIX}"
    numbers = np.ascontiguousarray(values, TYPES[shared.column])
    table = pa.table(
        {
            "hash": _binary(content, 16, len(words)),
            shared.column: _binary(numbers.tobytes(), shared.row_bytes, len(words)),
        }
    )
    shared.store.write_table(name, table, repetitive=False)
    return name


def _binary(content: bytes, size: int, rows: int) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(size), rows, [None, pa.py_buffer(content)])


def _list(store: Store) -> tuple[str, ...]:
    return tuple(n for n in store.names() if n.startswith(_PREFIX) and n.endswith(_SUFFIX))


def _merge(shared: SharedRows) -> None:
    """Write the rows of small files into few, and remove the small ones."""
    small, words, values = [], [], []
    most = max(1, min(_FILE_ROWS, _FILE_BYTES // shared.row_bytes))
    for name in _list(shared.store):
        hashes = _read_hashes(shared, name)
        if hashes is not None and len(hashes) > most // 2:
            continue
        numbers = _read_numbers(shared, name)
        if hashes is None or numbers is None or len(hashes) != len(numbers):
            shared.store.remove(name)
            continue
        small.append(name)
        words.append(hashes)
        values.append(numbers)
    if len(small) < 2:
        return
    every, numbers = np.concatenate(words), np.concatenate(values)
    kept = np.sort(first_of_each(every))  # what was scored together stays together
    written = {
        _write(shared, every[kept[at : at + most]], numbers[kept[at : at + most]])
        for at in range(0, len(kept), most)
    }
    for name in small:
        if name not in written:
            shared.store.remove(name)


class _Index(NamedTuple):
    """The hashes of all rows, ordered by their first word."""

    first: Words
    second: Words
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    sizes: dict[int, int]
    """The number of rows of each file."""


@lru_cache(maxsize=2)
def _index(shared: SharedRows) -> _Index | None:
    """Read the hashes of all files once in a process; None if there are none."""
    found = [(_read_hashes(shared, name), number) for number, name in enumerate(shared.files)]
    there = [(hashes, number) for hashes, number in found if hashes is not None]
    # Of a row that two files have, that of the smaller one is taken, which is more often read.
    there.sort(key=lambda one: len(one[0]))
    words = [hashes for hashes, _ in there]
    files = [np.full(len(hashes), number, np.int32) for hashes, number in there]
    rows = [np.arange(len(hashes), dtype=np.int32) for hashes, _ in there]
    sizes = {number: len(hashes) for hashes, number in there}
    every = np.concatenate([*words, np.empty((0, 2), np.uint64)])
    kept = first_of_each(every)
    if not len(kept):
        return None
    first, second = np.ascontiguousarray(every[kept, 0]), np.ascontiguousarray(every[kept, 1])
    return _Index(first, second, np.concatenate(files)[kept], np.concatenate(rows)[kept], sizes)


def _read_hashes(shared: SharedRows, name: str) -> Words | None:
    content = _read_binary(shared.store, name, "hash", 16)
    return None if content is None else np.frombuffer(content, np.uint64).reshape(-1, 2)


@lru_cache(maxsize=3)
def _read_numbers(shared: SharedRows, name: str) -> Numbers | None:
    """Read the numbers of a file [n, width]; None if it is damaged, or holds no numbers."""
    content = _read_binary(shared.store, name, shared.column, shared.row_bytes)
    if content is None:
        return None
    numbers = np.frombuffer(content, TYPES[shared.column]).reshape(-1, shared.width)
    return numbers if np.isfinite(numbers).all() else None


def _read_binary(store: Store, name: str, column: str, size: int) -> memoryview | None:
    try:
        found = store.read_table(name, [column])[column]
    except StoreError:  # removed or damaged meanwhile
        return None
    if not found.type.equals(pa.binary(size)) or found.null_count:
        return None
    return fixed_bytes(found, size)
