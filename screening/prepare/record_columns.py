"""Holds the records of a partition as columns, which are sent and stored faster than records.

Python's garbage collector looks again and again through tuples and dictionaries that are kept, but
not through texts. With 20,000 records it took longer than all else that was done with them.
"""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from json.encoder import encode_basestring as _quote
from typing import NamedTuple

from chem.records.records import Failure, Record, StructureFormat

_BLOCK = 500
"""Records that are held at once while columns are made."""


class ExtraColumns(NamedTuple):
    """The extra columns of consecutive records that have the same ones in the same order."""

    names: tuple[str, ...]
    columns: list[list[str]]
    records: int


class RecordColumns(NamedTuple):
    """Records as columns: the fields of ``Record``, each with one value for each record."""

    row: list[int]
    compound_id: list[str]
    name: list[str]
    structure: list[str]
    format: list[StructureFormat]
    extra: list[ExtraColumns]
    """The only field that is divided otherwise: records of an SD file may differ in their names."""
    problem: list[Failure | None]


def to_columns(records: Iterable[Record]) -> RecordColumns:
    """Turn records into columns; only a few of them are held at a time."""
    fields: tuple[list[object], ...] = tuple([] for _ in Record._fields)
    source = iter(records)
    while block := list(islice(source, _BLOCK)):
        for field, values in zip(fields, zip(*block, strict=True), strict=True):
            field.extend(values)
    columns = RecordColumns(*fields)  # type: ignore[arg-type]  # the fields of records
    extra: list[dict[str, str]] = columns.extra  # type: ignore[assignment]  # until here
    return columns._replace(extra=list(_join_extras(extra)))


def _join_extras(extras: Iterable[dict[str, str]]) -> Iterator[ExtraColumns]:
    for names, group in groupby(extras, key=tuple):
        alike = list(group)
        yield ExtraColumns(names, [[one[name] for one in alike] for name in names], len(alike))


def to_records(columns: RecordColumns, places: Sequence[int]) -> Iterator[Record]:
    """Yield the records at some places, which ascend."""
    row, compound_id, name, structure, format, extra, problem = columns
    for at, own in zip(places, _extras_at(extra, places), strict=True):
        yield Record(
            row[at], compound_id[at], name[at], structure[at], format[at], own, problem[at]
        )


def _extras_at(extras: Iterable[ExtraColumns], places: Sequence[int]) -> Iterator[dict[str, str]]:
    source = iter(extras)
    here, start, end = ExtraColumns((), [], 0), 0, 0
    for at in places:
        while at >= end:
            here = next(source)
            start, end = end, end + here.records
        cells = [column[at - start] for column in here.columns]
        yield dict(zip(here.names, cells, strict=True))


def extras_to_json(extras: Iterable[ExtraColumns]) -> list[str]:
    """Return what ``json.dumps`` returns for each record's extra columns, in a tenth of the time.

    Letters beyond ASCII stay as they are.
    """
    texts: list[str] = []
    for names, columns, count in extras:
        cells = [
            [f"{head}{_quote(value)}" for value in column]
            for head, column in zip([f"{_quote(name)}: " for name in names], columns, strict=True)
        ]
        rows = zip(*cells, strict=True) if cells else [()] * count
        texts += ["{" + ", ".join(row) + "}" for row in rows]
    return texts


def pack_columns(columns: RecordColumns) -> bytes:
    """Pack columns into bytes, which Dask passes on as they are."""
    return pickle.dumps(columns, protocol=5)


def unpack_columns(packed: bytes) -> RecordColumns:
    """Unpack columns from the bytes of ``pack_columns``."""
    columns: RecordColumns = pickle.loads(packed)
    return columns
