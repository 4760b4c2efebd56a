"""Each event is predicted from the results of earlier events only."""

import numpy as np
import pytest

from gnn.bundle.bundle import Bundle
from gnn.candidates.candidates import MOVED, RETRAINED, Candidates
from gnn.candidates.foresee import BASE, CURRENT, foresee
from gnn.candidates.own_measured import Result
from tests.gnn.candidates.conftest import SHIFT

pytestmark = pytest.mark.slow


def test_each_event_is_foreseen_from_earlier_ones(base: Bundle, results: list[Result]) -> None:
    candidates = Candidates(base, results)
    later = foresee(candidates, None, 0, results)
    assert later.not_made == {}
    assert later.told == (
        "of 8 results 4 are compared; the others: 4 of the first event of their target"
    )
    assert set(later.models) == {BASE, CURRENT, MOVED, RETRAINED}
    errors = {name: np.abs(later.measured - one.value) for name, one in later.models.items()}
    assert errors[BASE] == pytest.approx(SHIFT, abs=1e-3)
    assert errors[CURRENT].tolist() == errors[BASE].tolist()
    assert errors[MOVED].mean() < 0.8
    assert errors[RETRAINED].mean() < 0.9
    # Later values change nothing: each event is foreseen from earlier ones alone.
    changed = [one._replace(value=one.value - 3.0 * one.event) for one in results]
    again = foresee(candidates, None, 0, changed)
    for name, one in later.models.items():
        assert again.models[name].value.tobytes() == one.value.tobytes(), name


def test_repeated_compounds_bounds_and_what_the_current_model_knows_do_not_count(
    base: Bundle, results: list[Result]
) -> None:
    changed = [
        one._replace(bound=1) if at == 4 else one._replace(repeated=at == 5)
        for at, one in enumerate(results)
    ]
    later = foresee(Candidates(base, []), None, 2, changed)
    assert len(later.measured) == 2
    assert later.left_out["bounds"] == 1
    assert later.left_out["of compounds that an earlier event has"] == 1
    assert np.isnan(later.models[CURRENT].value).all()
    assert np.isfinite(later.models[MOVED].value).all()
