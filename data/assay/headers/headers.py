"""Parses the header of an assay's column: quantity, transform, unit, condition and statistic.

``Inhibition at 20 uM (%)`` is an inhibition in per cent under the condition "20 µM"; ``log IC50
(nM)`` is the logarithm of nanomolar; a solubility at 50 µM is no potency. ``Header.doubt`` says
what a header leaves open, or the cells decide (:mod:`data.assay.cells.ambiguous_measure`).
"""

import re
from typing import Literal, NamedTuple

from data.assay.headers import words as W
from data.assay.headers.effects import Direction, Dose, find_direction, find_effect, take_doses
from data.assay.headers.spelling import (
    Transform,
    clean,
    take_transform,
    task_name,
    tokens_of,
    unit_of,
)
from data.assay.headers.units import find_lost_sign
from data.assay.headers.unusable_headers import AMOUNT, find_no_value

MeasureKind = Literal["concentration", "pactivity", "percent", "class", "number"]
Role = Literal["value", "generic", "relation", "unit", "type", "flag", "comment", "dose", "other"]


class Header(NamedTuple):
    """The parts of a header."""

    column: str
    role: Role
    """``generic``: a value for which the header names no quantity (``Value``, ``Result``)."""
    reason: str = ""
    """For ``other``: the reason why the column is no measurement."""
    kind: MeasureKind = "number"
    quantity: str = ""
    """As written: ``IC50``; for per cent: ``inhibition``."""
    transform: Transform = ""
    unit: str = ""
    """A key of ``MOLAR`` or ``MASS``, ``pActivity``, ``%``, or empty if the header has none."""
    condition: str = ""
    """Condition of the measurement: ``10 µM``, ``72 h``."""
    direction: Direction = "up"
    task: str = ""
    name: tuple[str, ...] = ()
    """Further words, in lower case: a target, a cell line."""
    replicate: str = ""
    """Number of a replicate, directly after the quantity or a word such as ``rep``."""
    mean: bool = False
    """True if the header says that it is a mean or a median."""
    doubt: str = ""
    """Reason why the column cannot be read without asking."""


_SCALED = re.compile(
    r"(?:[*×·/]|(?<![A-Za-z])x)\s*1(?:0+(?![.\d])|0\s*\^?\s*[-−]?\d|e[+-]?\d)", re.I
)
_BARE_POWER = re.compile(r"(?<![^\W_])\d*E[\s_]*[-−+][\s_]*\d+(?=[\s_]*M(?![^\W_]))", re.I)
"""``E-9 M``, ``10E-6 M``: nanomolar, or 10 µM."""
_NUMBERED = re.compile(r"(rep|run|exp|n|replicate|trial)(\d{1,2})")
_LOST_IN_DOSE = re.compile(r"(?<=\d)\s*[?\ufffd](?=M(?![A-Za-z]))")
"""A lost ``µ`` in a condition, which is only reported."""


class _Words(NamedTuple):
    """The words of a header by their meaning."""

    tokens: list[str]
    doses: list[Dose]
    transform: Transform
    odd: str
    """Oddity of its logarithm or its units, or empty."""
    units: list[str]
    quantities: list[str]
    logarithms: list[str]
    """Quantities that are a −log10: pIC50."""

    @property
    def lowered(self) -> set[str]:
        return {token.lower() for token in self.tokens}


def understand(column: str) -> Header:
    """Return the meaning of a header.

    >>> understand("EGFR IC50 (nM)").unit, understand("Inhibition at 20 uM").condition
    ('nM', '20 µM')
    >>> understand("log IC50 (nM)").transform, understand("IC50 SD (nM)").reason
    ('log10', 'a statistic, not the value')
    """
    transform, text, odd = take_transform(_LOST_IN_DOSE.sub("u", clean(column)))
    doses, text = take_doses(text)
    tokens = tokens_of(text)
    found = {token.lower() for token in tokens}
    if (beside := _beside(column, tokens, found)) is not None:
        return beside
    if reason := find_no_value(text, found):
        return Header(column, "other", reason)
    lost = find_lost_sign(column)
    if lost and not doses:
        odd = f"the first sign of the unit {lost!r} was lost, perhaps a µ"
    words = _sort_words(tokens, doses, transform, odd)
    replicate, mean = _replicate(tokens)
    header = Header(
        column,
        "value",
        condition=", ".join(dose.text for dose in doses),
        name=_further_words(tokens, replicate),
        replicate=replicate,
        mean=mean,
    )
    if not words.logarithms and not words.quantities:
        return _without_quantity(header, words, text)
    if any(dose.power and not dose.at for dose in doses) and not words.units:
        words = words._replace(units=[dose.unit for dose in doses if dose.power])
        header = header._replace(condition="")
    return _potency(header, words)


