"""Finds the columns beside an assay's values: relations, units, types, doses, flags.

A column has the role that its header says only if its cells agree: a ``Symbol`` of genes is no
relation. Columns beside values are paired with them by name (``IC50 Qualifier`` with ``IC50
(nM)``), then by position (a relation stands before its value or after it, a unit after it or before
it).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from data.assay.cells.cells import (
    Reading,
    are_classes,
    find_sign,
    is_missing,
    read_cell,
    say_activity,
)
from data.assay.cells.censoring import signs_of_flags
from data.assay.cells.raw_rows import AssayRows
from data.assay.columns.pairing import by_name, is_any, pair, words_of
from data.assay.headers import words as W
from data.assay.headers.headers import Header, understand
from data.assay.headers.spelling import clean, task_name, tokens_of
from data.assay.headers.units import find_unit, is_other_unit

_PUBLISHED = ("value", "relation", "units", "type", "upper_value", "text_value")
_INTERVAL = re.compile(
    r"[(\[]?\s*(?:±\s*)?\b(?:95\s*%?\s*)?(?:CI|SD|SEM|SE)(?:\s*95\s*%?)?\s*[)\]]?", re.I
)
_POTENCIES = ("concentration", "pactivity")
_STANDARD = "as published; the columns called standard are used"


class Layout(NamedTuple):
    """The columns of an assay with their roles, and which of them belong together."""

    headers: dict[str, Header]
    relation: dict[str, str]
    """Column of relations, by column of values."""
    units: dict[str, str]
    types: dict[str, str]
    dose: str
    """Column of tested concentrations, or empty."""
    unclear: dict[str, str]
    """Reason why a column beside values may belong to them or to others, by column of values."""
    shared: dict[str, str]
    """As ``unclear``, if position decides but there are several columns of values."""

    def of_concentrations(self, relation: str) -> bool:
        """Tell whether a column of relations belongs to concentrations, or to values of types."""
        return any(
            self.headers[column].kind in ("concentration", "number")
            for column, its in self.relation.items()
            if its == relation
        )


def lay_out(rows: AssayRows) -> Layout:
    """Examine all headers and cells."""
    headers = {column: _look(column, rows) for column in rows.columns}
    _name_generic(headers, rows)
    folded = {column.lower().replace(" ", "_"): column for column in rows.columns}
    if "ki_val" in folded and "ki_note" in folded:  # the PDSP Ki database
        its = headers[folded["ki_val"]]
        headers[its.column] = its._replace(unit="nM", task="pKi")
    if "standard_value" in folded:
        for name in _PUBLISHED:
            if name in folded:
                headers[folded[name]] = Header(folded[name], "other", _STANDARD)
    doses = [h.column for h in headers.values() if h.role == "dose"]
    _give_units_to_doses(headers, doses, rows)
    beside = {h.column for h in headers.values() if h.role in ("unit", "type")}
    values = [
        column
        for column in rows.columns
        if (headers[column].role == "value" and headers[column].kind not in ("class", "number"))
        or (headers[column].role == "generic" and (beside or len(rows.columns) < 4))
    ]
    unclear: dict[str, str] = {}
    shared = _find_shared(headers, values, rows)
    relation = pair("relation", (1, -1, 2, -2), headers, values, rows.columns, unclear)
    relations = set(relation.values())
    for column in values:
        if headers[column].kind == "pactivity" and column not in relation and len(relations) == 1:
            relation[column] = next(iter(relations))
    return Layout(
        headers,
        relation,
        pair("unit", (-1, 1, -2, 2), headers, values, rows.columns, unclear),
        pair("type", (), headers, values, rows.columns, unclear),
        doses[0] if len(doses) == 1 else "",
        unclear,
        shared,
    )


def _name_generic(headers: dict[str, Header], rows: AssayRows) -> None:
    """Take a column of numbers as values if the column of its unit is named after it.

    An example is ``DRVAL_MEDIAN`` beside ``DRVAL_UNIT``.
    """
    named = [h.name for h in headers.values() if h.role == "unit" and h.name]
    for column, header in headers.items():
        if header.role != "other" or header.reason != "not recognized":
            continue
        told = [cell for cell in rows.cells[column] if not is_missing(cell)]
        if any(set(name) <= words_of(column) for name in named) and told and _are_numbers(told):
            headers[column] = Header(
                column, "generic", quantity="value", task=task_name(column), name=header.name
            )


def _give_units_to_doses(headers: dict[str, Header], doses: list[str], rows: AssayRows) -> None:
    """Take a column of units named after doses as theirs: ``Concentration Unit``."""
    for column, header in headers.items():
        if header.role != "unit" or not doses or not set(header.name) & W.DOSE:
            continue
        told = {cell.strip() for cell in rows.cells[column] if not is_missing(cell)}
        headers[column] = Header(column, "other", "the unit of the tested concentrations")
        if len(doses) > 1 or headers[doses[0]].unit:
            continue
        if len(told) == 1:
            headers[doses[0]] = headers[doses[0]]._replace(unit=told.pop())
        else:  # 10 nM in one row differs from 10 µM in another
            both = zip(rows.cells[doses[0]], rows.cells[column], strict=True)
            rows.cells[doses[0]] = [f"{dose} {unit}".strip() for dose, unit in both]


def _find_shared(
    headers: dict[str, Header], values: Sequence[str], rows: AssayRows
) -> dict[str, str]:
    """Return the potencies among which one column of relations, named after none, was found."""
    relations = [h.column for h in headers.values() if h.role == "relation"]
    if len(relations) != 1 or by_name(headers[relations[0]], values):
        return {}
    if not any(find_sign(cell) for cell in rows.cells[relations[0]]):
        return {}
    potencies = [value for value in values if headers[value].kind in _POTENCIES]
    distinct = {
        (headers[value].quantity.lower().removeprefix("p"), headers[value].name)
        for value in potencies
        if not is_any(headers[value])
    }
    if len(distinct) < 2:
        return {}
    question = (
        f"column {relations[0]!r} may belong to any of {', '.join(map(repr, potencies))}; name it "
        f"after its values ({potencies[0] + ' relation'!r}), or name one with --value-column"
    )
    return dict.fromkeys(potencies, question)


def _look(column: str, rows: AssayRows) -> Header:
    """Return a column's header, checked against its cells."""
    header = _understand(column, rows.units.get(column, ""))
    cells = [cell.strip() for cell in rows.cells[column] if cell.strip()]
    plain = understand(_INTERVAL.sub("", column))
    if header.role == "other" and plain.role == "value" and _have_intervals(cells):
        return plain._replace(column=column)
    told = list(dict.fromkeys(cell for cell in cells if not is_missing(cell)))[:2000]
    if header.role == "flag" and "activity" in header.name and are_classes(cells):
        return Header(column, "value", kind="class", quantity="class", task=task_name(column))
    if header.kind == "percent" and not header.unit and are_classes(cells):
        return as_class(column, cells)
    if header.role == "value" and header.kind == "class":
        if are_classes(cells):
            header = header._replace(doubt=_doubt_of_class(column, cells))
        else:
            why = "its cells are not active and inactive"
            header = header._replace(role="generic", kind="number", reason=why)
    if header.role in ("value", "generic", "flag") and told and all(map(_is_sign, told)):
        return _as_relation(header)  # qAC50 Mode
    if (signs := signs_of_flags(column, rows.cells[column])) is not None:
        rows.cells[column] = signs
        return _as_relation(header)
    return _hold_against(header, told)


