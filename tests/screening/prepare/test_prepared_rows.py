import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from chem.features.graphs import MolGraph, featurize
from chem.features.properties import PROPERTIES, describe
from chem.records.records import Failure, Record
from chem.structure.standardize import Standardized, standardize
from screening.prepare import prepared_rows as module
from screening.prepare.prepared_rows import NO_KEY, hash_key, prepare_records
from screening.storage.schema import ACCEPTED, REJECTED, SCHEMA

Mixed = list[tuple[str, str]]
MakeRecords = Callable[[Sequence[str]], list[Record]]


def expect(record: Record) -> dict[str, Any]:
    """Make the row of a record the plain way, one molecule at a time."""
    row: dict[str, Any] = {
        "row": record.row,
        "compound_id": record.compound_id,
        "name": record.name,
        "input_smiles": record.structure if record.format == "smiles" else "",
        "extra": json.dumps(record.extra, ensure_ascii=False),
    }
    found = record.problem or standardize(record.structure, record.format)
    graph = featurize(found.mol) if isinstance(found, Standardized) else None
    failure = next((one for one in (found, graph) if isinstance(one, Failure)), None)
    if failure is not None:
        row.update(dict(zip(("stage", "code", "detail"), failure, strict=True)))
        row.update(status=REJECTED, smiles="", changes=[], key=NO_KEY)
        row.update({name: [] for name in ("atoms", "begin", "end", "bonds")})
        row.update(dict.fromkeys(PROPERTIES, None))
        return row
    assert isinstance(found, Standardized)
    assert isinstance(graph, MolGraph)
    row.update(status=ACCEPTED, stage="", code="", detail="", smiles=found.smiles)
    row.update(changes=list(found.changes), key=hash_key(found.key))
    row.update({name: part.tolist() for name, part in graph._asdict().items()})
    row.update(zip(PROPERTIES, np.array(describe(found.mol), np.float32).tolist(), strict=True))
    return row


@pytest.fixture
def some(mixed: Mixed, records: MakeRecords) -> list[Record]:
    found = records([text for _, text in mixed])
    found[3] = found[3]._replace(problem=Failure("read", "ragged_row", "x"))
    found[5] = found[5]._replace(extra={})
    return found


@pytest.mark.parametrize("block", [1, 7, 256])
def test_rows_are_what_one_molecule_at_a_time_gives(
    some: list[Record], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    table = prepare_records(some)
    assert table.schema == SCHEMA
    table.validate(full=True)
    assert all(column.num_chunks == 1 for column in table.columns)
    for row, record in zip(table.to_pylist(), some, strict=True):
        wanted = expect(record)
        assert {name: row[name] for name in wanted} == wanted
        assert row.keys() == wanted.keys()


def test_large_molecules_end_a_block(records: MakeRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK_CELLS", 1000)
    sizes: list[int] = []
    real_assemble = module.assemble

    def count(block: Sequence[Record], *rest: Any) -> pa.RecordBatch:
        sizes.append(len(block))
        return real_assemble(block, *rest)

    monkeypatch.setattr(module, "assemble", count)
    prepare_records(records(["C" * 20, "C" * 20, "C" * 20, "C" * 50, "CCO"]))
    assert sizes == [3, 1, 1]


def test_no_record() -> None:
    assert prepare_records([]).equals(SCHEMA.empty_table())


@dataclass
class Witness:
    """Notes which record is said to be worked on when RDKit works."""

    seen: list[int] = field(default_factory=list)

    def start(self, i: int) -> None:
        self.seen.append(i)


def test_each_record_is_announced_before_it_is_worked_on(
    some: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness()
    worked: list[tuple[int, str]] = []

    def watch(structure: str, format: Any) -> Standardized | Failure:
        worked.append((witness.seen[-1], structure))
        return standardize(structure, format)

    monkeypatch.setattr(module, "standardize", watch)
    announced = prepare_records(some, witness.start)
    assert [one for one, _ in worked] == [i for i, r in enumerate(some) if r.problem is None]
    assert all(some[one].structure == structure for one, structure in worked)
    first = {i: witness.seen.index(i) for i in range(len(some))}
    assert list(first.values()) == sorted(first.values())
    assert announced.equals(prepare_records(some))
