"""Finds an effect in per cent in an assay's header, and the conditions of the measurement.

An effect has a direction: a larger number is more effect, or less. Conditions are doses
(``@ 10 µM``), times (``72 h``), temperatures and pH.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from data.assay.headers import words as W
from data.assay.headers.units import find_mass_unit, find_molar_unit

_UNIT = (
    r"(?:[munpf]?mol(?:es)?/[mu]?l|[munpf]g/m?l|mcg/ml|(?:micro|nano|pico|milli)molar|[munpf]M|M)"
)
_NUMBER = r"\d+(?:[.,]\d+)?(?:e[+-]?\d+)?"
_POWER_NUMBER = rf"(?:{_NUMBER}\s*[x*]\s*)?10\s*\^?\s*-\d+"
_AT = r"(?:@|(?<![^\W_])(?:at|bei|with|a)(?![^\W_]))[\s_]*"
_DOSE = re.compile(
    rf"(?P<at>{_AT})?(?<![^\W_])(?<![.,])(?P<number>{_POWER_NUMBER}|{_NUMBER})"
    rf"[\s_-]*(?P<unit>{_UNIT})(?![^\W_])",
    re.IGNORECASE,
)
_BARE_DOSE = re.compile(
    rf"(?:@|(?<![^\W_])at(?![^\W_]))[\s_]*(?P<number>{_NUMBER})(?![^\W_])", re.IGNORECASE
)
_POWER = re.compile(r"(?:1\s*[x*]\s*)?10\s*\^?\s*-(\d+)|1e-0?(\d+)", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![^\W_.])\d+(?:\.\d+)?[\s_-]*(?:hours?|hrs?|h|min|days?|d|°\s?C)(?![^\W_])"
    r"|(?<![^\W_])\d\d\s?C(?![^\W_])"
)
_PH = re.compile(r"(?:(?<![^\W_])at\s+)?(?<![^\W_])pH[\s_=]*\d+(?:\.\d+)?")
_POWERS = {3: "mM", 6: "µM", 9: "nM", 12: "pM"}
_DURATION = re.compile(r"[\d.]+[\s_-]*(?:hours?|hrs?|h|min|days?|d)")
Direction = Literal["up", "down"]


class Dose(NamedTuple):
    """A condition that a header names."""

    text: str
    at: bool
    """True if the header says at, or @."""
    unit: str
    """Unit of a dose; for a power of ten, the unit that it makes: ``10-6 M`` is µM."""
    power: bool
    """True for ``10-6 M``, which may be a unit."""


def take_doses(text: str) -> tuple[list[Dose], str]:
    """Return the conditions in a header, and the text without them.

    >>> take_doses("% inh @ 10 uM")[0][0].text, take_doses("MCF-7 uM")[0]
    ('10 µM', [])
    """
    doses: list[Dose] = []

    def take(match: re.Match[str]) -> str:
        dose = _read(match, text)
        if dose is None:
            return match[0].replace(match["number"], f"{match['number']} ", 1)
        doses.append(dose)
        return " ; "

    def take_time(match: re.Match[str]) -> str:
        doses.append(Dose(match[0].strip(), True, "", False))
        return " ; "

    def take_bare(match: re.Match[str]) -> str:
        doses.append(Dose(match["number"], True, "", False))
        return " ; "

    left = _DOSE.sub(take, text)
    for pattern in (_TIME, _PH):
        left = pattern.sub(take_time, left)
    return doses, _BARE_DOSE.sub(take_bare, left)


def _read(match: re.Match[str], text: str) -> Dose | None:
    number, at = match["number"].strip(), bool(match["at"])
    unit = find_molar_unit(match["unit"]) or find_mass_unit(match["unit"])
    if unit is None or (unit == "M" and not at and "-" not in number and "." not in number):
        return None
    name = re.search(r"([A-Za-z]+)-$", text[: match.start()])
    if name and not at and name[1].lower() not in W.LOSS | W.LEFT | W.LEFT_OF:
        return None  # MCF-7 µM
    power = _POWER.fullmatch(number)
    scaled = _POWERS.get(int(power[1] or power[2]), "") if power else ""
    is_power = bool(scaled) and unit == "M"
    return Dose(f"{number} {unit}", at, scaled if is_power else unit, is_power)


def find_effect(found: set[str], dosed: bool) -> str | None:
    """Return the word of an effect measured in per cent; ``dosed``: there is a condition."""
    told = bool(found & (W.PERCENT | W.FRACTION)) or dosed
    for known, always in (
        (W.LOSS, True),
        (W.LEFT, True),
        (W.GAIN, False),
        (W.LEFT_OF, False),
        (W.UNSAID, False),
    ):
        if found & known and (always or told):
            return sorted(found & known)[0]
    if told and found & {"pi", "gi"}:
        return "inhibition"
    return None


def find_direction(found: set[str], effect: str, doses: Sequence[Dose]) -> tuple[Direction, str]:
    """Return whether more is more effect, and a question about it, or an empty text."""
    left_over = found & W.LEFT_BEHIND and not found & W.LEFT_OF_WHAT
    if found & W.STABILITY and not found & (W.LEFT - W.LEFT_BEHIND):
        return "up", ""  # the compound itself remains
    if left_over and found & W.COMPOUND:
        return "up", ""
    if found & W.LOSS or effect == "inhibition" or found & W.GAIN:
        return "up", ""
    if left_over:
        timed = any(_DURATION.fullmatch(dose.text) for dose in doses)
        if timed and not any(dose.unit for dose in doses):
            return "down", (
                f"per cent {effect} after a time may be that of the compound (a stability, more is "
                "better) or that of an activity that it inhibits"
            )
    if found & (W.LEFT | W.LEFT_OF) and not found & {"positive", "pos"}:
        return "down", ""
    return "up", (
        f"per cent {effect} may be what is left (an inhibitor lowers it) or what is gained"
    )
