"""Reads SD files: molblocks with fields, separated by ``$$$$``.

The records are split and counted here, because RDKit's own supplier has been seen to lose one
silently. The id is the field that the rules for columns find, or else the title (the first line of
the molblock); if that is blank, the next known field or the title takes its place. The name is a
field, or the title if that is not the id. Every other field travels along, as does a title that is
neither. A blank line inside a field's value, which the format forbids, is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chem.disk.text_lines import peek, read_plain_lines
from chem.errors import InputError
from chem.library.columns.column_names import ID_NAMES, fold
from chem.library.columns.columns import NO_ID, Columns, NamedColumns, is_no_id, make_unique
from chem.library.columns.find_columns import PEEKED
from chem.library.columns.find_ids import find_id_and_name, rank_of_id
from chem.records.records import Failure, Record

TITLE = "(title)"
"""Name of the molblock's first line among the columns."""
OTHER_ID = "id from "
"""Prefix of the counts of records whose id is not from the id column; the column's name follows."""

UNCLOSED = "records without $$$$"
"""Count of last records in files that end before the ``$$$$``; they are read as they are."""

# Possessive, or a line of "DT12 DT12 DT12 …" would be tried in each of its 2^n splits.
_FIELD_AFTER_VALUE = re.compile(
    r">\s*<[^<>]*>|>\s++(?:\([^()]*+\)\s*+|DT\d++\s*+|\d++\s++)++<[^<>]*>"
)
_FIELD_AFTER_FIELD = re.compile(r">\s*<[^<>]*>")
_MAX_LINES = 200_000
MAX_RECORD = 10_000_000
"""Most characters of a record."""
_TITLE_LINES = 3
"""Lines of a molblock before its atoms: free text, which may read ``M  END``."""


class _Entry(NamedTuple):
    line: int
    text: list[str]
    """The lines without their breaks and without the ``$$$$``."""
    is_closed: bool


def open_sdf(path: Path, wanted: NamedColumns) -> Columns:
    """Collect the fields of the first records and find the id and the name among them."""
    if wanted.smiles is not None:
        raise InputError(
            f"{path}: found --smiles-column {wanted.smiles!r}, but an SD file holds molblocks; "
            "leave the option out"
        )
    entries = [
        {TITLE: entry.text[0].strip() if entry.text else "", **_read_fields(entry.text)}
        for entry in peek(_split(path, Counter()), PEEKED, _size)
        if any(line.strip() for line in entry.text)
    ]
    names = tuple(dict.fromkeys((TITLE, *(name for entry in entries for name in entry))))
    cells = {name: [entry.get(name, "") for entry in entries] for name in names}
    titles = cells.pop(TITLE, [])
    words = {name: name for name in names}
    has_titles = any(titles)
    # A field that only a few records have must not stand in for the titles that all have.
    found, name, notes, absent = find_id_and_name(path, cells, wanted, words, names)
    if wanted.id is None and has_titles and _title_is_better(found, name, cells, titles):
        found = TITLE
        notes = (_tell_titles(titles),)
    if has_titles and name is None and found != TITLE:
        name = TITLE
    ranked = [field for field in cells if rank_of_id(field) is not None and field != found]
    ranked.sort(key=lambda field: rank_of_id(field) or 0)
    others = (*ranked, *((TITLE,) if found != TITLE and has_titles else ()))
    if found is None:
        others = ()
    return Columns(names, None, found, name, notes, others, absent)


def read_sdf(path: Path, columns: Columns, counts: Counter[str]) -> Iterator[Record]:
    """Yield every record of the file. counts: receives the findings to report."""
    for row, entry in enumerate(_split(path, counts), start=1):
        values = {TITLE: entry.text[0].strip() if entry.text else "", **_read_fields(entry.text)}
        source = _find_id(values, columns, counts)
        problem = _find_problem(entry)
        if problem is None and not entry.is_closed:
            counts[UNCLOSED] += 1
        compound_id = values.get(source, "") or f"row{row}"
        name = values.get(columns.name or "", "")
        used = {source, columns.id, columns.name}
        if values[TITLE] in ("", compound_id, name):
            used.add(TITLE)
        yield Record(
            row=row,
            compound_id=compound_id,
            name=name,
            structure="\n".join(entry.text[: find_end(entry.text)]) + "\n",
            format="molblock",
            extra={field: text for field, text in values.items() if field not in used},
            problem=problem,
        )


def _tell_titles(titles: Sequence[str]) -> str:
    told = "ids from the title (first line) of each record"
    filled = [title for title in titles if title]
    repeats = 1 - len(set(filled)) / len(filled)
    return told + (f" ({repeats:.0%} of the first titles are repeats)" if repeats else "")


