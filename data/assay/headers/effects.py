"""Effects in per cent: which word of a header names one, and whether more of it is more effect."""

import re
from collections.abc import Sequence
from typing import Literal

from data.assay.headers import words as W
from data.assay.headers.doses import Dose

Direction = Literal["up", "down"]
_TIME = re.compile(r"[\d.]+[\s_-]*(?:hours?|hrs?|h|min|days?|d)")


def find_effect(found: set[str], dosed: bool) -> str | None:
    """Return the word of an effect that is measured in per cent; ``dosed``: under a condition."""
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
    """Return whether more is more effect, and why that must be asked, or an empty text."""
    left_over = found & W.LEFT_BEHIND and not found & W.LEFT_OF_WHAT
    if found & W.STABILITY and not found & (W.LEFT - W.LEFT_BEHIND):
        return "up", ""  # what remains of the compound itself
    if left_over and found & W.COMPOUND:
        return "up", ""
    if found & W.LOSS or effect == "inhibition" or found & W.GAIN:
        return "up", ""
    if left_over:
        timed = any(_TIME.fullmatch(dose.text) for dose in doses)
        if timed and not any(dose.unit for dose in doses):
            return "down", (
                f"per cent {effect} after a time may be of the compound (a stability, more is "
                "better) or of an activity that it inhibits"
            )
    if found & (W.LEFT | W.LEFT_OF) and not found & {"positive", "pos"}:
        return "down", ""
    return "up", (
        f"per cent {effect} may be what is left (an inhibitor lowers it) or what is gained"
    )
