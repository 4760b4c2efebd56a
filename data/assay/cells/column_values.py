"""Turns the cells of one measure into numbers: style, sign, relation, unit, conversion."""

import math
from collections import Counter
from functools import cached_property

import numpy as np

from chem.errors import HitlistError, InputError
from chem.records.message_text import counted
from chem.records.numbers import Decimal, NumberStyle
from data.assay.cells.cells import (
    NO_VERDICT,
    Reading,
    Unreadable,
    find_sign,
    is_code,
    is_inactive,
    is_missing,
    read_cell,
    read_class,
    repeated_codes,
)
from data.assay.cells.censoring import CENSORED
from data.assay.cells.measure import ADVICE, Measure, style_of
from data.assay.cells.raw_rows import AssayRows
from data.assay.cells.values import Problem, Values, show_examples
from data.assay.headers.units import (
    MASS,
    MOLAR,
    PACTIVITY_RANGE,
    Bound,
    find_unit,
    power_of_ten,
    to_pactivity,
)

_ASIDE = {
    "about": "approximate (~), read as exact",
    "spread": "with ±, which is ignored",
    "count": "with a number of replicates, which is ignored",
    "interval": "with an interval, which is ignored",
    "bracket": "with a second number in brackets, which is ignored",
    "footnote": "with a footnote mark, which is ignored",
    "own unit": "in a unit of their own, which overrides the header's",
    "inactive": "inactive without a number, read as --inactive-as says",
    "mass": "converted by the molecular weight of the structure as written, salt included",
}
_FLIPPED: dict[Bound, Bound] = {-1: 1, 0: 0, 1: -1}


def read_values(
    rows: AssayRows,
    measure: Measure,
    decimal: Decimal | None = None,
    inactive_as: str | None = None,
) -> Values:
    """Read the cells of a measure, each with its relation and unit.

    Concentrations and logarithms become pActivity (−log10 molar), so ``>10000`` nM is an upper
    bound of 5. Cells that cannot be read are listed in ``problems`` and have no value.

    Args:
        rows: The rows of the assay file.
        measure: The measure to read.
        decimal: The decimal mark that the user gives, if any.
        inactive_as: Meaning of a word such as inactive, or of a concentration of zero: ``>50`` in
            the column's unit.

    Raises:
        InputError: The numbers of the column can be read in two ways.
    """
    return _Reader(rows, measure, decimal, inactive_as).read()


class CellError(HitlistError, ValueError):
    """A cell that is no value; the message is its kind."""


