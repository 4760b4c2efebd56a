"""What the header of an assay column says: quantity, transform, unit, condition and statistic.

``Inhibition at 20 uM (%)`` is an inhibition in per cent under the condition "20 µM"; ``log IC50
(nM)`` is the logarithm of nanomolar; a solubility at 50 µM is no potency. What a header leaves
open is said in ``Header.doubt`` or left to the cells (:mod:`data.assay.cells.settle`).
"""

import re
from typing import Literal, NamedTuple

from data.assay.headers import words as W
from data.assay.headers.effects import Direction, Dose, find_direction, find_effect, take_doses
from data.assay.headers.ratios import is_ratio
from data.assay.headers.spelling import (
    Transform,
    clean,
    take_transform,
    task_name,
    tokens_of,
    unit_of,
)
from data.assay.headers.units import find_lost_sign, is_other_unit

MeasureKind = Literal["concentration", "pactivity", "percent", "class", "number"]
Role = Literal["value", "generic", "relation", "unit", "type", "flag", "comment", "dose", "other"]


class Header(NamedTuple):
    """A header, taken apart."""

    column: str
    role: Role
    """``generic``: a value of which the header names no quantity (``Value``, ``Result``)."""
    reason: str = ""
    """Of ``other``: why the column is no measurement."""
    kind: MeasureKind = "number"
    quantity: str = ""
    """As written: ``IC50``; of per cent: ``inhibition``."""
    transform: Transform = ""
    unit: str = ""
    """A key of ``MOLAR`` or ``MASS``, ``pActivity``, ``%``, or empty where the header has none."""
    condition: str = ""
    """``10 µM``, ``72 h``: under what it was measured."""
    direction: Direction = "up"
    task: str = ""
    name: tuple[str, ...] = ()
    """Further words, in lower case: a target, a cell line."""
    replicate: str = ""
    """Number of a replicate, straight after the quantity or a word such as ``rep``."""
    mean: bool = False
    """The header says that it is a mean or a median."""
    doubt: str = ""
    """Why the column cannot be read without asking."""


_RATE = re.compile(r"(?:M|s|min)\^?\s*-1\b")
_SCALED = re.compile(
    r"(?:[*×·/]|(?<![A-Za-z])x)\s*1(?:0+(?![.\d])|0\s*\^?\s*[-−]?\d|e[+-]?\d)", re.I
)
_BARE_POWER = re.compile(r"(?<![^\W_])\d*E[\s_]*[-−+][\s_]*\d+(?=[\s_]*M(?![^\W_]))", re.I)
"""``E-9 M``, ``10E-6 M``: nanomolar, or 10 µM."""
_NUMBERED = re.compile(r"(rep|run|exp|n|replicate|trial)(\d{1,2})")
_AMOUNT = re.compile(r"[munp]?mol", re.IGNORECASE)
"""An amount, where an amount in a litre is meant perhaps."""
_LOST_IN_DOSE = re.compile(r"(?<=\d)\s*[?\ufffd](?=M(?![A-Za-z]))")
"""Of a condition, which is only told."""
_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")


