"""Searches the index of a prepared library for what may be an analog of a hit.

Partitions are read by a few threads, each of which holds one. What is found does not depend on how
the library is divided: rows are chosen by similarity, and equally similar ones by their number.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.features.array_types import Bools, Floats32, Hashes, Ints
from gnn.features.structure_index import StructureIndex
from screening.analogs.query import Query
from screening.errors import StoreError
from screening.prepare.index_columns import add_index, to_index
from screening.prepare.prepared import Prepared, index_file
from screening.score.score import spans
from screening.storage.schema import GRAPH, INDEX

Progress = Callable[[str, int, int | None], None]
KINDS = ("matched_pair", "substructure", "scaffold_hop", "similar")
"""Relations of an analog to a hit, in the order in which they are told."""
MOST_THREADS = 4
"""The most partitions that are read at a time."""


class Candidates(NamedTuple):
    """Rows of a library that may be analogs of one kind, the most similar first."""

    rows: Ints
    """[n]"""
    similarity: Floats32
    """[n] Tanimoto similarity of the bits of environments."""
    every: int
    """The number of rows in the library that may be analogs; n is smaller if it is too large."""


def reading_threads() -> ThreadPoolExecutor:
    """Return threads that read partitions, as many as there are cores."""
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1))


def search(
    prepared: Prepared, query: Query, most: int, progress: Progress | None = None
) -> dict[str, Candidates]:
    """Return the candidates of each kind, at most ``most`` of each.

    Duplicates are among them. Raises StoreError for a file that is missing or damaged.
    """
    found: dict[str, list[Candidates]] = {kind: [] for kind in KINDS}
    done = 0
    with reading_threads() as threads:
        work = partial(_search_partition, prepared, query, most)
        parts = list(spans(prepared))
        for (_, first, last), of_kind in zip(parts, threads.map(work, parts), strict=True):
            for kind, some in of_kind.items():
                found[kind] = [_best([*found[kind], some], most)]
            done += last + 1 - first
            if progress is not None:
                progress("search", done, prepared.rows)
    return {kind: _best(some, most) for kind, some in found.items()}


def is_indexed(prepared: Prepared) -> bool:
    """Tell whether a library was prepared with an index."""
    return all(prepared.store.exists(index_file(name)) for name in prepared.partitions[:1])


def read_index(prepared: Prepared, name: str, rows: int) -> StructureIndex:
    """Return the index of a partition, which is computed if the library was prepared without."""
    if prepared.store.exists(index_file(name)):
        table = prepared.store.read_table(index_file(name), INDEX.names)
    else:
        table = add_index(prepared.store.read_table(name, list(GRAPH)))
    if table.num_rows != rows:
        raise StoreError(
            f"{prepared.store.path(index_file(name))} has {table.num_rows} rows instead of {rows}; "
            "remove the prepared library with `hitlist store`, and prepare it again"
        )
    return to_index(table)


def _search_partition(
    prepared: Prepared, query: Query, most: int, part: tuple[str, int, int]
) -> dict[str, Candidates]:
    name, first, last = part
    index = read_index(prepared, name, last + 1 - first)
    similarity = tanimoto(index.environments, query.index.environments[0])
    accepted: Bools = np.any(index.environments != 0, axis=1)
    found = {}
    for kind, rows in _candidates(index, query, accepted):
        some = Candidates(rows + first, similarity[rows], len(rows))
        found[kind] = _best([some], most)
    return found


def _candidates(index: StructureIndex, query: Query, accepted: Bools) -> Iterable[tuple[str, Ints]]:
    """Yield the rows of each kind."""
    common = np.bitwise_and.reduce(query.place_bits, axis=0, initial=~np.uint64(0))
    near = having(index.environments, common) if len(query.place_bits) else np.zeros(0, np.int64)
    of_pairs = [near[having(index.environments[near], bits)] for bits in query.place_bits]
    yield KINDS[0], np.unique(np.concatenate([np.zeros(0, np.int64), *of_pairs]))
    wanted = query.substructure is not None
    rows = having(index.paths, query.substructure_bits) if wanted else np.zeros(0, np.int64)
    yield KINDS[1], rows[accepted[rows]]
    chains, scaffold = query.index.side_chains[0], query.index.scaffold[0]
    hops = (index.side_chains == chains) & (index.scaffold != scaffold) & (index.scaffold != 0)
    yield KINDS[2], np.flatnonzero(hops & (chains != 0) & (scaffold != 0))
    yield KINDS[3], np.flatnonzero(accepted)


def having(words: Hashes, bits: Hashes) -> Ints:
    """Return the rows of bits [M, 8] that have all of these bits [8]."""
    order = np.argsort(-np.bitwise_count(bits).astype(np.int64), kind="stable")
    rows: npt.NDArray[np.int64] | None = None
    for at in order.tolist():
        if not bits[at]:
            break
        column = words[:, at] if rows is None else words[rows, at]
        passing = np.flatnonzero((column & bits[at]) == bits[at])
        rows = passing if rows is None else rows[passing]
    return np.arange(len(words)) if rows is None else rows


def tanimoto(words: Hashes, bits: Hashes) -> Floats32:
    """Return the Tanimoto similarity [M] of bits [M, 8] to others [8]; 0 to 1."""
    shared = np.bitwise_count(words & bits).sum(axis=1, dtype=np.int32)
    total = np.bitwise_count(words).sum(axis=1, dtype=np.int32) + np.bitwise_count(bits).sum()
    similarity: Floats32 = (shared / np.maximum(total - shared, 1)).astype(np.float32)
    return similarity


def _best(some: list[Candidates], most: int) -> Candidates:
    """Return the most similar ones of all; of equally similar ones those of the first rows."""
    rows = np.concatenate([one.rows for one in some])
    similarity = np.concatenate([one.similarity for one in some])
    every = sum(one.every for one in some)
    if len(rows) > most:
        least = np.partition(similarity, len(rows) - most)[len(rows) - most]
        kept = np.flatnonzero(similarity >= least)
        rows, similarity = rows[kept], similarity[kept]
    order = np.lexsort([rows, -similarity])[:most]
    return Candidates(rows[order], similarity[order], every)
