"""Two trainings of one recipe are shown side by side only if they can be compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from flows.planning.protocols import as_protocols, read_beside
from flows.planning.training_plan import plan_training
from gnn.bundle.bundle import Bundle
from gnn.card.card import Card, Protocol


@pytest.fixture
def card(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Card:
    return make_bundle(tmp_path / "bundle").card


def test_a_card_is_read_as_a_protocol(card: Card, tmp_path: Path) -> None:
    assert read_beside("mine", [str(tmp_path / "bundle")]) == (card,)
    (found,) = as_protocols([card], [task.name for task in card.tasks])
    assert found == card.as_protocol()
    assert found.name == card.name
    assert found.summary == card.summary
    assert card.split in found.measured_on
    assert Protocol.model_validate_json(found.model_dump_json()) == found


def test_two_trainings_need_two_names(card: Card, tmp_path: Path) -> None:
    folder = str(tmp_path / "bundle")
    with pytest.raises(InputError, match=r"^two trainings are called .* another --name$"):
        read_beside(card.name, [folder])
    with pytest.raises(InputError, match="two trainings are called"):
        read_beside("mine", [folder, folder])


def test_other_tasks_cannot_be_compared(card: Card) -> None:
    with pytest.raises(InputError, match=r"another is a task of only one of them"):
        as_protocols([card], [*(task.name for task in card.tasks), "another"])


def test_a_recipe_is_planned_beside_a_bundle_and_an_assay_is_not(
    card: Card, tmp_path: Path
) -> None:
    assert plan_training("admet", beside=[str(tmp_path / "bundle")]).beside == (card,)
    assert plan_training("admet").beside == ()
    with pytest.raises(InputError, match="--beside is only for a recipe"):
        plan_training("my_assay.csv", beside=[str(tmp_path / "bundle")])
