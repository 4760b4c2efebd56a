"""Reads from a finished run what a comparison needs: its hits, and any compound by its key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.errors import InputError
from chem.features.properties import PROPERTIES
from gnn.errors import ModelError
from screening.prepare.prepared import DUPLICATES, check_records
from screening.runs.past_run import PastRecords, open_records
from screening.runs.plan import load_bundles
from screening.runs.record_outcome import HITS, PASSED_OVER, ChangedFileError, read_lines
from screening.runs.runfolder import SCREEN
from screening.score.score import Rows, WorkItem, chosen_items, partition_items, spans
from screening.score.triage import choose, expected_scores_file, recorded_keys, triage_key
from screening.storage.schema import ACCEPTED, read_extra
from screening.text.cells import unescape_cell

_READ = ("row", "compound_id", "name", "input_smiles", "extra", "status", "stage", "code")
_READ_TOO = ("detail", "smiles", "key")


class Hit(NamedTuple):
    """A line of ``hits.csv``."""

    rank: int
    row: int
    score: str
    """The score with the decimals of the file."""
    picked_by: str


class PassedOver(NamedTuple):
    """A line of ``passed_over.csv``."""

    compound_id: str
    score: float
    why: str


class LibraryRecord(NamedTuple):
    """A record of the prepared library."""

    row: int
    compound_id: str
    name: str
    input_smiles: str
    """The SMILES of the library; empty if the record is a molblock."""
    extra: Mapping[str, str]
    problem: str
    """``<stage>/<code>: <detail>`` of a rejected record; empty otherwise."""
    smiles: str
    key: bytes
    first_row: int
    """The row of the record that stands for a duplicate; the own row otherwise."""


@dataclass(frozen=True)
class ComparedRun:
    """A finished run whose hits are read."""

    past: PastRecords
    hits: Mapping[bytes, Hit]
    """The hits by key, in rank order."""
    passed_over: Mapping[str, PassedOver]
    """The compounds that a selection did not take, by standardized SMILES."""
    _records: dict[int, LibraryRecord] = field(default_factory=dict)
    """The records that were read, by row: hits are asked for more than once."""

    @cached_property
    def scored_rows(self) -> Rows | None:
        """The rows that the ensembles scored, ascending; None: every accepted compound.

        Controls that the triage did not choose are left out. Raises InputError if it is not known
        because the bundles of the triage are gone.
        """
        past = self.past
        if past.why_all:
            return None
        keys = recorded_keys(past.prepared, past.ledger)
        if len(keys) != 1:  # none, or the folder held a run of another screen before
            try:
                bundles = load_bundles(past.scored_for.bundles)
            except ModelError as error:
                raise InputError(
                    f"which compounds the triage of {past.scored_in} chose is not known: {error}"
                ) from None
            keys = [triage_key(past.scored_for, bundles, past.bfloat16)]
        read = past.ledger.store.read_table
        table = pa.concat_tables(
            read(expected_scores_file(keys[0], part)) for part in past.prepared.partitions
        )
        return choose(table, {}, past.scored_for.sought).rows

    def find_keys(self, keys: Collection[bytes]) -> dict[bytes, LibraryRecord]:
        """Return the records of these keys; of duplicates, the record that stands for them."""
        wanted = pa.array(sorted(keys), pa.binary(16))
        store = self.past.prepared.store
        rows: dict[bytes, int] = {}
        for part in self.past.prepared.partitions:
            table = store.read_table(part, ["row", "status", "key"])
            found = pc.and_(pc.equal(table["status"], ACCEPTED), pc.is_in(table["key"], wanted))
            for record in table.filter(found).to_pylist():
                rows.setdefault(record["key"], record["row"])
        return {record.key: record for record in self.read_rows(list(rows.values()))}

    def find_like(self, records: Sequence[LibraryRecord]) -> dict[int, LibraryRecord]:
        """Return, by row of each given record of another run, the record here that is most like it.

        That is a record with the same text of its structure and the same id, or else with the same
        text, or else with the same id; the first of these. A record without any is left out.
        """
        texts = {record.input_smiles for record in records} - {""}
        ids = {record.compound_id for record in records} - {""}
        store, rows = self.past.prepared.store, list[int]()
        for part in self.past.prepared.partitions:
            table = store.read_table(part, ["row", "compound_id", "input_smiles"])
            same = pc.or_(
                pc.is_in(table["input_smiles"], pa.array(sorted(texts), pa.string())),
                pc.is_in(table["compound_id"], pa.array(sorted(ids), pa.string())),
            )
            rows += table.filter(same)["row"].to_pylist()
        by_text: dict[str, LibraryRecord] = {}
        by_id: dict[str, LibraryRecord] = {}
        by_both: dict[tuple[str, str], LibraryRecord] = {}
        for one in self.read_rows(rows):
            by_text.setdefault(one.input_smiles, one)
            by_id.setdefault(one.compound_id, one)
            by_both.setdefault((one.compound_id, one.input_smiles), one)
        found = {}
        for record in records:
            text, name = record.input_smiles, record.compound_id
            like = by_both.get((name, text)) if name else None
            like = like or (by_text.get(text) if text else None)
            like = like or (by_id.get(name) if name else None)
            if like is not None:
                found[record.row] = like
        return found

    def read_rows(self, rows: Sequence[int]) -> list[LibraryRecord]:
        """Return the records of some rows, in row order."""
        wanted = pa.array(sorted(row for row in rows if row not in self._records), pa.int64())
        prepared = self.past.prepared
        for part, first, last in spans(prepared):
            inside = pc.and_(pc.greater_equal(wanted, first), pc.less_equal(wanted, last))
            some = wanted.filter(inside)
            if not len(some):
                continue
            table = prepared.store.read_table(part, [*_READ, *_READ_TOO])
            table = table.filter(pc.is_in(table["row"], some))
            check_records(prepared.store, part, table, len(some))
            for one in table.to_pylist():
                bad = one["status"] != ACCEPTED
                self._records[one["row"]] = LibraryRecord(
                    row=one["row"],
                    compound_id=one["compound_id"],
                    name=one["name"],
                    input_smiles=one["input_smiles"],
                    extra=read_extra(one["extra"]),
                    problem=f"{one['stage']}/{one['code']}: {one['detail']}" if bad else "",
                    smiles=one["smiles"],
                    key=one["key"],
                    first_row=self._first_rows.get(one["row"], one["row"]),
                )
        return [self._records[row] for row in sorted(rows)]

    def predictions(self, rows: Collection[int], columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of the scored ones among some rows, by row.

        Columns that the scores lack are left out: the run had other bundles.
        """
        wanted, found = np.array(sorted(rows), dtype=np.int64), list[pd.DataFrame]()
        store, known = self.past.ledger.store, list[str]()
        where = {name: (first, last) for name, first, last in spans(self.past.prepared)}
        for item in self.items:
            ends = [where[part] for part, _ in item.partitions]
            if not any(((wanted >= first) & (wanted <= last)).any() for first, last in ends):
                continue
            table = store.read_table(item.file, known or ["row", *columns], if_there=not known)
            known = table.column_names
            table = table.filter(pc.is_in(table["row"], pa.array(wanted)))
            check_records(store, item.file, table)
            found.append(table.to_pandas())
        if not found:
            return pd.DataFrame({"row": np.empty(0, np.int64)}).set_index("row")
        return pd.concat(found).drop_duplicates("row").set_index("row").sort_index()

    def properties(self, rows: Collection[int]) -> pd.DataFrame:
        """Return the properties of some accepted rows, scored or not, by row."""
        wanted = pa.array(sorted(rows), pa.int64())
        prepared, found = self.past.prepared, list[pd.DataFrame]()
        for part, first, last in spans(prepared):
            if any(first <= row <= last for row in rows):
                table = prepared.store.read_table(part, ["row", *PROPERTIES])
                found.append(table.filter(pc.is_in(table["row"], wanted)).to_pandas())
        together = pd.concat(found) if found else pd.DataFrame({"row": []}, dtype=np.int64)
        return together.set_index("row").sort_index()

    @cached_property
    def items(self) -> list[WorkItem]:
        """The work items with the scores; those of controls are left out."""
        prepared, rows = self.past.prepared, self.scored_rows
        return partition_items(prepared) if rows is None else chosen_items(prepared, rows)

    @cached_property
    def _first_rows(self) -> dict[int, int]:
        prepared = self.past.prepared
        pairs = prepared.store.read_table(DUPLICATES, ["row", "first_row"]).to_pydict()
        return dict(zip(pairs["row"], pairs["first_row"], strict=True))


