"""The nearest measured compounds of a primary target as cells: ``nearest_EGFR_id`` and so on."""

from collections.abc import Sequence
from typing import Any

from screening.evidence.evidence import Neighbour
from screening.text.cells import format_number

ENDS = ("id", "smiles", "similarity", "value", "others")
"""What is told of each primary target, in the order of the columns."""


def column_name(label: str, end: str) -> str:
    """Return the name of a column, such as ``nearest_EGFR_value``; end: one of ``ENDS``."""
    return f"nearest_{label}_{end}"


def measured_text(neighbour: Neighbour, decimals: int, is_class: bool) -> str:
    """Return the measured value as a cell: ``7.92``, ``<5.00`` for a bound, ``1`` for a class.

    >>> measured_text(Neighbour("a", "C", 0.61, 5.0, "<"), 2, False)
    '<5.00'
    """
    number = format_number(neighbour.value, 0 if is_class else decimals)
    return number if neighbour.relation == "=" else f"{neighbour.relation}{number}"


def neighbour_cells(
    label: str, neighbours: Sequence[Neighbour], decimals: int, is_class: bool
) -> dict[str, Any]:
    """Return the nearest one in columns of its own and the others as one text.

    neighbours: of one hit, nearest first; without any, every cell is empty.
    decimals, is_class: of the target's task.
    """
    if not neighbours:
        return {column_name(label, end): None if end == "similarity" else "" for end in ENDS}
    first, *others = neighbours
    told = (
        f"{one.id} {measured_text(one, decimals, is_class)} ({format_number(one.similarity, 2)})"
        for one in others
    )
    cells = (
        first.id,
        first.smiles,
        first.similarity,
        measured_text(first, decimals, is_class),
        "; ".join(told),
    )
    return {column_name(label, end): cell for end, cell in zip(ENDS, cells, strict=True)}
