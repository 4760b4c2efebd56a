"""Copies of a shipped bundle, one of them altered."""

import shutil
from pathlib import Path

import pytest

from flows.doctor.finding import Look, State
from flows.doctor.models import SHIPPED, check_bundle, check_bundles
from gnn.bundle.bundle import SHIPPED as OF_GNN


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
