"""The two columns follow from those that bundles predict; without numbers there are none."""

from pathlib import Path

import numpy as np
import pytest

from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles
from gnn.bundle.inactivity_columns import inactivity_columns, inactivity_of
from gnn.calibration.inactivity import Inactivity
from gnn.card.inactivity_card import InactivityCard
from tests.conftest import MakeBundle

NUMBERS = Inactivity(level=6.0, mean=5.5, near=3.0, far=1.5, offset=1.0)


@pytest.fixture
def bundle(make_bundle: MakeBundle, tmp_path: Path) -> Bundle:
    card = make_bundle(tmp_path, "small", (("EGFR", "r"), ("JAK1", "r"))).card
    given = InactivityCard(level=6.0, mean=5.5, near=3.0, far=1.5, offset=1.0, rows=9, inactive=3)
    first = card.tasks[0].model_copy(update={"inactivity": given})
    write_card(tmp_path, card.model_copy(update={"tasks": (first, card.tasks[1])}))
    return load_bundle(tmp_path, card.featurizer)


def test_they_are_computed_from_the_predicted_columns(bundle: Bundle) -> None:
    predicted = {"small_EGFR": np.array([5.8, 7.0]), "small_EGFR_hi": np.array([7.2, 8.0])}
    known = inactivity_of([bundle])
    assert list(known) == ["small_EGFR"]
    assert known["small_EGFR"].numbers == NUMBERS
    found = inactivity_columns(known, predicted)
    assert list(found) == ["small_EGFR_p_inactive", "small_EGFR_if_active"]
    chance = NUMBERS.probability(predicted["small_EGFR"], None)  # the bundle has no domain
    np.testing.assert_array_equal(found["small_EGFR_p_inactive"], chance)
    assert chance[0] > 0.8
    assert chance[1] < 0.2


@pytest.mark.parametrize("name", shipped_bundles())
def test_a_card_without_the_numbers_has_no_such_columns(name: str) -> None:
    """Today's bundles get them when they are trained next."""

    class Read:
        card = read_card(find_bundle(name))
        domain = None

    expected = {f"{name}_{task.name}" for task in Read.card.tasks if task.inactivity is not None}
    assert set(inactivity_of([Read()])) == expected
    without = Read.card.model_dump(mode="json")
    for task in without["tasks"]:
        task.pop("inactivity")
    assert "inactivity" in without
    del without["inactivity"]
    Read.card = type(Read.card).model_validate(without)
    assert inactivity_of([Read()]) == {}
