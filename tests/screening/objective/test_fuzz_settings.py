"""Damaged screens and recipes: read, or refused in one line; what is read is written alike."""

import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gnn.assembly.recipe import SHIPPED, load_recipe
from screening.objective.screen_file import dump_screen, hash_screen, load_screen
from tests.fuzzing import held, mutants, mutate, mutate_value, rewrite, to_toml

SCREENS = sorted((Path(__file__).parents[3] / "flows/screens").glob("*.toml"))
RECIPES = sorted(SHIPPED.glob("*.toml"))
FULL = """
name = "full"
title = "Everything that a screen may say"
library = "library.csv"
bundles = ["activity", "toxicity"]
hits = 40
exhaustive = true
[[primary]]
task = "activity_EGFR"
label = "E"
zero = 5.0
full = 8.0
[[off_targets]]
task = "activity_AURKA"
[[windows]]
property = "mw"
zero_below = 100.0
full_from = 200.0
full_to = 400.0
zero_above = 500.0
[filters]
max_mw = 600
min_qed = 0.1
[selection]
pool = 500
diversity = "clusters"
exclude = ["tested.csv", "A1"]
budget = 100.0
price_column = "Price"
explore = 0.1
[lab]
plate = 96
points = 5
amount = 5.0
unit = "mg"
"""


def _screen(path: Path) -> None:
    screen = load_screen(path)
    again = path.with_name("again.toml")
    again.write_text(dump_screen(screen), encoding="utf-8")
    assert hash_screen(load_screen(again)) == hash_screen(screen)


def _recipe(path: Path) -> None:
    load_recipe(path).teaching_settings()


READ: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "screen": (_screen, [FULL, *(path.read_text(encoding="utf-8") for path in SCREENS)]),
    "recipe": (_recipe, [path.read_text(encoding="utf-8") for path in RECIPES]),
}


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", READ)
def test_damaged_settings_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    rng = random.Random(f"7 {kind}")
    read, texts = READ[kind]
    tables: list[dict[str, Any]] = [tomllib.loads(text) for text in texts]
    path = tmp_path / "settings.toml"
    done = 0
    count = mutants(4_000)
    for at in range(count):
        seed = at % len(texts)
        if at % 3:
            content = to_toml(mutate_value(tables[seed], rng), rng)
        else:
            content = mutate(texts[seed].encode(), rng)
        rewrite(path, content)
        with held(f"mutant {at}"):
            read(path)
            done += 1
    assert done > count // 50