class _Reader:
    def __init__(
        self, rows: AssayRows, measure: Measure, decimal: Decimal | None, inactive_as: str | None
    ) -> None:
        self.rows, self.measure = rows, measure
        self.cells = rows.cells[measure.column]
        self.signs = rows.cells[measure.relation] if measure.relation else []
        self.units = rows.cells[measure.units] if measure.units else []
        self.codes = repeated_codes(self.cells) if measure.kind == "concentration" else set()
        self.notes: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.inactive_as = inactive_as
        self.decimal = decimal

    def read(self) -> Values:
        count = len(self.cells)
        found = Values(np.full(count, np.nan, np.float32), np.zeros(count, np.int8))
        of_measure = [at for at in range(count) if self._counts(at)]
        places = [at for at in of_measure if not is_missing(self.cells[at])]
        missing = (cell for at in of_measure if is_missing(cell := self.cells[at].strip()))
        found.missing = Counter(missing)
        style, odd = self._style(places, found)
        for at in places:
            found.told += 1
            try:
                value = self._value(at, style, at in odd)
            except CellError as error:
                found.problems.append(Problem(self.rows.numbers[at], self.cells[at], str(error)))
                continue
            if value is not None:
                found.values[at], found.bounds[at] = value
        found.examples = show_examples(found, self.measure, self.cells, self.signs, self.units)
        found.notes += [f"{counted(n, 'value')} {_ASIDE[kind]}" for kind, n in self.notes.items()]
        found.notes += [f"{counted(n, 'value')} left out: {why}" for why, n in self.left.items()]
        return found

    def _counts(self, at: int) -> bool:
        return all(
            self.rows.cells[column][at].strip().lower() == word.lower()
            for column, word in self.measure.only
        )

    def _style(self, places: list[int], found: Values) -> tuple[NumberStyle, set[int]]:
        if self.measure.kind == "class":
            return NumberStyle(), set()
        texts = [self.cells[at] for at in places]
        reading = style_of(self.measure, texts, self.decimal, self.rows.delimiter)
        if reading.doubt:
            raise InputError(
                f"{self.rows.path}: column {self.measure.column!r}: {reading.doubt}; {ADVICE}."
            )
        if reading.told:
            found.notes.append(reading.told)
        return reading.style, {places[at] for at in reading.odd}

    @cached_property
    def _inactive(self) -> Reading | None:
        """Meaning of inactive, determined when the first cell says inactive.

        Raises InputError if it does not say, as a concentration, up to where no effect was seen.
        """
        text = self.inactive_as
        if text is None or self.measure.kind not in ("concentration", "pactivity"):
            return None
        reading = read_cell(text)
        if isinstance(reading, Unreadable) or not reading.bound or reading.unit == "%":
            raise self._wrong_inactive("is no bound")
        unit = reading.unit or self.measure.unit
        rises = self.measure.kind == "concentration" or bool(reading.unit)
        if (reading.bound > 0) != rises:
            raise self._wrong_inactive("says that an inactive compound is a potent one")
        if rises and not (self.measure.transform and not reading.unit) and reading.number <= 0:
            raise self._wrong_inactive("is no concentration")
        if unit in MOLAR or unit == "pActivity":
            try:
                self._to_pactivity(0, reading.number, unit, bool(reading.unit))
            except CellError:
                raise self._wrong_inactive("is not a possible value of this column") from None
        return reading

    def _wrong_inactive(self, why: str) -> InputError:
        column, unit = self.measure.column, self.measure.unit
        if self.measure.kind == "pactivity":
            expected = "'>50 uM', or of the numbers in the column, such as '<4.3'"
        elif self.measure.transform:
            expected = "'>50 uM', or of the numbers in the column, such as '>4.7'"
        else:
            expected = (
                "'>50' in the column's unit" + (f" ({unit})" if unit else "") + " or '>50 uM'"
            )
        return InputError(
            f"{self.rows.path}: column {column!r}: --inactive-as {self.inactive_as!r} {why}; give "
            f"the highest concentration tested, such as {expected}."
        )

    def _value(self, at: int, style: NumberStyle, odd: bool) -> tuple[float, Bound] | None:
        cell = self.cells[at]
        if self.measure.kind == "class":
            verdict = read_class(cell)
            if verdict is None:
                self.left[" or ".join(sorted(NO_VERDICT & {cell.strip().lower()}))] += 1
                return None
            if isinstance(verdict, Unreadable):
                raise CellError(verdict.kind)
            turned = self.measure.direction == "down"
            return (1 - verdict.number if turned else verdict.number), 0
        if is_inactive(cell):
            if self._inactive is None:
                raise CellError("inactive")
            self.notes["inactive"] += 1
            return self._convert(at, self._inactive, True)
        reading = Unreadable("number of another style") if odd else read_cell(cell, style)
        if isinstance(reading, Unreadable):
            raise CellError(reading.kind)
        if reading.number == 0 and self._is_no_zero(reading) and self._inactive is not None:
            self.notes["inactive"] += 1
            return self._convert(at, self._inactive, True)
        self.notes.update(reading.notes)
        return self._convert(at, reading, False)

    def _is_no_zero(self, reading: Reading) -> bool:
        """Tell whether a zero is no value: for a concentration, or for −log10(molar)."""
        measure = self.measure
        if measure.kind == "pactivity" or measure.transform in ("log10", "ln"):
            return not reading.unit and measure.unit in ("pActivity", "M")
        return measure.kind == "concentration"

    def _bound(self, at: int, reading: Reading) -> Bound:
        if not self.signs:
            return reading.bound
        text = self.signs[at]
        if is_missing(text):
            return reading.bound
        sign = find_sign(text)
        if sign is None:
            raise CellError("censored" if text == CENSORED else "unknown relation")
        if self.measure.flips:
            sign = _FLIPPED[sign]
        if reading.bound and sign != reading.bound:
            raise CellError("contradicting relation")
        return sign

    def _unit(self, at: int, reading: Reading) -> str | None:
        """Return the unit of a number; None if the row's unit cannot be converted."""
        unit = self.measure.unit
        if self.units and not reading.unit:
            text = self.units[at].strip()
            named = find_unit(text) if text else ""
            if named is None:
                self.left[f"unit {text!r}"] += 1
                return None
            fits = named == "%" if self.measure.kind == "percent" else named in MOLAR | MASS
            if named and not fits:
                self.left[f"unit {text!r}"] += 1
                return None
            if unit and named and named != unit:
                raise CellError("contradicting unit")
            unit = named or unit
            if not unit:
                self.left["no unit"] += 1
                return None
        if reading.unit and reading.unit != unit:
            if self.measure.kind != "concentration" or self.measure.transform:
                raise CellError("unit")
            if unit:
                self.notes["own unit"] += 1
        return reading.unit or unit

    def _convert(self, at: int, reading: Reading, inactive: bool) -> tuple[float, Bound] | None:
        measure, number = self.measure, reading.number
        if is_code(number) and (
            measure.kind == "percent" or (measure.kind == "number" and number < 0)
        ):
            raise CellError("code")
        bound = reading.bound if inactive else self._bound(at, reading)
        if not bound and measure.kind == "concentration" and number in self.codes:
            raise CellError("code")
        own = inactive and bool(reading.unit)  # --inactive-as '>50 uM', in any column
        unit = reading.unit if own else self._unit(at, reading)
        if unit is None:
            return None
        if measure.kind == "percent":
            return (number * 100 if measure.transform == "fraction" else number), bound
        if measure.kind == "number":
            return number, bound
        if measure.kind == "concentration" or own:
            bound = _FLIPPED[bound]  # a higher concentration means less potent
        return self._to_pactivity(at, number, unit, own), bound

    def _to_pactivity(self, at: int, number: float, unit: str, linear: bool) -> float:
        """Return the pActivity of a number of the column; ``linear``: it is a concentration."""
        measure = self.measure
        if measure.kind == "pactivity" and not linear:
            value = number if unit == "pActivity" else number - self._power(at, unit)
        elif measure.transform and not linear:
            tens = number / math.log(10) if measure.transform == "ln" else number
            value = -tens - self._power(at, unit)
        else:
            if number == 0:
                raise CellError("zero")
            if number < 0:
                raise CellError("negative")
            if unit not in MOLAR and unit not in MASS:
                raise CellError("unit")
            mass = unit in MASS
            value = (
                -math.log10(number) - self._power(at, unit) if mass else to_pactivity(number, unit)
            )
        if number == 0 and value == 0:  # 1 M: no assay measures that
            raise CellError("zero")
        if not PACTIVITY_RANGE[0] <= value <= PACTIVITY_RANGE[1]:
            raise CellError("out of range")
        return value

    def _power(self, at: int, unit: str) -> float:
        """Return log10 of a unit's factor to mol/L; a mass needs the row's molecular weight."""
        if unit not in MASS:
            return power_of_ten(unit)
        weight = self.rows.weight(at)
        if not weight:
            raise CellError("no weight")
        self.notes["mass"] += 1
        return power_of_ten(unit) - math.log10(weight)