def _understand(column: str, unit: str) -> Header:
    """Return the meaning of a header; ``unit`` is from a row of units below it, if any."""
    if not unit:
        return understand(column)
    own, header = understand(column), understand(f"{column} ({unit})")
    task = own.task if own.role == "value" and own.task else header.task
    return header._replace(column=column, task=task.removesuffix(f"_{unit}"))


def _hold_against(header: Header, told: Sequence[str]) -> Header:
    """Return the header, corrected by the cells of its column that are not missing."""
    column, role = header.column, header.role
    if role == "generic" and told and not _are_numbers(told):
        return Header(column, "other", header.reason or "its cells are no numbers")
    fits, why = _EXPECTED.get(role, (bool, "it is empty"))
    if role in (*_EXPECTED, "value") and not any(map(fits, told)):
        return Header(column, "other", why if told else "it is empty")
    if role not in ("comment", "other") or not told:
        return header
    if all(map(_is_sign, told)):  # ki Note
        return header._replace(role="relation", reason="a relation")
    if role == "other" and all(map(find_unit, told)) and set(told) != {"M"}:
        return header._replace(role="unit", reason="a unit")
    if role == "other" and len(told) <= 50 and all(map(_is_bare_type, told)):
        return header._replace(role="type", reason="a type")
    return header


