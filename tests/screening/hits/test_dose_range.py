"""Hits predicted beyond their dose series are told before the plates are made."""

from typing import Any

import pandas as pd
import pytest

from screening.hits.dose_range import tell_doses
from screening.objective.screen_settings import Screen

UNITS = {"activity_EGFR": "pActivity"}
EIGHT = {"top_uM": 10.0, "points": 8, "dilution": 3.0}
"""From 10 uM down to 0.0046 uM, pActivity 5.0 to 8.3."""


@pytest.mark.parametrize(
    ("lab", "values", "told"),
    [
        (EIGHT, [5.5, 7.0, 8.3], ""),
        (EIGHT, [9.0, 8.6, 4.8], "Doses: 2 stronger than the lowest and 1 weaker than the top of "),
        (EIGHT, [9.0, 7.0], "uM, EGFR pActivity 5.0 to 8.3) of 2 hits, as predicted"),
        ({**EIGHT, "points": 1}, [9.0, 4.0], ""),
        (EIGHT, [], ""),
    ],
)
def test_hits_beyond_the_doses_are_told(
    kinase: Screen, lab: dict[str, Any], values: list[float], told: str
) -> None:
    screen = kinase.changed(lab=lab)
    lines = list(tell_doses(pd.DataFrame({"EGFR": values}), screen, UNITS))
    assert told in "".join(lines)
    assert len(lines) == bool(told)
    assert not list(tell_doses(pd.DataFrame({"EGFR": values}), screen, {}))
