"""What was measured of a hit itself, on every target of the panel."""

import numpy as np
import pytest

from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import SHIPPED, read_card
from screening.evidence.evidence import OwnValue
from screening.evidence.neighbours import SameMeasured
from screening.evidence.own_values import find_own_values
from screening.score.target_panel import bundle_panel

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
CAFFEINE = "Cn1c(=O)c2c(ncn2C)n(C)c1=O"


@pytest.fixture(scope="module")
def activity() -> Bundle:
    card = read_card(SHIPPED / "activity")
    return load_bundle(SHIPPED / "activity", card.featurizer, surrogate=False)


def test_gefitinib_has_its_own_values_and_no_other(activity: Bundle) -> None:
    drug, other = find_own_values([GEFITINIB, CAFFEINE], [activity], bundle_panel(activity))
    assert other == {}
    measured = activity.measured_compounds
    assert measured is not None
    (compound,) = np.flatnonzero(measured.smiles == GEFITINIB)
    assert len(drug) == (measured.rows == compound).sum() == 183
    assert drug["activity_ERBB2"] == (OwnValue(6.28881),)
    assert {one.relation for values in drug.values() for one in values} == {"=", "<"}


def test_without_a_panel_there_are_none(activity: Bundle) -> None:
    assert find_own_values([GEFITINIB], [activity], None) == [{}]
    assert find_own_values([GEFITINIB], [], bundle_panel(activity)) == [{}]


def test_a_compound_is_found_in_any_drawing_and_no_isomer() -> None:
    drawn = ["O=c1cccc[nH]1", "Oc1cccnc1", "C[C@H](N)C(=O)O", "CC(N)C(=O)O"]
    search, every = SameMeasured(np.array(drawn, dtype=object)), np.arange(4)
    assert search.find_itself("Oc1ccccn1", every) == [0]
    assert search.find_itself("CC(N)C(=O)O", every) == [3]
    assert search.find_itself("CCO", every) == []
