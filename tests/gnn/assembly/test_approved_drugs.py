"""The predictions for approved drugs in a bundle's card."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import gnn.assembly.approved_drugs as room
from data.catalogue.catalogue import dataset
from gnn.assembly.approved_drugs import (
    Drugs,
    add_drug_quantiles,
    compared_with_drugs,
    quantiles,
    read_drugs,
)
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles
from gnn.bundle.predict import Predictor
from gnn.card.card import DrugReference, TaskCard
from gnn.errors import ModelError
from gnn.features.graph_arrays import GraphArrays, take
from tests.conftest import MakeBundle


@pytest.fixture
def some(drug_arrays: GraphArrays) -> Drugs:
    reference = DrugReference(library="approved_drugs", sha256="0" * 64, rows=50, drugs=41)
    return Drugs(take(drug_arrays, np.arange(41)), reference)


@pytest.fixture
def small(make_bundle: MakeBundle, tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path / "small")


def test_quantiles_have_equal_steps_and_four_figures() -> None:
    found = quantiles(np.linspace(0, 1, 41, dtype=np.float32) ** 2)
    assert len(found) == 21
    assert (found[0], found[10], found[-1]) == (0.0, 0.25, 1.0)
    assert found[1] == 0.0025
    assert quantiles(np.array([1234.56]))[3] == 1235.0


def test_a_card_gets_the_quantiles_of_its_own_predictions(small: Bundle, some: Drugs) -> None:
    before = Predictor([small], bfloat16=False).predict(some.graphs)
    card = add_drug_quantiles(small.path, some)
    after = load_bundle(small.path, card.featurizer)
    assert after.card == card
    assert card.drugs == some.reference
    for task in card.tasks:
        # Of 41 drugs every second one is a quantile.
        kept = np.sort(before[f"small_{task.name}"])[::2]
        assert task.drug_quantiles == pytest.approx(kept, rel=1e-3)
    again = Predictor([after], bfloat16=False).predict(some.graphs)
    assert all((again[name] == before[name]).all() for name in before)
    bare = [task.model_copy(update={"drug_quantiles": ()}) for task in card.tasks]
    assert card.model_copy(update={"drugs": None, "tasks": tuple(bare)}) == small.card


def test_they_are_the_same_if_they_are_filled_in_again(small: Bundle, some: Drugs) -> None:
    first = add_drug_quantiles(small.path, some)
    assert add_drug_quantiles(small.path, some) == first == compared_with_drugs(small, some)


@pytest.mark.parametrize(
    "numbers", [[1.0, 2.0], [*range(20, -1, -1)], [*range(20), float("nan")], [0.0] * 22]
)
def test_a_card_with_other_numbers_is_refused(numbers: list[float], small: Bundle) -> None:
    given = small.card.tasks[0].model_dump() | {"drug_quantiles": numbers}
    with pytest.raises(ValidationError, match="expected 21 ascending numbers or none"):
        TaskCard.model_validate(given)


def test_drugs_are_read_as_distinct_compounds(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["CCO", "OCC", "c1ccccc1C(=O)[O-].[Na+]", "c1ccccc1C(=O)O", "[Na+].[Cl-]", "C(("]
    monkeypatch.setattr(room, "molecules_of", lambda *_: texts)
    told: list[tuple[str, int, int | None]] = []
    found = read_drugs(lambda *news: told.append(news))
    assert found.graphs.molecules == 2
    assert found.reference.sha256 == dataset("approved_drugs").sha256
    assert (found.reference.rows, found.reference.drugs) == (6, 2)
    assert told == [("approved drugs", 0, 6)]


def test_a_library_without_a_readable_structure_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "molecules_of", lambda *_: ["C(("])
    with pytest.raises(ModelError, match=r"^found no readable .* among 1 row of .* expected"):
        read_drugs()


def test_the_shipped_cards_have_them_for_each_task() -> None:
    for name in shipped_bundles():
        card = read_card(find_bundle(name))
        assert card.drugs is not None
        assert card.drugs.sha256 == dataset(card.drugs.library).sha256
        assert 1500 < card.drugs.drugs < card.drugs.rows == dataset(card.drugs.library).rows
        for task in card.tasks:
            least, most = task.drug_quantiles[0], task.drug_quantiles[-1]
            assert least < most
            if task.kind == "classification":
                assert 0 <= least < most <= 1