def understand(column: str) -> Header:
    """Return what a header says.

    >>> understand("EGFR IC50 (nM)").unit, understand("Inhibition at 20 uM").condition
    ('nM', '20 µM')
    >>> understand("log IC50 (nM)").transform, understand("IC50 SD (nM)").reason
    ('log10', 'a statistic, not the value')
    """
    text = clean(column)
    transform, text, odd_log = take_transform(_LOST_IN_DOSE.sub("u", text))
    doses, text = take_doses(text)
    tokens = tokens_of(text)
    lowered = [token.lower() for token in tokens]
    found = set(lowered)
    early = _beside(column, tokens, found) or _no_value(column, text, found)
    if early is not None:
        return early
    lost = find_lost_sign(column)
    if lost and not doses:
        odd_log = f"the first sign of the unit {lost!r} was lost, µ perhaps"
    p_tokens = [token for token in tokens if W.PACTIVITY.fullmatch(token)]
    quantities = [t for t in tokens if W.QUANTITY.fullmatch(t) and t not in p_tokens]
    exact = [t for t in quantities if t.lower() not in ("potency", "affinity")]
    quantities = exact or quantities[-1:]
    units = list(dict.fromkeys(unit for token in tokens if (unit := unit_of(token))))
    if p_tokens and set(p_tokens) <= W.ENZYME_NAMES and (quantities or units):
        p_tokens = []  # the kinase
    replicate, mean = _replicate(tokens)
    header = Header(column, "value", condition=_say(doses), replicate=replicate, mean=mean)
    name = tuple(
        word
        for word in lowered
        if not W.QUANTITY.fullmatch(word)
        and not W.PACTIVITY.fullmatch(word)
        and not unit_of(word)
        and word not in W.GENERIC | W.MEAN | W.REPLICATE | W.PERCENT
        and word != header.replicate
        and not _NUMBERED.fullmatch(word)
    )
    header = header._replace(name=name)
    if p_tokens or quantities:
        if any(dose.power and not dose.at for dose in doses) and not units:
            units = [dose.unit for dose in doses if dose.power]
            header = header._replace(condition="")
        return _potency(header, tokens, p_tokens, quantities, units, transform, odd_log, doses)
    reason = W.find_reason(found, W.OTHER_QUANTITY)
    effect = find_effect(found, bool(doses))
    if reason and not found & (W.LOSS | W.LEFT) and not (effect and doses and found & W.LEFT_OF):
        return Header(column, "other", f"{reason}, no potency", condition=header.condition)
    if effect is not None and not units:
        return _percent(header, found, effect, doses, text)
    if found & W.DOSE and not found & W.LOSS:
        return Header(column, "dose", "a tested concentration", unit=units[0] if units else "")
    if [unit for unit in units if unit != "M" or transform]:
        if effect is not None and found & (W.LOSS | W.LEFT | W.LEFT_OF | W.PERCENT):
            odd_log = "its header names both an effect and a unit of concentration"
        return _potency(header, tokens, [], [], units, transform, odd_log, doses)
    if found & W.PERCENT:
        return Header(column, "other", "per cent of an unknown quantity")
    if tokens and (lowered[-1] in W.CLASS or "active" in found):
        return header._replace(kind="class", quantity="class", task=task_name(column))
    plain = W.GENERIC | W.MEAN | W.REPLICATE
    if found & (W.GENERIC | W.MEAN) and found - {header.replicate} <= plain | W.PLAIN:
        return header._replace(role="generic", quantity=tokens[-1], task=task_name(column))
    if transform:
        return Header(column, "other", "a logarithm of an unknown quantity")
    return Header(column, "other", "no known quantity", name=name)


def _say(doses: list[Dose]) -> str:
    return ", ".join(dose.text for dose in doses)


def _beside(column: str, tokens: list[str], found: set[str]) -> Header | None:
    """Return the header of a column that stands beside a value: its relation, its unit."""
    roles: list[tuple[Role, set[str], str]] = [
        ("comment", W.COMMENT, "a comment"),
        ("relation", W.RELATION, "a relation, which no value that is used has"),
        ("unit", W.UNIT, "a unit, which no value that is used has"),
        ("type", W.TYPE, "a type, which no value that is used has"),
        ("flag", W.FLAG_BAD | W.FLAG_GOOD, "a flag"),
    ]
    for role, known, reason in roles:
        if role == "type" and not found & {"type", "typ"} and found & W.GENERIC:
            continue  # Endpoint Value
        if found & known:
            name = tuple(token.lower() for token in tokens if token.lower() not in known)
            return Header(column, role, reason, name=name)
    return None


def _no_value(column: str, text: str, words: set[str]) -> Header | None:
    """Return the header of a column that is no value whatever quantity it names."""
    potency = any(W.QUANTITY.fullmatch(word) or W.PACTIVITY.fullmatch(word) for word in words)
    odd = words - {"fit"}
    if words & W.LOSS and words & (W.PERCENT | {"at"}):
        odd -= {"ratio"}  # inhibition ratio (%)
    reason = W.find_reason(odd, W.NO_VALUE)
    if words & {"low", "high", "min", "max", "lo", "hi"} and potency:
        reason = "a limit of the value"
    if "n" in words and words & W.REPLICATE - {"n"}:
        reason = ""
    if "95" in words and "%" in words and "ci" in words:
        reason = "a statistic, not the value"
    if reason:
        return Header(column, "other", reason)
    if is_ratio(text, potency):
        return Header(column, "other", "a ratio, not a potency")
    if _RATE.search(text):
        return Header(column, "other", "a rate constant, no potency")
    if re.search(r"(?<![^\W_])1\s*/\s*[A-Za-z]|\^-1", text) and potency:
        return Header(column, "other", "a reciprocal, not a potency")
    strange: list[str] = [one for one in _BRACKET.findall(text) if is_other_unit(one)]
    strange += [word for word in sorted(words) if "/" in word and is_other_unit(word)]
    strange += [word for word in sorted(words & W.SIGNALS) if potency]
    if potency:  # IC50 (uMol): asked
        strange = [one for one in strange if not _AMOUNT.fullmatch(one.strip())]
    if strange:
        return Header(column, "other", f"{strange[0].strip()} is no molar unit")
    return None


