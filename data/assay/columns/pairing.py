"""Pairs the columns beside values with the columns of values: by name, then by position.

A relation stands before its value or after it, a unit after it or before it. If a file has several
columns of a kind, all stand on the same side. Columns of solubility, clearance and so on have
relations and units of their own, which belong to no potency.
"""

from collections.abc import Sequence

from data.assay.headers import words as W
from data.assay.headers.headers import Header
from data.assay.headers.spelling import clean

_NEVER_BOUNDS = (
    *("a mass", "a purity", "a price", "a lipophilicity", "an acidity", "a time"),
    *("a temperature", "an energy", "a length"),
)
"""Quantities that are written without ``<`` and ``>``."""


def pair(
    role: str,
    steps: Sequence[int],
    headers: dict[str, Header],
    values: Sequence[str],
    columns: Sequence[str],
    unclear: dict[str, str],
) -> dict[str, str]:
    """Return which column of a role belongs to which columns of values.

    Args:
        role: ``relation``, ``unit`` or ``type``.
        steps: Positions of the value relative to such a column, the most usual one first.
        headers: The headers of all columns.
        values: The columns of values.
        columns: All columns in order.
        unclear: Receives values, with the reason why a column may belong to them or to others.
    """
    pairs: dict[str, str] = {}
    others = [
        column
        for column in columns
        if headers[column].reason.endswith("no potency")
        and not (role == "relation" and headers[column].reason.startswith(_NEVER_BOUNDS))
    ]
    found = [
        column
        for column in columns
        if headers[column].role == role
        and not W.find_reason(set(headers[column].name), W.OTHER_QUANTITY)
    ]
    placed = [column for column in found if not by_name(headers[column], values)]
    side = _find_side(placed, steps, [*values, *others], columns)
    for column in sorted(found, key=lambda each: not by_name(headers[each], values)):
        named = by_name(headers[column], values)
        left = [value for value in (named or values) if value not in pairs]
        near = [_step(column, step, columns) for step in steps]
        if not named and steps:
            if side:
                near = [_step(column, side, columns), *near]
            elif doubt := _between(column, steps, left, others, columns):
                unclear[doubt[0]] = _may_belong(role, column, doubt)
                continue
            if near[0] in others:
                continue
        chosen = [value for value in near if value in left][:1]
        if (named and len(named) == 1) or len(left) == 1:
            chosen = left
        if role == "type":
            chosen = [value for value in values if value in left or is_any(headers[value])]
        lone = role == "relation" and not named and len(placed) == 1 and bool(chosen)
        rivals = _rivals(chosen[0], left, headers) if lone else []
        if not chosen and len(left) > 1:
            rivals = left
        if rivals:
            unclear.update(dict.fromkeys(rivals, _may_belong(role, column, rivals)))
        else:
            pairs.update(dict.fromkeys(chosen, column))
    return pairs


def _rivals(chosen: str, left: Sequence[str], headers: dict[str, Header]) -> list[str]:
    """Return the potencies and the per cent column beside which a lone relation column stands."""
    if headers[chosen].kind != "percent":
        return []
    potencies = [one for one in left if headers[one].kind in ("concentration", "pactivity")]
    return [*potencies, chosen] if potencies else []


def _find_side(
    placed: Sequence[str], steps: Sequence[int], measured: Sequence[str], columns: Sequence[str]
) -> int:
    """Return the side on which each of several columns has a measured one next to it, or 0."""
    if len(placed) < 2:
        return 0
    for step in steps:
        near = [_step(column, step, columns) for column in placed]
        if len(set(near)) == len(near) and all(column in measured for column in near):
            return step
    return 0


def _between(
    column: str,
    steps: Sequence[int],
    values: Sequence[str],
    others: Sequence[str],
    columns: Sequence[str],
) -> list[str]:
    """Return the value and the other quantity between which a lone relation column stands."""
    first, second = (_step(column, step, columns) for step in steps[:2])
    return [second, first] if first in others and second in values else []


def _may_belong(role: str, column: str, among: Sequence[str]) -> str:
    return (
        f"column {column!r} may belong to any of {', '.join(map(repr, among))}; put it "
        f"beside its values, or name it after them ({among[0] + ' ' + role!r})"
    )


def is_any(header: Header) -> bool:
    """Tell whether a header names a −log10 of any quantity, as pChEMBL does."""
    return header.kind == "pactivity" and header.quantity.lower() in ("pchembl", "pactivity")


def by_name(header: Header, values: Sequence[str]) -> list[str]:
    """Return the columns of values after which a column beside them is named."""
    words = set(header.name)
    if not words:
        return []
    return [value for value in values if words <= words_of(value)]


def words_of(column: str) -> set[str]:
    """Return the words of a column's name in lower case."""
    plain = "".join(c if c.isalnum() else " " for c in clean(column).lower())
    return set(plain.split())


def _step(column: str, step: int, columns: Sequence[str]) -> str:
    at = columns.index(column) + step
    return columns[at] if 0 <= at < len(columns) else ""