def _sort_words(tokens: list[str], doses: list[Dose], transform: Transform, odd: str) -> _Words:
    logarithms = [token for token in tokens if W.PACTIVITY.fullmatch(token)]
    quantities = [t for t in tokens if W.QUANTITY.fullmatch(t) and t not in logarithms]
    exact = [t for t in quantities if t.lower() not in ("potency", "affinity")]
    quantities = exact or quantities[-1:]
    units = list(dict.fromkeys(unit for token in tokens if (unit := unit_of(token))))
    if set(logarithms) <= W.ENZYME_NAMES and (quantities or units):
        logarithms = []  # the kinase
    return _Words(tokens, doses, transform, odd, units, quantities, logarithms)


def _further_words(tokens: list[str], replicate: str) -> tuple[str, ...]:
    """Return the words other than quantity, unit and statistic: a target, a cell line."""
    return tuple(
        word
        for word in map(str.lower, tokens)
        if not W.QUANTITY.fullmatch(word)
        and not W.PACTIVITY.fullmatch(word)
        and not unit_of(word)
        and word not in W.GENERIC | W.MEAN | W.REPLICATE | W.PERCENT
        and word != replicate
        and not _NUMBERED.fullmatch(word)
    )


def _without_quantity(header: Header, words: _Words, text: str) -> Header:
    """Return the header of a column that names no potency: per cent, a dose, classes, others."""
    found, doses, units = words.lowered, words.doses, words.units
    reason = W.find_reason(found, W.OTHER_QUANTITY)
    effect = find_effect(found, bool(doses))
    if reason and not found & (W.LOSS | W.LEFT) and not (effect and doses and found & W.LEFT_OF):
        return Header(header.column, "other", f"{reason}, no potency", condition=header.condition)
    if effect is not None and not units:
        return _percent(header, found, effect, doses, text)
    if found & W.DOSE and not found & W.LOSS:
        return Header(
            header.column, "dose", "a tested concentration", unit=units[0] if units else ""
        )
    if [unit for unit in units if unit != "M" or words.transform]:
        if effect is not None and found & (W.LOSS | W.LEFT | W.LEFT_OF | W.PERCENT):
            odd = "its header names both an effect and a unit of concentration"
            words = words._replace(odd=odd)
        return _potency(header, words)
    return _without_unit(header, words)


def _without_unit(header: Header, words: _Words) -> Header:
    """Return the header of a column that names neither a quantity nor a unit."""
    column, tokens, found = header.column, words.tokens, words.lowered
    if found & W.PERCENT:
        return Header(column, "other", "per cent of an unknown quantity")
    if tokens and (tokens[-1].lower() in W.CLASS or "active" in found):
        return header._replace(kind="class", quantity="class", task=task_name(column))
    plain = W.GENERIC | W.MEAN | W.REPLICATE
    if found & (W.GENERIC | W.MEAN) and found - {header.replicate} <= plain | W.PLAIN:
        return header._replace(role="generic", quantity=tokens[-1], task=task_name(column))
    if words.transform:
        return Header(column, "other", "a logarithm of an unknown quantity")
    return Header(column, "other", "not recognized", name=header.name)


def _beside(column: str, tokens: list[str], found: set[str]) -> Header | None:
    """Return the header of a column that stands beside a value: its relation, its unit."""
    roles: list[tuple[Role, set[str], str]] = [
        ("comment", W.COMMENT, "a comment"),
        ("relation", W.RELATION, "a relation that belongs to no value in use"),
        ("unit", W.UNIT, "a unit that belongs to no value in use"),
        ("type", W.TYPE, "a type that belongs to no value in use"),
        ("flag", W.FLAG_BAD | W.FLAG_GOOD, "a flag"),
    ]
    for role, known, reason in roles:
        if role == "type" and not found & {"type", "typ"} and found & W.GENERIC:
            continue  # Endpoint Value
        if found & known:
            name = tuple(token.lower() for token in tokens if token.lower() not in known)
            return Header(column, role, reason, name=name)
    return None