def _replicate(tokens: list[str]) -> tuple[str, bool]:
    """Return the number of a replicate and whether the header says mean."""
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


def _potency(
    header: Header,
    tokens: list[str],
    p_tokens: list[str],
    quantities: list[str],
    units: list[str],
    transform: Transform,
    odd: str,
    doses: list[Dose],
) -> Header:
    doubt = f"{odd}" if odd else ""
    if len(units) > 1:
        doubt = f"its header names two units, {' and '.join(units)}"
    scaled = _SCALED.search(header.column) and not any(d.power for d in doses)
    at = any(dose.at for dose in doses)
    if scaled or (_BARE_POWER.search(header.column) and not at and not p_tokens):
        doubt = "its header names a power of ten"
    if "%" in tokens:
        doubt = "its header names both a concentration and per cent"
    if len({quantity.lower() for quantity in quantities}) > 1:
        doubt = f"its header names {' and '.join(quantities)}"
    amounts = [token for token in tokens if _AMOUNT.fullmatch(token)]
    if amounts and not units:
        doubt = f"{amounts[0]} is an amount, perhaps of a litre"
    unclear = [dose for dose in doses if not dose.at and dose.unit and not dose.power]
    if unclear and not units and not p_tokens:
        doubt = f"{unclear[0].text!r} may be a unit, or the dose of another quantity"
    unit = units[-1] if units else ""
    chosen = [t for t in tokens if not unit_of(t) and t != "%" and t not in quantities]
    chosen = [t for t in chosen if t.lower() not in W.FRACTION | {"at", "bei", "in"}]
    if quantities:
        chosen = [t for t in chosen if t.lower() not in W.GENERIC - {"y"}]
    if p_tokens or transform == "-log10":
        quantity = (p_tokens or quantities or ["activity"])[-1]
        names = chosen if p_tokens else [*chosen, *(f"p{each}" for each in quantities)]
        if not quantities and not p_tokens:
            names = [*chosen, "pActivity"]
        if p_tokens and transform not in ("", "-log10"):
            doubt = "its header names both a −log10 and a logarithm"
        header = header._replace(kind="pactivity", quantity=quantity)
        stated = "pActivity" if not unit or unit == "M" else unit
        if p_tokens and transform != "-log10":
            # pIC50 (nM): mostly −log10(molar) of a nanomolar value; the cells decide.
            return header._replace(
                transform="-log10" if stated != "pActivity" else "",
                unit=stated,
                task="_".join(names),
                doubt=doubt,
            )
        return header._replace(
            transform="-log10",
            unit=unit if unit not in ("", "M") else ("pActivity" if unit or p_tokens else ""),
            task="_".join(names) or "pActivity",
            doubt=doubt,
        )
    named = [*chosen, *(f"p{each}" for each in quantities)]
    return header._replace(
        kind="concentration",
        quantity=quantities[-1] if quantities else "",
        transform=transform,
        unit=unit,
        task="_".join(named) or "pActivity",
        doubt=doubt,
    )


def _percent(header: Header, found: set[str], effect: str, doses: list[Dose], text: str) -> Header:
    direction, doubt = find_direction(found, effect, doses)
    if found & W.DOSE_NAMES and not (doses or found & (W.PERCENT | {"single", "sp"})):
        doubt = "its header names both an effect and a concentration, which needs its unit"
    if found <= W.PERCENT | W.SOLVENT and not doses and not re.search(r"\bof\b", text):
        doubt = "per cent may be of the solvent in the well, or of what is left beside the solvent"
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