def open_compared(folder: Path) -> ComparedRun:
    """Open a finished run to compare it with another one.

    Raises InputError, one line, for a folder without a finished run, for one whose hit list was
    changed since, and for one whose library or scores are gone.
    """
    past = open_records(folder)
    try:
        hits, over = _read_lists(past)
        opened = ComparedRun(past, {}, over)
        records = {record.row: record for record in opened.read_rows([hit.row for hit in hits])}
        by_key = {records[hit.row].key: hit for hit in hits}
    except ChangedFileError as error:
        raise InputError(
            f"{folder} cannot be compared: its hit list {error}; write it again with "
            f"`hitlist rank --run {folder} --screen {folder / SCREEN}`"
        ) from None
    except (KeyError, ValueError) as error:
        raise InputError(f"{folder / HITS} is damaged ({error}); run the screen again") from None
    wrong = any(record.problem for record in records.values())
    if wrong or len(by_key) != len(hits) or len(hits) != past.run.manifest.counts.get("hits"):
        raise InputError(
            f"{folder / HITS} has {len(hits)} hits, and not those that its manifest counts; check "
            f"the run with `hitlist verify {folder}`"
        )
    return replace(opened, hits=by_key)


def _read_lists(past: PastRecords) -> tuple[list[Hit], dict[str, PassedOver]]:
    """Return the hits, and what a selection passed over, by standardized SMILES."""
    hits = [
        Hit(int(line["rank"]), int(line["row"]), line["score"], line.get("picked_by", ""))
        for line in read_lines(past.run, HITS)
    ]
    if PASSED_OVER not in past.run.manifest.files:
        return hits, {}
    lines = read_lines(past.run, PASSED_OVER)
    return hits, {
        unescape_cell(line["smiles"]): PassedOver(
            unescape_cell(line.get("compound_id", "")),
            float(line.get("score") or 0),
            unescape_cell(line["why"]),
        )
        for line in lines
    }
