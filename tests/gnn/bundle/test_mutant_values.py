"""Values on mutants from predicted columns; none without compounds, none in older bundles."""

from types import SimpleNamespace

import numpy as np

from gnn.bundle.mutant_values import mutants_of
from gnn.card.mutant_card import MutantCard, MutantsCard
from tests.gnn.card.test_mutant_card import NUMBERS


def test_a_mutant_follows_its_wild_type_and_none_has_a_value_without_an_interval() -> None:
    mutants = (
        MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS),
        MutantCard(task="EGFR", mutation="L858R", compounds=3, numbers=None),
    )
    quality = {"error": 1.0, "wild_error": 1.1, "coverage": 0.9}
    known = MutantsCard(
        source="x", floor=5.0, compounds=24, series=20, values=9, mutants=mutants, **quality
    )
    bundle = SimpleNamespace(card=SimpleNamespace(name="activity", mutants=known))
    first, second = mutants_of(bundle)
    assert first.task == second.task == "activity_EGFR"
    wild = np.array([5.0, 8.0])
    found = first.values(wild, wild - 1, wild + 1)
    assert found is not None
    np.testing.assert_allclose(found.value, [5.0, 7.4])
    assert (found.low < found.value - 1).all()
    assert (found.high > found.value + 1).all()
    assert second.values(wild, wild - 1, wild + 1) is None


def test_an_older_bundle_has_none() -> None:
    bundle = SimpleNamespace(card=SimpleNamespace(name="activity", mutants=None))
    assert mutants_of(bundle) == ()
