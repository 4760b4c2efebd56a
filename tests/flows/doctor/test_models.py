"""Copies of a shipped bundle and of a screen, some of them altered."""

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.responses import DeploymentResponse

from flows.doctor.finding import Finding, Look, State
from flows.doctor.models import SHIPPED, check_bundle, check_bundles, check_screens
from gnn.bundle.find_bundle import SHIPPED as OF_GNN


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "toxicity", tmp_path / "copy"))


def test_shipped_bundles_are_whole() -> None:
    assert SHIPPED == OF_GNN
    found = list(check_bundles(Look()))
    assert len(found) == 3
    assert {one.state for one in found} == {State.OK}


def test_a_copy_loads(bundle: Path) -> None:
    assert check_bundle("copy", bundle, deep=True).found.endswith("loads")


def test_one_altered_byte_is_a_fault(bundle: Path) -> None:
    weights = bundle / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    found = check_bundle("copy", bundle)
    assert found.state is State.FAULT
    assert "its weights have sha256" in found.found


@pytest.mark.parametrize("name", ["card.json", "weights.safetensors"])
def test_a_missing_file_is_a_fault(name: str, bundle: Path) -> None:
    (bundle / name).unlink()
    assert check_bundle("copy", bundle).state is State.FAULT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"weights": 3}'])
def test_a_damaged_card_is_a_fault(text: str, bundle: Path) -> None:
    (bundle / "card.json").write_text(text)
    assert check_bundle("copy", bundle).state is State.FAULT


def test_only_loading_sees_a_card_of_another_version(bundle: Path) -> None:
    card = bundle / "card.json"
    card.write_text(card.read_text().replace('"featurizer"', '"featuriser"', 1))
    assert check_bundle("copy", bundle).state is State.OK
    assert check_bundle("copy", bundle, deep=True).state is State.FAULT


KINASE = (Path(__file__).parents[3] / "flows/screens/kinase.toml").read_text(encoding="utf-8")


def screen_of(folder: Path, deep: bool = False, **parameters: Any) -> Finding:
    """Check one deployment whose runs work in a folder."""
    step = {"prefect.deployments.steps.set_working_directory": {"directory": str(folder)}}
    deployment = DeploymentResponse(
        name="x", flow_id=uuid4(), parameters=parameters, pull_steps=[step], labels={}
    )
    (found,) = check_screens(Look(deployments=[deployment], deep=deep))
    return found


def write_screen(folder: Path, old: str = "", new: str = "") -> str:
    assert old in KINASE
    path = folder / "mine.toml"
    path.write_text(KINASE.replace(old, new) if old else KINASE, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("deep", [False, True])
def test_a_screen_that_can_run(deep: bool, tmp_path: Path) -> None:
    assert screen_of(tmp_path, deep, screen="kinase").state is State.OK
    assert screen_of(tmp_path, deep, screen=write_screen(tmp_path)).state is State.OK


@pytest.mark.parametrize(
    ("old", "new", "state", "said"),
    [
        ('name = "kinase"', "name = ", State.FAULT, "mine.toml"),
        ('"activity"', '"no_such_bundle"', State.FAULT, "no bundle no_such_bundle"),
        ('"approved_drugs"', '"gone.csv"', State.WARNING, "gone.csv"),
        ('"approved_drugs"', '"vendor/*.csv"', State.WARNING, "vendor"),
    ],
)
def test_a_screen_that_cannot_run(
    old: str, new: str, state: State, said: str, tmp_path: Path
) -> None:
    found = screen_of(tmp_path, screen=write_screen(tmp_path, old, new))
    assert found.state is state
    assert said in found.found
    assert found.remedy


def test_a_screen_whose_file_is_gone(tmp_path: Path) -> None:
    assert screen_of(tmp_path, screen=str(tmp_path / "gone.toml")).state is State.FAULT


def test_the_library_of_a_deployment_counts(tmp_path: Path) -> None:
    given: dict[str, Any] = {"screen": "kinase", "library": "own.csv"}
    assert screen_of(tmp_path, **given).state is State.WARNING
    (tmp_path / "own.csv").write_text("smiles\nCCO\n")
    assert screen_of(tmp_path, **given).state is State.OK
