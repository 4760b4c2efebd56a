"""Holds the values of one measure, and its unreadable cells by kind, with advice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.assay.cells.cells import is_inactive
from data.assay.cells.measure import Measure

KINDS = {
    "inactive": "inactive without a number",
    "zero": "zero, which is no potency and often means inactive",
    "code": "a number such as -999 or 9999, which programs write where nothing was measured",
    "negative": "below zero, which is no concentration",
    "range": "a range",
    "several values": "several values",
    "number of another style": "a number written unlike the others",
    "number with text": "a number with a text",
    "text": "not a number",
    "unit": "in a unit that does not fit",
    "out of range": "a −log10(molar) that no assay has",
    "no class": "neither active nor inactive",
    "unknown relation": "beside an unknown relation",
    "censored": "beside a flag that says it is a bound, not on which side",
    "contradicting relation": "a sign that contradicts the relation beside it",
    "contradicting unit": "beside a unit that contradicts the header",
    "no weight": "a mass without a molecular weight",
}
"""Text for every kind of bad cell."""
_SHOWN, _EXAMPLES = 4, 3
_BOUNDS = {-1: "at most ", 0: "", 1: "at least "}


class Problem(NamedTuple):
    """A cell that cannot be read."""

    row: int
    cell: str
    kind: str
    """A key of ``KINDS``."""


def tell(problems: Sequence[Problem]) -> str:
    """Return the kinds with their counts, rows and cells, the most frequent kind first."""
    counts = Counter(problem.kind for problem in problems)
    told = []
    for kind, count in counts.most_common():
        rows = [problem for problem in problems if problem.kind == kind]
        shown = ", ".join(f"row {problem.row}: {problem.cell!r}" for problem in rows[:_SHOWN])
        more = ", …" if count > _SHOWN else ""
        told.append(f"{count} {KINDS[kind]} ({shown}{more})")
    return "; ".join(told)


def advise(problems: Sequence[Problem], measure: Measure) -> str:
    """Return the most helpful advice; it never says to empty the cell of an inactive compound."""
    kinds = Counter(problem.kind for problem in problems)
    if kinds["censored"]:
        return (
            "write > and < into the column of flags, or name it 'right censored' if the true "
            "values are larger (>) or 'left censored' if they are smaller (<)"
        )
    if kinds["code"] and measure.kind == "concentration":
        return (
            "empty these cells, or go on without them with --skip-bad-cells; where the number is "
            "the highest dose, write '>' before it"
        )
    if kinds["negative"]:
        return (
            "negative numbers are no concentrations: if they are per cent or logarithms, say so "
            "with --value-column and --units"
        )
    if kinds["out of range"]:
        return _advise_on_range(problems, measure)
    if (kinds["inactive"] or kinds["zero"]) and measure.kind in ("concentration", "pactivity"):
        return _advise_on_inactive(problems, measure)
    if kinds["inactive"]:
        return "write the number that was measured, or go on without them with --skip-bad-cells"
    if kinds["number of another style"]:
        return "write all numbers of the column in one way (12.5, 1e4), or use --skip-bad-cells"
    return "correct them, or go on without them with --skip-bad-cells"


def _advise_on_range(problems: Sequence[Problem], measure: Measure) -> str:
    if measure.kind == "concentration":
        return f"is the unit ({measure.written}) right? Say so with --value-column and --units"
    cells = [problem.cell.lstrip("<>=~ ") for problem in problems if problem.kind == "out of range"]
    if any(cell.startswith(("-", "−")) for cell in cells):
        return (
            "is it −log10 of nM, or a logarithm? Say so with --value-column and --units "
            "'-log10 nM' or 'log10 M'"
        )
    return "is the column a concentration? Then give its unit with --value-column and --units"


def _advise_on_inactive(problems: Sequence[Problem], measure: Measure) -> str:
    dose = "'>50' where 50 is the highest dose"
    if measure.kind == "pactivity":
        dose = "'<4.3' where 4.3 is −log10 of the highest dose"
    once = ", or say it once with --inactive-as"
    if any(one.kind == "inactive" and not is_inactive(one.cell) for one in problems):
        once = ""  # it replaces the bare word only: such a cell says more, perhaps another dose
    return f"write inactive compounds as {dose}{once}; --skip-bad-cells goes on without such cells"


class Example(NamedTuple):
    """A cell as written, and as it was read."""

    written: str
    read: str


@dataclass
class Values:
    """The values read from one measure's cells."""

    values: npt.NDArray[np.float32]
    """[n] in the task's unit; NaN = not measured."""
    bounds: npt.NDArray[np.int8]
    """[n] as in ``ActivityTable``."""
    problems: list[Problem] = field(default_factory=list)
    told: int = 0
    """Number of cells that are not missing, in the rows that count."""
    missing: Counter[str] = field(default_factory=Counter)
    """Counts of the texts of missing cells ( ``n.d.``) in the rows that count; "" is empty."""
    notes: list[str] = field(default_factory=list)
    """Decisions and omissions, without the column's name."""
    examples: list[Example] = field(default_factory=list)

    @classmethod
    def none(cls) -> "Values":
        """Return no values, for a measure that was not read yet."""
        return cls(np.empty(0, np.float32), np.empty(0, np.int8))

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Return bool [n], True where a value is present."""
        return ~np.isnan(self.values)


def show_examples(
    found: Values,
    measure: Measure,
    cells: Sequence[str],
    signs: Sequence[str],
    units: Sequence[str],
) -> list[Example]:
    """Return a plain cell, a bound and an unusual cell, or the first cells if some are missing.

    cells, signs, units: of each row [n]; the last two are empty if no column holds them.
    """
    present = np.flatnonzero(found.measured).tolist()
    sorts: dict[str, int] = {}
    for at in present:
        plain = cells[at].strip().lstrip("-").replace(".", "", 1).isdigit()
        sort = "bound" if found.bounds[at] else "plain" if plain else "other"
        sorts.setdefault(str(found.values[at]) if measure.kind == "class" else sort, at)
    chosen = dict.fromkeys([*sorts.values(), *present[: _EXAMPLES + 1]])
    shown = []
    for at in list(chosen)[:_EXAMPLES]:
        cell = cells[at].strip()
        sign = signs[at].strip(" '\"") if signs and not cell.startswith(("<", ">", "=")) else ""
        unit = units[at].strip() if units else ""
        value, bound = float(found.values[at]), int(found.bounds[at])
        read = f"{_BOUNDS[bound]}{value:.4g}"
        if measure.kind == "class":
            read = "active" if value else "inactive"
        shown.append(Example(" ".join(part for part in (sign, cell, unit) if part), read))
    return shown
