"""Tables of prepared libraries and scores hold their laws, or are refused when they are read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from chem.records.records import Record
from screening.errors import StoreError
from screening.prepare.prepared import check_records
from screening.prepare.prepared_rows import prepare_records
from screening.storage.schema import check_finite, check_table, read_extra
from screening.storage.store import Store

Records = Callable[[list[str]], list[Record]]


@pytest.fixture(scope="module")
def table(records: Records) -> pa.Table:
    return prepare_records(records(["CCO", "c1ccccc1", "CCQ", "CC(=O)O"]))


def changed(table: pa.Table, name: str, at: int, value: Any) -> pa.Table:
    values = table[name].to_pylist()
    values[at] = value
    kind = table.schema.field(name).type
    return table.set_column(table.column_names.index(name), name, pa.array(values, kind))


def test_what_is_prepared_holds(table: pa.Table, tmp_path: Path) -> None:
    check_table(table)
    check_finite(table)
    check_table(table.slice(0, 0))
    check_table(table.slice(1, 2))
    store = Store(tmp_path)
    store.write_table("one", table)
    assert store.read_table("one").equals(table)


BROKEN: list[tuple[Callable[[pa.Table], pa.Table], str]] = [
    (lambda t: changed(t, "begin", 0, [0, 60_000]), "an atom that is not there"),
    (lambda t: changed(t, "end", 0, [0, 1]), "an atom that is not there"),  # to itself
    (lambda t: changed(t, "bonds", 0, [0]), "differ in length"),
    (lambda t: changed(t, "bonds", 0, [0, 200]), "of an unknown kind"),
    (lambda t: changed(t, "atoms", 0, [60_000, 1, 1]), "of an unknown kind"),
    (lambda t: changed(t, "row", 0, 3), "ascending order"),
    (lambda t: changed(t, "row", 0, -1), "ascending order"),
    (lambda t: changed(t, "row", 3, 2**62), "ascending order"),
    (lambda t: changed(t, "status", 0, "maybe"), "neither accepted nor rejected"),
    (lambda t: changed(t, "smiles", 0, None), "smiles lacks values"),
    (lambda t: changed(t, "changes", 0, [None]), "changes lacks values"),
    (lambda t: t.append_column("row", t["row"]), "occurs twice"),
    (lambda t: t.set_column(0, "row", t["row"].cast(pa.int32())), "row is of int32"),
]


@pytest.mark.parametrize(("change", "why"), BROKEN)
def test_a_table_that_nothing_wrote_is_refused(
    table: pa.Table, change: Callable[[pa.Table], pa.Table], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        check_table(change(table))


def test_a_store_refuses_it_in_one_line(table: pa.Table, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_table("one", changed(table, "begin", 0, [0, 9]))
    with pytest.raises(StoreError, match=r"^[^\n]*one is damaged[^\n]*not there[^\n]*$"):
        store.read_table("one", ["atoms", "begin", "end", "bonds"])
    assert len(store.read_table("one", ["row", "atoms"])) == 4


def test_a_pair_of_duplicates_is_in_order() -> None:
    pairs = {"row": pa.array([3, 5], pa.int64()), "first_row": pa.array([1, 1], pa.int64())}
    check_table(pa.table(pairs))
    for first in ([3, 1], [0, 1], [1, 3]):
        with pytest.raises(ValueError, match="comes before the record"):
            check_table(pa.table({**pairs, "first_row": pa.array(first, pa.int64())}))


def test_accepted_compounds_have_every_number(table: pa.Table, tmp_path: Path) -> None:
    store = Store(tmp_path)
    check_records(store, "one", table, 4)  # the rejected one has none
    for value in (None, float("nan"), float("inf")):
        with pytest.raises(StoreError, match=r"^[^\n]*mw holds a number that is missing"):
            check_records(store, "one", changed(table, "mw", 0, value))
    with pytest.raises(ValueError, match="expected numbers"):
        check_finite(pa.table({"a_X": ["1"]}))
    with pytest.raises(StoreError, match="4 rows are there instead of 5"):
        check_records(store, "one", table, 5)
    with pytest.raises(StoreError, match="not an object of texts"):
        check_records(store, "one", changed(table, "extra", 0, "[]"))


def test_the_columns_of_a_record_are_texts_by_name() -> None:
    assert read_extra(json.dumps({"a": "1"})) == {"a": "1"}
    for text in ("[]", "{", '{"a": 1}', "null", "[" * 9999, '{"a": "\\ud800"}'):
        with pytest.raises(ValueError):  # noqa: PT011
            read_extra(text)