def _as_relation(header: Header) -> Header:
    """Return the header of a column whose cells are relations, whatever its name."""
    words = (token.lower() for token in tokens_of(clean(header.column)))
    name = tuple(word for word in words if word not in W.OF_RELATIONS)
    return Header(
        header.column, "relation", "a relation that belongs to no value in use", name=name
    )


def as_class(column: str, cells: Sequence[str]) -> Header:
    """Return the header of a column of classes, with a doubt if 1 may stand for inactive."""
    doubt = _doubt_of_class(column, cells)
    return Header(
        column, "value", kind="class", quantity="class", task=task_name(column), doubt=doubt
    )


def _doubt_of_class(column: str, cells: Sequence[str]) -> str:
    """Return why 1 may stand for an inactive compound, or an empty text."""
    found = {token.lower() for token in tokens_of(clean(column))}
    if say_activity(cells):
        return ""
    if found & W.NEGATED:
        word = sorted(found & W.NEGATED)[0]
        return f"its header says {word}, so 1 may mean an inactive compound or an active one"
    if found & W.LOSS or not found & W.LIVES:
        return ""
    word = sorted(found & W.LIVES)[0]
    return f"1 may mean {word} (an inactive compound) or active"


def _have_intervals(cells: Sequence[str]) -> bool:
    """Tell whether most cells are values followed by an interval or a spread."""
    read = [read_cell(cell) for cell in cells]
    noted = [
        one for one in read if isinstance(one, Reading) and {"interval", "spread"} & {*one.notes}
    ]
    return len(noted) * 2 > len(cells)


def _are_numbers(cells: Sequence[str]) -> bool:
    """Tell whether at least half of a sample of the cells are numbers."""
    some = cells[:200]
    return sum(isinstance(read_cell(cell), Reading) for cell in some) * 2 >= len(some)


def _is_sign(cell: str) -> bool:
    return find_sign(cell) is not None


def _is_unit(cell: str) -> bool:
    return find_unit(cell) is not None or is_other_unit(cell)


def _is_type(cell: str) -> bool:
    if cell[:1].isdigit() or len(cell) > 40:
        return False
    header = understand(cell)
    return header.role == "value" and header.kind in ("concentration", "pactivity", "percent")


def _is_bare_type(cell: str) -> bool:
    """Tell whether a cell is only the name of a quantity, unlike a description."""
    header = understand(cell)
    return _is_type(cell) and not header.condition and set(header.name) <= {header.quantity}


_EXPECTED: dict[str, tuple[Callable[[str], bool], str]] = {
    "relation": (_is_sign, "its cells are no relations"),
    "unit": (_is_unit, "its cells are no units"),
    "type": (_is_type, "its cells name no quantity"),
}
"""Condition that one cell of a role must meet, and the reason why the column has it not."""