def _replicate(tokens: list[str]) -> tuple[str, bool]:
    """Return the number of a replicate, and whether the header says mean."""
    words = [token.lower() for token in tokens]
    index = ""
    for before, word, behind in zip(["", *words], words, [*words[1:], ""], strict=False):
        glued = _NUMBERED.fullmatch(word)
        if glued:
            index = glued[2]
        after = W.REPLICATE | W.LOSS | W.LEFT | W.GENERIC | W.PERCENT | W.LEFT_OF | W.UNSAID
        last = not behind or unit_of(behind) or behind in W.PERCENT | W.MEAN | W.LOSS | W.LEFT
        if (
            word.isdigit()
            and len(word) <= 2
            and last
            and (
                before in after
                or W.QUANTITY.fullmatch(before)
                or W.PACTIVITY.fullmatch(before)
                or unit_of(before)
            )
        ):
            index = word
    return index, bool(set(words) & W.MEAN)


def _potency(header: Header, words: _Words) -> Header:
    tokens, quantities, transform = words.tokens, words.quantities, words.transform
    unit = words.units[-1] if words.units else ""
    plain = W.FRACTION | {"at", "bei", "in"} | (W.GENERIC - {"y"} if quantities else set())
    chosen = [
        t
        for t in tokens
        if not unit_of(t) and t != "%" and t not in quantities and t.lower() not in plain
    ]
    named = [*chosen, *(f"p{each}" for each in quantities)]
    header = header._replace(doubt=_doubt_of_potency(header.column, words))
    if not words.logarithms and transform != "-log10":
        return header._replace(
            kind="concentration",
            quantity=quantities[-1] if quantities else "",
            transform=transform,
            unit=unit,
            task="_".join(named) or "pActivity",
        )
    quantity = (words.logarithms or quantities or ["activity"])[-1]
    header = header._replace(kind="pactivity", quantity=quantity)
    if words.logarithms and transform != "-log10":
        # pIC50 (nM): usually −log10(molar) of a nanomolar value; the cells decide.
        is_molar = unit in ("", "M")
        return header._replace(
            transform="" if is_molar else "-log10",
            unit="pActivity" if is_molar else unit,
            task="_".join(chosen),
        )
    if unit == "M" or (words.logarithms and not unit):
        unit = "pActivity"
    names = chosen if words.logarithms else named if quantities else [*chosen, "pActivity"]
    return header._replace(transform="-log10", unit=unit, task="_".join(names) or "pActivity")


def _doubt_of_potency(column: str, words: _Words) -> str:
    """Return why a potency cannot be read without asking, the most serious reason first."""
    units, doses, quantities = words.units, words.doses, words.quantities
    if words.logarithms and words.transform not in ("", "-log10"):
        return "its header names both a −log10 and a logarithm"
    unclear = [dose for dose in doses if not dose.at and dose.unit and not dose.power]
    if unclear and not units and not words.logarithms:
        return f"{unclear[0].text!r} may be a unit, or the dose of another quantity"
    amounts = [token for token in words.tokens if AMOUNT.fullmatch(token)]
    if amounts and not units:
        return f"{amounts[0]} is an amount, perhaps per litre"
    if len({quantity.lower() for quantity in quantities}) > 1:
        return f"its header names {' and '.join(quantities)}"
    if "%" in words.tokens:
        return "its header names both a concentration and per cent"
    scaled = _SCALED.search(column) and not any(dose.power for dose in doses)
    at = any(dose.at for dose in doses)
    if scaled or (_BARE_POWER.search(column) and not at and not words.logarithms):
        return "its header names a power of ten"
    return f"its header names two units, {' and '.join(units)}" if len(units) > 1 else words.odd


def _percent(header: Header, found: set[str], effect: str, doses: list[Dose], text: str) -> Header:
    direction, doubt = find_direction(found, effect, doses)
    if found & W.DOSE_NAMES and not (doses or found & (W.PERCENT | {"single", "sp"})):
        doubt = "its header names both an effect and a concentration, which needs its unit"
    if found <= W.PERCENT | W.SOLVENT and not doses and not re.search(r"\bof\b", text):
        doubt = "per cent may be that of the solvent in the well, or what is left beside it"
    fraction = bool(found & W.FRACTION) and not found & W.PERCENT
    return header._replace(
        kind="percent",
        quantity=effect,
        transform="fraction" if fraction else "",
        unit="%" if found & W.PERCENT or fraction else "",
        direction=direction,
        task=task_name(header.column),
        doubt=doubt,
    )
