"""Compares the candidates of a search with the hit by RDKit, and keeps the analogs."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from chem.analogs.changes import pair_change, parts_change
from chem.analogs.side_chains import side_chains
from chem.analogs.substructures import containing
from chem.assess.clusters import scaffold
from chem.assess.similarity import nearest
from chem.features.fingerprints import morgan_bits
from chem.records.message_text import counted
from screening.analogs.query import Query
from screening.analogs.search import KINDS, Candidates, reading_threads
from screening.prepare.prepared import Prepared, check_records
from screening.score.score import spans

MOST_COMPARED = 3000
"""The most candidates of a kind that are compared by RDKit."""
LEAST_SIMILAR = 0.3
"""The least similarity of an analog that is nothing but similar: below, most pairs of drugs are."""
SIMILAR_COMPARED = 40
"""The most candidates that are compared for each of the most similar compounds that are wanted."""
PAIR, CONTAINS, HOP, SIMILAR = KINDS


class Record(NamedTuple):
    """A compound of a library."""

    row: int
    compound_id: str
    smiles: str
    key: bytes


class Analog(NamedTuple):
    """An analog of a hit."""

    compound_id: str
    """``""`` for a made one."""
    smiles: str
    kinds: tuple[str, ...]
    similarity: float
    """Tanimoto similarity of ECFP4 to the hit; 0 to 1."""
    change: str
    """The changed part, as ``old>>new``."""
    core: str
    """The core of a matched pair; ``""`` for another analog."""
    reaction: str = ""
    """The reaction by which it is made, and the reagents; ``""`` for another analog."""


class Found(NamedTuple):
    """The analogs of a hit in a library, and what to tell of the search."""

    analogs: tuple[Analog, ...]
    notes: tuple[str, ...]


def find_analogs(
    prepared: Prepared, query: Query, candidates: dict[str, Candidates], limit: int
) -> Found:
    """Return the analogs among the candidates, at most ``limit`` of each kind, without the hit.

    Of compounds with one registration key the first record counts.
    """
    enough = candidates[SIMILAR].rows[: SIMILAR_COMPARED * limit]
    candidates = {**candidates, SIMILAR: candidates[SIMILAR]._replace(rows=enough)}
    wanted = [one.rows for one in candidates.values()]
    records = read_records(prepared, np.unique(np.concatenate(wanted)).tolist(), query.key)
    by_kind: dict[str, list[Record]] = {}
    notes = []
    for kind, some in candidates.items():
        known = [records[row] for row in some.rows.tolist() if row in records]
        by_kind[kind] = list(_confirm(kind, query, known, limit))
        if kind == SIMILAR and len(by_kind[kind]) < min(limit, len(known)):
            notes.append(
                f"{kind}: {counted(len(by_kind[kind]), 'compound')} with a similarity of "
                f"{LEAST_SIMILAR} or more; the others are left out"
            )
        is_cut = some.every > len(some.rows) and kind != SIMILAR
        if is_cut and len(by_kind[kind]) < limit:
            notes.append(
                f"{kind}: the {len(some.rows):,} most similar of {some.every:,} candidates were "
                "compared; there may be more"
            )
    return Found(tuple(_merge(query, by_kind)), tuple(notes))


def read_records(prepared: Prepared, rows: Sequence[int], but: bytes) -> dict[int, Record]:
    """Read the records of some ascending rows, the first of each key, without those of one key."""
    found: dict[int, Record] = {}
    seen = {but}
    wanted = np.array(rows, np.int64)

    def read(part: tuple[str, int, int]) -> list[dict[str, Any]]:
        name, first, last = part
        here = wanted[(wanted >= first) & (wanted <= last)]
        if not len(here):
            return []
        table = prepared.store.read_table(name, ["row", "compound_id", "smiles", "key"])
        check_records(prepared.store, name, table, last + 1 - first)
        taken: list[dict[str, Any]] = table.take(pa.array(here - first)).to_pylist()
        return taken

    with reading_threads() as threads:
        for each in chain.from_iterable(threads.map(read, spans(prepared))):
            if each["smiles"] and each["key"] not in seen:
                seen.add(each["key"])
                found[each["row"]] = Record(**each)
    return found


def _confirm(kind: str, query: Query, records: list[Record], limit: int) -> Iterator[Record]:
    """Yield the first ``limit`` records that are analogs of a kind, in the order of preference."""
    if kind == SIMILAR:
        near = nearest(
            morgan_bits([query.smiles]), morgan_bits([one.smiles for one in records]), limit
        )
        for at, similarity in zip(near.rows[0].tolist(), near.similarity[0].tolist(), strict=True):
            if similarity >= LEAST_SIMILAR:
                yield records[at]
        return
    left = limit
    for record in records:
        if left and _is_analog(kind, query, record.smiles):
            left -= 1
            yield record


def _is_analog(kind: str, query: Query, smiles: str) -> bool:
    if kind == PAIR:
        return bool(pair_change((place.cut for place in query.places), smiles)[0])
    if kind == CONTAINS:
        assert query.substructure is not None
        return containing([smiles], query.substructure.query)[0]
    return side_chains(smiles) == query.side_chains and scaffold(smiles) not in (
        *("", query.scaffold),
    )


def _merge(query: Query, by_kind: dict[str, list[Record]]) -> Iterator[Analog]:
    """Yield each compound once, with all kinds that it was found as, the first kind's first."""
    kinds: dict[Record, list[str]] = {}
    for kind, records in by_kind.items():
        for record in records:
            kinds.setdefault(record, []).append(kind)
    told = describe(query, [one.smiles for one in kinds])
    for record, (similarity, change, core) in zip(kinds, told, strict=True):
        own = tuple(kinds[record])
        yield Analog(record.compound_id, record.smiles, own, similarity, change, core)


def describe(query: Query, smiles: Sequence[str]) -> list[tuple[float, str, str]]:
    """Return the similarity to the hit, the change and the core of each of some analogs."""
    found = []
    for text, similarity in zip(smiles, similarity_to(query, smiles), strict=True):
        change, core = pair_change((place.cut for place in query.places), text)
        change = change or parts_change(query.smiles, text)
        found.append((similarity, change, core))
    return found


def similarity_to(query: Query, smiles: Sequence[str]) -> list[float]:
    """Return the Tanimoto similarity to the hit of each of some molecules."""
    near = nearest(morgan_bits([query.smiles]), morgan_bits(smiles), len(smiles))
    likeness = dict(zip(near.rows[0].tolist(), near.similarity[0].tolist(), strict=True))
    return [likeness[at] for at in range(len(smiles))]
