"""Where a bundle's domain ends: what is shown is what decides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.card.domain_card import FARTHEST, DomainCard
from screening.objective.objective import beyond
from screening.objective.screen_settings import Limit
from screening.text.applicability import outside_of


def domain(limit: float) -> DomainCard:
    return DomainCard(compounds=3, limit=limit, thirds=(0.1, 0.2), unit="", errors=())


@pytest.mark.parametrize(
    ("limit", "edge"),
    [(0.6393, 0.63), (0.63, 0.63), (0.58, 0.58), (0.7027, 0.7), (0.7463, 0.7), (1.0, 0.7), (0, 0)],
)
def test_its_edge_has_two_decimals_and_is_never_far(limit: float, edge: float) -> None:
    assert domain(limit).edge == edge


@given(limit=st.floats(0, 1), distance=st.floats(0, 1, width=32))
def test_a_filter_written_with_two_decimals_takes_who_is_outside(
    limit: float, distance: float
) -> None:
    edge = domain(limit).edge
    written = float(f"{edge:.2f}")
    assert written == edge
    frame = pd.DataFrame({"x_distance": np.array([distance], np.float32)})
    taken = beyond(frame, pd.DataFrame(), Limit("max_x_distance", "max", "x_distance", written))
    found = outside_of({"x_distance": frame["x_distance"][0]}, {"x_distance": edge})
    assert taken.tolist() == [bool(found)]
    assert edge <= FARTHEST
    assert edge <= limit + 1e-9
