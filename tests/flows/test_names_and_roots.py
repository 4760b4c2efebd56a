"""What is shipped is found by its name alone: a path is a path, however it is written."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chem.disk.allowed_roots import ROOTS
from chem.errors import InputError
from flows.planning.screen_paths import SCREENS
from gnn.assembly.recipe import SHIPPED as RECIPES
from gnn.assembly.recipe import find_recipe
from gnn.bundle.find_bundle import SHIPPED as BUNDLES
from gnn.bundle.find_bundle import find_bundle
from gnn.errors import ModelError
from screening.objective.screen_file import find_screen
from screening.runs.plan import find_library

FINDERS: dict[str, Callable[[str], object]] = {
    "bundle": find_bundle,
    "recipe": find_recipe,
    "screen": lambda name: find_screen(name, SCREENS),
    "library": find_library,
}
SHIPPED = {"bundle": "activity", "recipe": "activity", "screen": "kinase"}


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Good files of each kind, beside the one folder that names may lie in."""
    roots, folder = tmp_path / "roots", tmp_path / "outside"
    roots.mkdir()
    folder.mkdir()
    monkeypatch.setenv(ROOTS, str(roots))
    monkeypatch.chdir(roots)
    (folder / "library.csv").write_text("id,smiles\na,CCO\n")
    return {
        "bundle": shutil.copytree(BUNDLES / "activity", folder / "bundle"),
        "recipe": Path(shutil.copy(RECIPES / "activity.toml", folder / "recipe.toml")),
        "screen": Path(shutil.copy(SCREENS / "kinase.toml", folder / "screen.toml")),
        "library": folder / "library.csv",
    }


@pytest.mark.parametrize("kind", FINDERS)
def test_a_path_outside_the_roots_is_refused_however_it_is_written(
    kind: str, outside: dict[str, Path]
) -> None:
    """Also one that leads out of the folder of what is shipped."""
    there = outside[kind]
    (link := Path(f"link{there.suffix}")).symlink_to(there)
    shipped = {"bundle": BUNDLES, "recipe": RECIPES, "screen": SCREENS}.get(kind, BUNDLES)
    names: list[str | Path] = [there, os.path.relpath(there), os.path.relpath(there, shipped), link]
    for name in [*map(str, names), *(str(Path(name).with_suffix("")) for name in names)]:
        with pytest.raises((InputError, ModelError)):
            FINDERS[kind](name)
    inside = Path(there.name)
    (shutil.copytree if there.is_dir() else shutil.copy)(there, inside)
    FINDERS[kind](str(inside))  # the same in the roots is taken


@pytest.mark.parametrize("kind", SHIPPED)
def test_what_is_shipped_is_found_by_its_name_alone(kind: str, outside: dict[str, Path]) -> None:
    assert FINDERS[kind](SHIPPED[kind])
    for name in (f"./{SHIPPED[kind]}", f"../{SHIPPED[kind]}", f"{SHIPPED[kind]}/", ""):
        with pytest.raises((InputError, ModelError)):
            FINDERS[kind](name)
