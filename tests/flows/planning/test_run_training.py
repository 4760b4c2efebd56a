"""A recipe's bundle is compared with approved drugs; one of an own assay is not."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import flows.planning.run_training as room
from chem.errors import InputError
from chem.records.records import Failure
from gnn.assembly.approved_drugs import Drugs
from gnn.assembly.build import BundlePlan
from gnn.assembly.structures import read_graph
from gnn.card.card import DrugReference
from gnn.features.graph_arrays import collect
from gnn.models.network import NetworkConfig
from gnn.training.loop import TrainingConfig
from tests.conftest import MakeBundle


@pytest.fixture
def recipe() -> Any:
    return SimpleNamespace(
        name="mine",
        title="Mine",
        description="",
        forest=False,
        seed=0,
        members=1,
        ship=(),
        refit=False,
        pretrained=None,
        mutants=None,
        model=None,
        beside=(),
        teaching=lambda tasks: None,
        sizes=lambda tasks: NetworkConfig(tasks=tasks),
        settings=lambda rows: TrainingConfig(),
        measurements=lambda card, progress: None,
    )


@pytest.fixture
def assembled() -> Any:
    data = SimpleNamespace(tasks=({"name": "EGFR"},), meta={}, sha256="0" * 64)
    return SimpleNamespace(data=data, smiles=["C"])


def test_the_drugs_are_read_before_a_recipe_is_trained(
    recipe: Any,
    assembled: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = DrugReference(library="approved_drugs", sha256="0" * 64, rows=3, drugs=1)
    read = read_graph("CCO")
    assert not isinstance(read, Failure)
    drugs = Drugs(collect([read.graph]), reference)
    plans: list[BundlePlan] = []
    monkeypatch.setattr(room, "read_drugs", lambda progress: drugs)
    monkeypatch.setattr(room, "build_bundle", lambda *given: plans.append(given[3]))
    monkeypatch.setattr(room, "keep_measured_compounds", lambda *given: None)
    room.run_training(recipe, assembled, tmp_path / "bundle", tmp_path / "work")
    assert [plan.drugs for plan in plans] == [drugs]


def test_without_the_drugs_no_training_begins(
    recipe: Any, assembled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(progress: object) -> Drugs:
        raise InputError("approved_drugs: not to be had")

    monkeypatch.setattr(room, "read_drugs", refuse)
    with pytest.raises(InputError, match="not to be had"):
        room.run_training(recipe, assembled, tmp_path / "bundle", tmp_path / "work")
    assert not (tmp_path / "bundle").exists()


def test_other_trainings_are_compared_before_a_recipe_is_trained(
    recipe: Any,
    assembled: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_bundle: MakeBundle,
) -> None:
    plans: list[BundlePlan] = []
    monkeypatch.setattr(room, "read_drugs", lambda progress: None)
    monkeypatch.setattr(room, "build_bundle", lambda *given: plans.append(given[3]))
    monkeypatch.setattr(room, "keep_measured_compounds", lambda *given: None)
    card = make_bundle(tmp_path / "one", tasks=(("EGFR", "r"),)).card
    recipe.beside = (card,)
    room.run_training(recipe, assembled, tmp_path / "bundle", tmp_path / "work")
    assert [plan.protocols for plan in plans] == [(card.as_protocol(),)]
    recipe.beside = (make_bundle(tmp_path / "two").card,)  # it has herg, too
    with pytest.raises(InputError, match="herg is a task of only one"):
        room.run_training(recipe, assembled, tmp_path / "bundle", tmp_path / "work")
    assert len(plans) == 1


def test_the_mutants_that_a_recipe_names_are_read_before_it_is_trained(
    recipe: Any, assembled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe.mutants = "tox21"
    monkeypatch.setattr(room, "read_drugs", lambda progress: None)
    with pytest.raises(InputError, match="tox21 is a set of kind activities, expected one of kind"):
        room.run_training(recipe, assembled, tmp_path / "bundle", tmp_path / "work")
    assert not (tmp_path / "bundle").exists()
