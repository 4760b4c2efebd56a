"""Describes the columns of a library, and turns a row of cells into a record."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chem.records.records import Failure, Record

NO_ID = "records without an id"
"""Count of records called ``row<N>`` in a file whose other records have ids."""
_NO_ID_WORDS = frozenset(
    ("n/a", "#n/a", "n.a.", "n.a", "-", "--", "---", "none", "null", "<na>", "(none)")
)
_LONGEST = max(map(len, _NO_ID_WORDS)) + 2
_STARTS = frozenset(
    ("", *(chr(code) for code in range(0x3001) if chr(code).isspace()), *"\0nN#-<(?uUtT")
)
"""First characters of texts that may stand for a missing id: most ids are settled by one look."""


class Columns(NamedTuple):
    """The columns of a library and their roles."""

    names: tuple[str, ...]
    """All columns in order, made unique: a second ``x`` is ``x_2``, a blank one ``column_<N>``."""
    smiles: str | None
    """None for SD files, which hold molblocks."""
    id: str | None
    name: str | None
    notes: tuple[str, ...] = ()
    """Decisions to report, such as ``ids from column "Cat. No."``."""
    other_ids: tuple[str, ...] = ()
    """Of an SD file: fields that give a record's id where ``id`` is blank, in this order."""
    absent: frozenset[str] = frozenset()
    """Further words, folded, that stand for a missing id in this file, such as a repeated NA."""

    @property
    def extra(self) -> tuple[str, ...]:
        """Return the columns that only travel with their compound."""
        return tuple(c for c in self.names if c not in (self.smiles, self.id, self.name))


class NamedColumns(NamedTuple):
    """The columns that the user named; None means that they have to be found."""

    smiles: str | None = None
    id: str | None = None
    name: str | None = None


def is_no_id(text: str, absent: frozenset[str] = frozenset()) -> bool:
    """Tell whether a cell says that there is no id: blank, ``N/A``, ``-``, ``none``, ``null``."""
    if len(text) > _LONGEST:
        return text.isspace()
    plain = text.replace("\0", "").strip().casefold()
    return not plain or plain in _NO_ID_WORDS or plain in absent


def make_unique(names: Sequence[str]) -> tuple[str, ...]:
    """Give every column a name of its own, so that none hides another."""
    taken: dict[str, None] = {}
    copies: dict[str, int] = {}
    """Next copy to try, by name: counting from 2 each time, thousands of equal names take hours."""
    for position, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{position}"
        unique, copy = plain, copies.get(plain, 2)
        while unique in taken:
            unique, copy = f"{plain}_{copy}", copy + 1
        copies[plain] = copy
        taken[unique] = None
    return tuple(taken)


def record_builder(
    columns: Columns, counts: Counter[str] | None = None
) -> Callable[[int, Sequence[str]], Record]:
    """Return a function that turns a row's number and its cells, one per column, into a record.

    counts: receives the number of records without an id.
    """
    counts = Counter() if counts is None else counts
    place = {name: position for position, name in enumerate(columns.names)}
    structure_at = place.get(columns.smiles or "")
    id_at, name_at = place.get(columns.id or ""), place.get(columns.name or "")
    extra_at = [(name, place[name]) for name in columns.extra]
    absent = columns.absent

    def build(row: int, cells: Sequence[str]) -> Record:
        structure = cells[structure_at] if structure_at is not None else ""
        compound_id = ""
        if id_at is not None:
            compound_id = cells[id_at]
            if compound_id[:1] in _STARTS and is_no_id(compound_id, absent):
                compound_id = ""
                counts[NO_ID] += 1
        return Record(
            row,
            compound_id or f"row{row}",
            cells[name_at] if name_at is not None else "",
            structure,
            "smiles",
            {name: cells[position] for name, position in extra_at},
            None
            if structure and not structure.isspace() and structure.isprintable()
            else _find_problem(structure, columns),
        )

    return build


def _find_problem(structure: str, columns: Columns) -> Failure | None:
    plain = structure.strip()
    if not plain:
        detail = f"the column {columns.smiles!r} is blank"
        return Failure("read", "empty_structure", detail)
    if "\n" in plain or "\r" in plain:
        # RDKit would read up to the break and drop the rest.
        detail = f"the column {columns.smiles!r} holds a line break inside the SMILES"
        return Failure("read", "broken_structure", detail)
    return None
