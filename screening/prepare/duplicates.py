"""Finds duplicates: accepted records with the key of an earlier record of the library."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from screening.storage.schema import ACCEPTED
from screening.storage.shared_rows import Words, hash_words

Rows = npt.NDArray[np.int64]
COLUMNS = ["row", "status", "key"]

Read = Callable[[str], pa.Table]
"""A function that reads ``COLUMNS`` of a partition."""


def find_duplicates(names: Sequence[str], read: Read) -> pa.Table:
    """Return a table of ``row`` and ``first_row``, the first row with the same key.

    ``names`` are partitions in row order. They are read twice. The first time, eight of the 16
    bytes of a key are kept for each record; the second time, only records whose eight bytes occur
    more than once. So two million records take 16 MB, and more only if there are many duplicates.
    """
    halves = [keys[:, 0].copy() for _, keys in _accepted(names, read)]
    repeated = _find_repeated(np.concatenate([*halves, np.empty(0, np.uint64)]))
    rows, keys = [np.empty(0, np.int64)], [np.empty((0, 2), np.uint64)]
    if len(repeated):
        for some_rows, some_keys in _accepted(names, read):
            place = np.searchsorted(repeated, some_keys[:, 0])
            place[place == len(repeated)] = 0
            suspect = repeated[place] == some_keys[:, 0]
            rows.append(some_rows[suspect])
            keys.append(some_keys[suspect])
    return _pair(np.concatenate(rows), np.concatenate(keys))


def _accepted(names: Sequence[str], read: Read) -> Iterator[tuple[Rows, Words]]:
    """Yield [n] rows and [n, 2] halves of keys of each partition's accepted records."""
    for name in names:
        table = read(name)
        table = table.filter(pc.equal(table["status"], ACCEPTED))
        rows = table["row"].to_numpy()
        if len(rows):
            yield rows, hash_words(table["key"])


def _find_repeated(words: Words) -> Words:
    """Return each word that occurs more than once, ascending; sorts ``words`` in place."""
    words.sort()
    return np.unique(words[1:][words[1:] == words[:-1]])


def _pair(rows: Rows, keys: Words) -> pa.Table:
    """Pair every row that repeats a key with the first row of that key, in row order."""
    order = np.lexsort((rows, keys[:, 1], keys[:, 0]))
    keys, ordered = keys[order], rows[order]
    same = np.zeros(len(rows), dtype=bool)
    same[1:] = (keys[1:] == keys[:-1]).all(axis=1)
    firsts = np.maximum.accumulate(np.where(same, 0, np.arange(len(rows))))
    found, first = ordered[same], ordered[firsts[same]]
    by_row = np.argsort(found)
    return pa.table(
        {
            "row": pa.array(found[by_row], pa.int64()),
            "first_row": pa.array(first[by_row], pa.int64()),
        }
    )
