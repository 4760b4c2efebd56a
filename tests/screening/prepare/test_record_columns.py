"""Records come back from columns as they were."""

import json

from hypothesis import given
from hypothesis import strategies as st

from chem.records.records import Failure, Record
from screening.prepare.record_columns import (
    RecordColumns,
    extras_to_json,
    pack_columns,
    to_columns,
    to_records,
    unpack_columns,
)

ANY = st.text(st.characters(exclude_categories=()), max_size=6)
"""Lone surrogates, quotation marks and control characters are among them."""
NAMES = st.sampled_from(["Price", 'a "b"', "\ud800", "{}", "%s", "Bestand (ÄÖ)", ""])
RECORDS = st.builds(
    Record,
    st.integers(1, 10**12),
    ANY,
    ANY,
    ANY,
    st.sampled_from(["smiles", "molblock"]),
    st.dictionaries(NAMES, ANY, max_size=3),
    st.none() | st.builds(Failure, ANY, ANY, ANY),
)


def sent(records: list[Record]) -> RecordColumns:
    return unpack_columns(pack_columns(to_columns(records)))


@given(st.lists(RECORDS, max_size=12), st.data())
def test_records_come_back_as_they_were(records: list[Record], data: st.DataObject) -> None:
    columns = sent(records)
    assert list(to_records(columns, range(len(records)))) == records
    places = [at for at in range(len(records)) if data.draw(st.booleans())]
    found = list(to_records(columns, places))
    assert found == [records[at] for at in places]
    assert [list(one.extra) for one in found] == [list(records[at].extra) for at in places]
    assert all(isinstance(one, Record) for one in found)


@given(st.lists(RECORDS, max_size=12))
def test_extra_columns_become_the_json_of_the_standard_library(records: list[Record]) -> None:
    texts = extras_to_json(to_columns(records).extra)
    assert texts == [json.dumps(record.extra, ensure_ascii=False) for record in records]


def test_more_records_than_are_held_at_once() -> None:
    """As in an SD file: some records have fields that others lack, or in another order."""
    extras: list[dict[str, str]] = [{"a": "1", "b": "2"}, {"b": "2", "a": "1"}, {}, {"a": "3"}]
    records = [
        Record(at + 1, f"c{at}", "", "C", "molblock", extras[at // 700 % 4]) for at in range(3001)
    ]
    columns = sent(records)
    assert len(columns.extra) == 5
    found = list(to_records(columns, range(3001)))
    assert found == records
    assert [list(one.extra) for one in found] == [list(one.extra) for one in records]
    assert [one.row for one in to_records(columns, [0, 699, 700, 3000])] == [1, 700, 701, 3001]


def test_no_record() -> None:
    assert sent([]) == RecordColumns([], [], [], [], [], [], [])
    assert list(to_records(sent([]), [])) == []
