"""The sets of a recipe: loaded with their splits, and named on the card with their terms."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.catalogue import catalogue
from gnn.assembly.assemble import assemble_recipe
from gnn.assembly.recipe import Recipe
from gnn.assembly.recipe_sets import check_shipped, describe_set, load_set, notes_on_terms
from gnn.errors import ModelError

FILES = Path(__file__).parents[2] / "files/data"
EXTRA = "smiles,y\nCCOC(=O)CC,0\nCCN(CC)N=O,1\n"


@pytest.fixture(autouse=True)
def _local_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mirror that holds samples under the names of the whole sets."""
    samples = {
        "tox21": (FILES / "tox21_sample.csv").read_bytes(),
        "tdc_ames": (FILES / "ames_sample.csv").read_bytes(),
        "ames_extra": EXTRA.encode(),
        "ld50_routes": b"smiles,mouse_oral,mouse_intraperitoneal,mouse_intravenous,"
        b"mouse_subcutaneous,rat_oral,rat_intraperitoneal,rat_intravenous,rat_subcutaneous\n"
        b"CCO,2.5,2,,,,,,\nCCBr,3,,,,,,,\nCCF,,,,,,,,1\n",
    }
    changed = dict(catalogue.datasets())
    for name, content in samples.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
        update = {"file": f"{name}.csv", "sha256": sha256(content).hexdigest(), "digest": "file"}
        changed[name] = changed[name].model_copy(update=update)
    monkeypatch.setenv("HITLIST_MIRROR", str(tmp_path))
    monkeypatch.setattr(catalogue, "datasets", lambda: changed)


def recipe(*sets: Mapping[str, object], ship: tuple[str, ...] = ("ames",)) -> Recipe:
    return Recipe.model_validate({"name": "x", "title": "X", "sets": sets, "ship": ship})


AMES = {"name": "tdc_ames", "split": "random", "valid": 0.2}
EXTRA_AMES = {"name": "ames_extra", "split": "train"}
ROUTES = {"name": "ld50_routes", "split": "train"}


def test_a_set_that_helps_to_train_is_trained_on_whole() -> None:
    table, split = load_set(recipe(EXTRA_AMES).sets[0], 0)
    assert len(table) == 2
    assert split.tolist() == ["train", "train"]


def test_tasks_with_few_values_are_left_out_by_number() -> None:
    table, split = load_set(recipe({**ROUTES, "minimum_values": 2}).sets[0], 0)
    assert [task.name for task in table.tasks] == ["ld50_mouse_oral"]
    assert list(table.smiles) == ["CCO", "CCBr"]
    assert len(split) == 2
    assert "ld50_routes: 7 tasks with fewer than 2 values left out" in table.notes


def test_a_set_that_holds_rows_back_itself_cannot_only_help() -> None:
    with pytest.raises(ModelError, match=r"^tox21 has a split .* choose split = \"given\"$"):
        load_set(recipe({"name": "tox21", "split": "train"}).sets[0], 0)


@pytest.mark.parametrize(
    ("ship", "named"),
    [
        (("ames", "ld50_mouse_oral"), r"ships ld50_mouse_oral, but all sets .* only help"),
        ((), r"ships ld50_mouse_oral, but"),
        (("herg",), "ships herg, its sets have ames, ld50_mouse_oral"),
    ],
)
def test_a_task_that_cannot_be_measured_is_not_shipped(ship: tuple[str, ...], named: str) -> None:
    given = recipe(AMES, ROUTES, ship=ship)
    with pytest.raises(ModelError, match=named):
        check_shipped(given, [load_set(choice, 0) for choice in given.sets])


def test_the_measured_rows_are_those_without_the_other_sets() -> None:
    alone = assemble_recipe(recipe(AMES))
    found = assemble_recipe(recipe(AMES, EXTRA_AMES, ROUTES))

    def measured(assembled: object) -> dict[str, float]:
        data, smiles = assembled.data, assembled.smiles  # type: ignore[attr-defined]
        rows = data.rows(0, "valid")
        return {smiles[row]: float(data.values[row, 0]) for row in rows}

    assert measured(found) == measured(alone)
    assert {"CCN(CC)N=O", "CCBr"} <= set(found.smiles)
    assert [task["name"] for task in found.data.tasks][:2] == ["ames", "ld50_mouse_oral"]
    assert np.isfinite(found.data.values).sum() > np.isfinite(alone.data.values).sum()


def test_terms_are_told() -> None:
    (note,) = notes_on_terms(recipe(AMES, EXTRA_AMES, ROUTES))
    assert note.startswith("ld50_routes: trained on, and its values are not among the measured")
    assert describe_set("ld50_routes")["licence"] in note


def test_the_card_is_told_what_sets_share_and_that_nothing_leaks() -> None:
    given = recipe(AMES, {"name": "tox21", "split": "given"}, EXTRA_AMES, ship=())
    found = assemble_recipe(given)
    meta = found.data.meta
    tables = [load_set(choice, 0)[0] for choice in given.sets]
    molecules = [
        {
            read.smiles
            for text in table.smiles
            if not isinstance(read := standardize(text, "smiles"), Failure)
        }
        for table in tables
    ]
    shared = {(pair["first"], pair["second"]): pair["molecules"] for pair in meta["overlaps"]}
    names = [choice.name for choice in given.sets]
    for at, first in enumerate(names):
        for behind in range(at + 1, len(names)):
            count = len(molecules[at] & molecules[behind])
            assert shared.get((first, names[behind]), 0) == count
    assert [one["set"] for one in meta["held_back"]] == ["tdc_ames", "tox21"]
    assert {one["trained_on"] for one in meta["held_back"]} == {0}
    assert assemble_recipe(recipe(AMES)).data.meta["held_back"] == []


def test_faults_are_described() -> None:
    faults = describe_set("tox21")["faults"]
    assert any("both classes" in fault for fault in faults)