def _title_is_better(
    found: str | None, name: str | None, cells: dict[str, list[str]], titles: Sequence[str]
) -> bool:
    """Tell whether titles are better ids than a field: there is none, or most records lack it."""
    different = len({title for title in titles if title})
    if found is None or (found == name and rank_of_id(found) is None):
        says_which = different > 1 or len(titles) == 1
        return different > 0.5 * len(titles) or (found is None and says_which)
    filled = sum(not is_no_id(text) for text in cells[found])
    is_weak = fold(found) not in ID_NAMES or filled < 0.5 * len(titles)
    return is_weak and different > 0.9 * len(titles)


def _find_id(values: dict[str, str], columns: Columns, counts: Counter[str]) -> str:
    """Return the field that gives a record's id; "" if no field has one."""
    if columns.id is None:
        return ""
    if not is_no_id(values.get(columns.id, ""), columns.absent):
        return columns.id
    for other in columns.other_ids:
        if not is_no_id(values.get(other, ""), columns.absent):
            counts[OTHER_ID + other] += 1
            return other
    counts[NO_ID] += 1
    return ""


def _split(path: Path, counts: Counter[str]) -> Iterator[_Entry]:
    text: list[str] = []
    size, first = 0, 1
    for number, line in enumerate(read_plain_lines(path, counts), start=1):
        if line.startswith("$$$$"):
            yield _Entry(first, text, is_closed=True)
            text, size, first = [], 0, number + 1
            continue
        text.append(line)
        size += len(line)
        if len(text) > _MAX_LINES or size > MAX_RECORD:
            found = (
                f"more than {MAX_RECORD:,} characters"
                if size > MAX_RECORD
                else f"{_MAX_LINES:,} lines"
            )
            raise InputError(
                f"{path}: found no '$$$$' in {found} from line {first}; expected an SD file"
            )
    if any(line.strip() for line in text):
        yield _Entry(first, text, is_closed=False)


def _size(entry: _Entry) -> int:
    return sum(map(len, entry.text))


def find_end(text: list[str]) -> int:
    """Return the number of lines of the molblock, up to its ``M  END`` (all, if there is none)."""
    # A title may look like an end, so the title lines come last.
    order: list[int] = [*range(_TITLE_LINES, len(text)), *range(min(_TITLE_LINES, len(text)))]
    for position in order:
        if text[position].startswith("M  END"):
            return position + 1
    return len(text)


def _find_problem(entry: _Entry) -> Failure | None:
    end = find_end(entry.text)
    has_end = end > 0 and entry.text[end - 1].startswith("M  END")
    where = f"the record at line {entry.line}"
    if not any(line.strip() for line in entry.text):
        return Failure("read", "empty_structure", f"{where} is blank")
    # A lone molblock without "$$$$" is complete, and so is a field that ends with a blank line;
    # anything else after it could be half a field.
    rest = any(line.strip() for line in entry.text[end:]) and bool(entry.text[-1].strip())
    if not entry.is_closed and (not has_end or rest):
        return Failure("read", "truncated_record", f"{where} ends without '$$$$'")
    if not has_end:
        return Failure("read", "invalid_sdf_record", f"{where} has no 'M  END'")
    return None


def _read_fields(text: list[str]) -> dict[str, str]:
    names: list[str] = []
    values: list[list[str]] = []
    before = ""
    """The line before: blank, a field's header (``>``), or a line of a value (``x``)."""
    for line in text[find_end(text) :]:
        header = _match_header(line, before) if line.startswith(">") else None
        if header is not None:
            names.append(header)
            values.append([])
            before = ">"
            continue
        before = "x" if line and not line.isspace() else ""
        if values:
            values[-1].append(line)
    return dict(zip(make_unique(names), map(_join, values), strict=True))


def _join(lines: list[str]) -> str:
    """Return a value without blanks at its ends; one line of megabytes is not copied for it."""
    while lines and (not lines[-1] or lines[-1].isspace()):
        del lines[-1]
    return "\n".join(lines).strip()


def _match_header(line: str, before: str) -> str | None:
    """Return a field's name; where no header may begin, only from a line that must be one."""
    if before == "x" and _FIELD_AFTER_VALUE.match(line) is None:
        return None
    if before == ">" and _FIELD_AFTER_FIELD.match(line) is None:
        return None
    start, end = line.find("<", 1), line.rfind(">")
    return line[start + 1 : end] if 0 < start < end else None
