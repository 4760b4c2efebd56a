from pathlib import Path

import pytest

from data.catalogue.catalogue import datasets
from gnn.assembly.recipe import SHIPPED, find_recipe, load_recipe
from gnn.errors import ModelError
from gnn.training.directed import DirectedTeaching

GOOD = """
name = "mine"
title = "Mine"
pretrained = false
[[sets]]
name = "tox21"
[network]
width = 64
[training]
epochs = 3
"""


def refused(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_recipe(path)
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    return text


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_recipe_can_be_followed(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.name == path.stem
    assert find_recipe(path.stem) == path
    assert {choice.name for choice in recipe.sets} <= datasets().keys()
    if recipe.presumed_inactive is not None:
        assert set(recipe.presumed_inactive.sets) <= datasets().keys()
    assert recipe.sizes(3).tasks == 3
    assert recipe.settings().epochs > 0


def test_what_is_given_is_taken_and_the_rest_is_as_documented(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    recipe = load_recipe(path)
    assert (recipe.members, recipe.stop, recipe.forest, recipe.seed) == (3, 0.06, True, 0)
    assert recipe.sets[0].split == "scaffold"
    assert recipe.sizes(12).width == 64
    assert recipe.sizes(12).tasks == 12
    assert recipe.settings().epochs == 3
    assert find_recipe(str(path)) == path


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param('name = "mine"\n', "", "name", id="no name"),
        pytest.param('"mine"', '"my model"', "name", id="a space in the name"),
        pytest.param('title = "Mine"', "title = 3", "title", id="a number for a title"),
        pytest.param('[[sets]]\nname = "tox21"\n', "", "sets", id="no sets"),
        pytest.param('"tox21"', '"tox21"\nvalid = 0.7', "sets.0.valid", id="too many valid rows"),
        pytest.param('"tox21"', '"tox21"\nsplit = "time"', "sets.0.split", id="unknown split"),
        pytest.param(
            '"tox21"', '"tox21"\nsplit = "train"\nvalid = 0.1', "valid out", id="no valid"
        ),
        pytest.param('"tox21"', '"tox21"\nminimum_values = -1', "minimum_values", id="no minimum"),
        pytest.param('"Mine"', '"Mine"\nmembers = 0', "members", id="no members"),
        pytest.param('"Mine"', '"Mine"\nmember = 3', "member", id="unknown key"),
        pytest.param("width", "widht", "did you mean width?", id="a misspelt size"),
        pytest.param("epochs", "epoch", "did you mean epochs?", id="a misspelt setting"),
        pytest.param("width = 64", "tasks = 3", "unknown key 'tasks'", id="tasks are counted"),
        pytest.param("width = 64", 'width = "wide"', "network.width", id="text for a number"),
        pytest.param("[network]", "[network", "not valid TOML", id="broken TOML"),
        pytest.param("width = 64", "width = 0", "width", id="no width"),
        pytest.param("width = 64", "width = 64.5", "width", id="half a number"),
        pytest.param("width = 64", "environments = 1000", "power of two", id="columns"),
        pytest.param("width = 64", "pairs = 1000", "power of two", id="columns of pairs"),
        pytest.param("width = 64", "dropout = 1.5", "dropout", id="a share above one"),
        pytest.param("epochs = 3", "epochs = -3", "epochs", id="no epochs"),
        pytest.param("epochs = 3", "batch = 0", "batch", id="no batch"),
        pytest.param('"Mine"', '"Mine"\nrefit = true', "no rows to stop", id="refit that stops"),
        pytest.param("epochs = 3", "learning_rate = nan", "learning_rate", id="no number"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1))
    assert named in refused(path)


TAUGHT = """
name = "mine"
title = "Mine"
sets = [{ name = "tox21" }]
[teaching]
teachers = ["networks", "process"]
network = { hidden = 64 }
training = { epochs = 9 }
[network]
hidden = 32
[training]
encoder_rate = 0
epochs = 3
"""


def test_the_networks_that_teach_may_be_of_their_own_size(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TAUGHT)
    recipe = load_recipe(path)
    sizes, settings = recipe.teacher_settings()
    assert (recipe.sizes(2).hidden, recipe.settings().epochs) == (32, 3)
    assert (sizes["hidden"], settings.epochs, settings.encoder_rate) == (64, 9, 0)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("encoder_rate = 0", "encoder_rate = 1", "encoder_rate = 0", id="no heads"),
        pytest.param('"process"]', '"networks"]', "named twice", id="a teacher twice"),
        pytest.param('["networks", "process"]', "[]", "teachers", id="nobody"),
        pytest.param('"process"]', '"oracle"]', "teachers", id="an unknown teacher"),
        pytest.param(
            '"process"]', '"process"]\nvalues = ["forest"]', "none of", id="not among them"
        ),
        pytest.param(
            "hidden = 64", "pairs = 64", "pairs must be the same", id="given other things"
        ),
        pytest.param("epochs = 9", "epoch = 9", "did you mean epochs?", id="a misspelt setting"),
    ],
)
def test_a_teaching_that_cannot_be(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in TAUGHT
    path = tmp_path / "mine.toml"
    path.write_text(TAUGHT.replace(old, new, 1))
    assert named in refused(path)


DIRECTED = """"dmpnn"]
dmpnn = { width = 300, epochs = 20 }"""


def test_a_network_of_directed_messages_may_teach(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TAUGHT.replace('"process"]', DIRECTED))
    teaching = load_recipe(path).teaching_for(2)
    assert teaching is not None
    assert teaching.dmpnn == DirectedTeaching(width=300, epochs=20)
    path.write_text(TAUGHT.replace('"process"]', '"dmpnn"]'))
    teaching = load_recipe(path).teaching_for(2)
    assert teaching is not None
    assert teaching.dmpnn == DirectedTeaching()
    path.write_text(TAUGHT)
    teaching = load_recipe(path).teaching_for(2)
    assert teaching is not None
    assert teaching.dmpnn is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param('"dmpnn"]', '"process"]', "add it to teachers", id="it does not teach"),
        pytest.param("width", "widht", "did you mean width?", id="a misspelt size"),
        pytest.param("= 300", "= 0", "expected a whole number from 1", id="no width"),
        pytest.param("epochs = 20", "dropout = 2", "expected a share", id="all dropped"),
    ],
)
def test_directed_messages_that_cannot_be(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = TAUGHT.replace('"process"]', DIRECTED)
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    assert named in refused(path)


WEIGHTS = """
[teaching.weights]
networks = { regression = 2, classification = 1 }
process = { regression = 0, classification = 1 }
"""


def test_teachers_may_have_weights(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TAUGHT + WEIGHTS)
    settings = load_recipe(path).teaching_settings()
    assert settings is not None
    assert settings["weights"] == {
        "networks": {"regression": 2.0, "classification": 1.0},
        "process": {"regression": 0.0, "classification": 1.0},
    }


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("process = {", "forest = {", "give each teacher", id="another teacher"),
        pytest.param("regression = 2", "regression = 0", "every regression is 0", id="nothing"),
        pytest.param("regression = 2", "regression = -1", "networks.regression", id="below 0"),
        pytest.param("regression = 2, ", "", "networks.regression", id="no weight for a kind"),
        pytest.param("hidden = 64 }", 'hidden = 64 }\nvalues = ["networks"]', "exclude", id="both"),
    ],
)
def test_weights_that_cannot_be(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = TAUGHT + WEIGHTS
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    assert named in refused(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"name = 'a'\nname = 'b'"])
def test_a_file_that_is_no_recipe(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    assert "not valid TOML" in refused(path)


def test_pairs_and_paths_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("width = 64", "pairs = 0\npaths = 0"))
    assert load_recipe(path).sizes(2).pairs == 0


def test_the_size_of_what_is_pretrained_is_not_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("pretrained = false\n", ""))
    assert "network.width is the pretrained encoder's" in refused(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.toml")
    with pytest.raises(
        ModelError, match=r"^[^\n]*no recipe 'toxi'[^\n]*activity, admet, side_effects, toxicity$"
    ):
        find_recipe("toxi")
