"""Describes one task of an assay: the column of its values, their form, the columns beside it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from chem.errors import InputError
from chem.records.numbers import Decimal, NumberReading, find_style
from data.assay.headers.effects import Direction
from data.assay.headers.headers import Header, MeasureKind, understand
from data.assay.headers.spelling import Transform, task_name
from data.assay.headers.units import PACTIVITY_RANGE, find_mass_unit, find_molar_unit

UNITS = (
    "nM, uM, mM, M, pM, ug/mL, pActivity, 'log10 nM', 'ln uM', '% inhibition', '% residual', "
    "fraction, class or number"
)
_P_NAMES = {"pactivity", "pic50", "pki", "pkd", "pec50", "pchembl", "-log10 m"}
_LIMITS = {"percent": (-1000.0, 1000.0), "pactivity": PACTIVITY_RANGE}
_LOGARITHMS = (-40.0, 40.0)
ADVICE = "say which with --decimal point or --decimal comma"


class Measure(NamedTuple):
    """A column of measurements that becomes a task, or its rows of one type."""

    column: str
    kind: MeasureKind
    unit: str
    """A key of ``MOLAR`` or ``MASS``, ``pActivity``, ``%``; empty if each cell or row has it."""
    task: str
    """Name of the resulting task: letters, digits, ``_``, ``-`` and ``.``."""
    direction: Direction = "up"
    quantity: str = ""
    transform: Transform = ""
    condition: str = ""
    relation: str = ""
    """Column of the relations (``>``), or empty."""
    flips: bool = False
    """True if the relations are those of concentrations, while the values are their −log10."""
    units: str = ""
    """Column of the rows' units, or empty."""
    only: tuple[tuple[str, str], ...] = ()
    """Columns, and the word (in any case) that a row must have in each to count."""
    replicates: tuple[str, ...] = ()
    """Further columns of the same assay, merged into this task."""

    @property
    def written(self) -> str:
        """Return the form of the values: ``log10 nM``, ``%``, ``nM``, ``−log10(molar)``."""
        if self.kind == "class":
            return "active or inactive" + (", 1 is inactive" if self.direction == "down" else "")
        if self.kind == "number":
            return "as written"
        if self.kind == "percent":
            return "fraction of 1" if self.transform == "fraction" else "%"
        if self.kind == "pactivity":
            base = "molar" if self.unit == "pActivity" else self.unit
            return f"−log10({base})"
        base = self.unit or ("the unit of each row" if self.units else "each cell's own unit")
        return f"{self.transform}({base})" if self.transform else base


def from_header(header: Header) -> Measure:
    """Return the measure that a header announces."""
    return Measure(
        header.column,
        header.kind,
        header.unit,
        header.task,
        header.direction,
        header.quantity,
        header.transform,
        header.condition,
    )


def parse_units(units: str) -> tuple[MeasureKind, str, Transform, Direction | None]:
    """Return the kind, unit, transform and direction that a user's ``--units`` means.

    Raises InputError for unknown units.
    """
    plain = " ".join(units.strip().lower().split())
    if plain in _P_NAMES:
        return "pactivity", "pActivity", "", None
    if plain in ("class", "number"):
        return ("class", "", "", None) if plain == "class" else ("number", "as written", "", None)
    if plain in ("class up", "class down"):
        return "class", "", "", "up" if plain.endswith("up") else "down"
    if plain in ("fraction", "%", "percent"):
        return "percent", "%", "fraction" if plain == "fraction" else "", None
    if re.fullmatch(r"(?:%|percent)\s*(?:up|down)", plain):
        return "percent", "%", "", "up" if plain.endswith("up") else "down"
    header = understand(units)
    if header.kind == "percent" and header.role == "value" and not header.doubt:
        return "percent", "%", header.transform, header.direction
    unit = find_molar_unit(units) or find_mass_unit(units)
    if unit is not None:
        return "concentration", unit, "", None
    header = understand(f"IC50 ({units})")
    if header.transform and header.unit and not header.doubt:
        return header.kind, header.unit, header.transform, None
    raise InputError(f"units {units!r} are unknown; give {UNITS}.")


def with_units(measure: Measure, units: str, path: str, doubtful: bool = False) -> Measure:
    """Return a measure with the units that the user gives.

    Raises InputError if the header says otherwise.
    """
    kind, unit, transform, direction = parse_units(units)
    said = measure.unit if measure.kind != "number" else ""
    if measure.transform and not measure.unit and kind == "concentration" and not transform:
        transform, kind = measure.transform, measure.kind  # log IC50 with --units nM
    same = (kind, unit) == (measure.kind, measure.unit) and (
        transform == measure.transform or not transform
    )
    clear = not doubtful and said and kind not in ("number", "class")
    p_of_unit = measure.kind == kind == "pactivity"
    percents = (kind, measure.kind).count("percent")
    if clear and (percents == 1 or (percents == 0 and not same and not p_of_unit)):
        raise InputError(
            f"{path}: column {measure.column!r} says {measure.written}, --units says {units}; "
            "correct one."
        )
    name = measure.task if measure.kind == kind or measure.quantity else ""
    if kind == "class" and direction == "down":  # 1 means active in the task, not in the column
        name = f"no_{task_name(measure.column)}"
    return measure._replace(
        kind=kind,
        unit=unit,
        transform=transform,
        direction=direction or (measure.direction if kind == "percent" else "up"),
        task=name or task_name(measure.column),
    )


def style_of(
    measure: Measure, cells: Sequence[str], decimal: Decimal | None, delimiter: str
) -> NumberReading:
    """Return the number style of a measure's cells; see ``find_style``.

    decimal: the decimal mark that the user gives. delimiter: that of the file.
    """
    limits = _LIMITS.get(measure.kind)
    if measure.transform in ("log10", "ln"):
        limits = _LOGARITHMS
    return find_style(cells, decimal=decimal, limits=limits, delimiter=delimiter)
