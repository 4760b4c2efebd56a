"""What the terms of training data forbid is said where the bundle is loaded."""

import warnings
from pathlib import Path

import pytest

from data.catalogue.catalogue import datasets
from gnn.assembly.recipe_sets import describe_set
from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles, unrestricted_bundles
from hitlist.models import load_bundle
from tests.conftest import MakeBundle
from tests.flows.conftest import Run

LINE = (
    "small is not for commercial use: it was trained on sider, CC BY-NC-SA 4.0 (SIDER); packaged "
    "by MoleculeNet (MIT)"
)


@pytest.fixture
def restricted(tmp_path: Path, make_bundle: MakeBundle) -> Path:
    """A bundle whose card says that it was trained on SIDER."""
    folder = tmp_path / "small"
    card = make_bundle(folder).card
    told = card.model_copy(update={"data": [describe_set("tox21"), describe_set("sider")]})
    (folder / "card.json").write_text(told.model_dump_json(indent=1), encoding="utf-8")
    return folder


def test_every_licence_that_forbids_commerce_is_a_restriction() -> None:
    for entry in datasets().values():
        assert ("NC" in entry.licence.split("(")[0]) == bool(entry.restriction), entry.name


def test_a_card_tells_each_restriction(restricted: Path) -> None:
    assert read_card(restricted).restrictions == (LINE,)


def test_python_warns_when_it_loads(restricted: Path) -> None:
    with pytest.warns(UserWarning, match="not for commercial use"):
        load_bundle(restricted)


def test_commands_tell_it(restricted: Path, run: Run, tmp_path: Path) -> None:
    assert LINE in run("bundles", "show", restricted).err
    library = tmp_path / "one.csv"
    library.write_text("compound_id,smiles\nA,CCO\n")
    answer = run("predict", library, "--bundle", restricted, "--out", tmp_path / "p.csv")
    assert answer.code == 0, answer.err
    assert LINE in answer.err


def test_only_unrestricted_bundles_are_loaded_unless_named() -> None:
    free = unrestricted_bundles()
    assert {"activity", "admet", "toxicity"} <= set(free)
    for name in shipped_bundles():
        assert bool(read_card(find_bundle(name)).restrictions) == (name not in free)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_bundle("toxicity")
