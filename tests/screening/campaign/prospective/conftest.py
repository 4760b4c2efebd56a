"""A campaign of four events: a drift, bounds, a compound without a value, hostile names."""

from pathlib import Path

import numpy as np
import pytest

from tests.screening.campaign.prospective.simulate import (
    NAN,
    Kept,
    make_event,
    make_row,
    plates_of,
    write_campaign,
)

HOSTILE = "</title><script>alert(1)</script>\u202e=1+1"


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    errors = np.random.default_rng(2).normal(0, 1, 60)
    errors[40:] -= 2
    rows = plates_of(errors, 3)
    events = []
    for number in (1, 2, 3):
        own = [one.row for one in rows if one.event.number == f"{number:03d}"]
        own[3] = own[3]._replace(qualifier="<", value=5.0)
        events.append(Kept(make_event(number, run_name=HOSTILE), own))
    first = events[0].rows
    first[0] = first[0]._replace(compound_id=HOSTILE)
    first[1] = first[1]._replace(qualifier="", value=NAN, problem="no well that is used")
    pair = [make_row(rank, 6.0, 6.5, target=HOSTILE) for rank in (1, 2)]
    events.append(Kept(make_event(4, target=HOSTILE, task="activity_KDR"), pair))
    return write_campaign(tmp_path / "campaign", events)
