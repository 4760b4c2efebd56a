"""Cells that cannot be read, told by kind with their rows, and what helps."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from data.assay.cells.cells import is_inactive
from data.assay.cells.measure import Measure

KINDS = {
    "inactive": "inactive without a number",
    "zero": "zero, which is no potency and often means inactive",
    "code": "a number such as -999 or 9999, which programs write where nothing was measured",
    "negative": "below zero, which no concentration is",
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
"""Every kind of bad cell, in words."""
_SHOWN = 4


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
    """Return the one thing that helps most. No value of an inactive is ever to be emptied."""
    kinds = Counter(problem.kind for problem in problems)
    if kinds["censored"]:
        return (
            "write > and < into the column of flags, or call it 'right censored' if the true "
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
        if measure.kind == "concentration":
            return f"is the unit ({measure.written}) right? Say so with --value-column and --units"
        negative = any(
            problem.cell.lstrip("<>=~ ").startswith(("-", "−"))
            for problem in problems
            if problem.kind == "out of range"
        )
        if negative:
            return (
                "is it −log10 of nM, or a logarithm? Say so with --value-column and --units "
                "'-log10 nM' or 'log10 M'"
            )
        return "is the column a concentration? Then give its unit with --value-column and --units"
    if (kinds["inactive"] or kinds["zero"]) and measure.kind in ("concentration", "pactivity"):
        dose = "'>50' where 50 is the highest dose"
        if measure.kind == "pactivity":
            dose = "'<4.3' where 4.3 is −log10 of the highest dose"
        once = ", or say it once with --inactive-as"
        if any(one.kind == "inactive" and not is_inactive(one.cell) for one in problems):
            once = ""  # it stands for the word alone: such a cell says more, perhaps another dose
        return (
            f"write inactive compounds as {dose}{once}; --skip-bad-cells goes on without such cells"
        )
    if kinds["inactive"]:
        return "write the number that was measured, or go on without them with --skip-bad-cells"
    if kinds["number of another style"]:
        return "write all numbers of the column in one way (12.5, 1e4), or use --skip-bad-cells"
    return "correct them, or go on without them with --skip-bad-cells"
