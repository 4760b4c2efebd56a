"""SD files: molblocks with fields, parted by ``$$$$``.

The records are parted and counted here, because RDKit's own supplier has been seen to lose one
without a word. The id is the field that the rules for columns find, or else the title (the first
line of the molblock); the name is a field, or the title where that is not the id. Every other field
travels along, as does a title that is neither. A blank line inside a field's value, which the
format forbids, is kept.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chem.columns import Columns, NamedColumns, find_id_and_name, make_unique
from chem.errors import InputError
from chem.records import Failure, Record
from chem.stream import read_lines

TITLE = "(title)"
"""Stands for the molblock's first line where columns are named."""

_FIELD = re.compile(r">.*?<(.*)>")
_PEEKED = 100
_MAX_LINES = 200_000


class _Entry(NamedTuple):
    line: int
    text: list[str]
    """The lines without their breaks and without the ``$$$$``."""
    is_closed: bool


def open_sdf(path: Path, wanted: NamedColumns) -> Columns:
    """Collect the fields of the first 100 records and find the id and the name among them."""
    if wanted.smiles is not None:
        raise InputError(
            f"{path}: found --smiles-column {wanted.smiles!r}, but an SD file holds molblocks; "
            "leave the option out"
        )
    fields: dict[str, None] = {}
    has_titles = False
    for entry in islice(_split(path), _PEEKED):
        fields.update(dict.fromkeys(_read_fields(entry.text)))
        has_titles = has_titles or bool(entry.text and entry.text[0].strip())
    names = (TITLE, *fields)
    found, name = find_id_and_name(path, ("", *fields), names, wanted)
    if has_titles and found == name and wanted.id is None:
        found = TITLE
    if has_titles and name is None and found != TITLE:
        name = TITLE
    return Columns(names, None, found, name)


def read_sdf(path: Path, columns: Columns) -> Iterator[Record]:
    """Yield every record of the file."""
    for row, entry in enumerate(_split(path), start=1):
        values = {TITLE: entry.text[0].strip() if entry.text else "", **_read_fields(entry.text)}
        compound_id = values.get(columns.id or "", "")
        name = values.get(columns.name or "", "")
        used = {columns.id, columns.name}
        if values[TITLE] in ("", compound_id, name):
            used.add(TITLE)
        yield Record(
            row=row,
            compound_id=compound_id if compound_id.strip() else f"row{row}",
            name=name,
            structure="\n".join(entry.text[: _find_end(entry.text)]) + "\n",
            format="molblock",
            extra={field: text for field, text in values.items() if field not in used},
            problem=_find_problem(entry),
        )


def _split(path: Path) -> Iterator[_Entry]:
    text: list[str] = []
    first = 1
    for line in read_lines(path):
        plain = line.text.rstrip("\r\n")
        if plain.startswith("$$$$"):
            yield _Entry(first, text, is_closed=True)
            text, first = [], line.number + 1
            continue
        text.append(plain)
        if len(text) > _MAX_LINES:
            raise InputError(
                f"{path}: found no '$$$$' in {_MAX_LINES:,} lines from line {first}; "
                "expected an SD file"
            )
    if any(line.strip() for line in text):
        yield _Entry(first, text, is_closed=False)


def _find_end(text: list[str]) -> int:
    """Return how many lines the molblock has, its ``M  END`` included (all, if there is none)."""
    for position, line in enumerate(text):
        if line.startswith("M  END"):
            return position + 1
    return len(text)


def _find_problem(entry: _Entry) -> Failure | None:
    end = _find_end(entry.text)
    has_end = end > 0 and entry.text[end - 1].startswith("M  END")
    where = f"the record at line {entry.line}"
    if not any(line.strip() for line in entry.text):
        return Failure("read", "empty_structure", f"{where} is blank")
    # A lone molblock without "$$$$" is complete; anything after it could be half a field.
    rest = any(line.strip() for line in entry.text[end:])
    if not entry.is_closed and (not has_end or rest):
        return Failure("read", "truncated_record", f"{where} ends without '$$$$'")
    if not has_end:
        return Failure("read", "invalid_sdf_record", f"{where} has no 'M  END'")
    return None


def _read_fields(text: list[str]) -> dict[str, str]:
    names: list[str] = []
    values: list[list[str]] = []
    for line in text[_find_end(text) :]:
        header = _FIELD.match(line)
        if header is not None:
            names.append(header[1])
            values.append([])
        elif values:
            values[-1].append(line)
    joined = ["\n".join(lines).strip("\n") for lines in values]
    return dict(zip(make_unique(names), joined, strict=True))
