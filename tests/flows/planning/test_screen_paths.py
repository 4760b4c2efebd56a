"""A path in a screen is relative to the screen's file, and an old one is still found."""

from pathlib import Path

import pytest

from chem.errors import InputError
from flows.planning.screen_paths import SCREENS, Located, locate_library, with_bundles, with_lists
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection

SCREEN = load_screen(SCREENS / "kinase.toml")
WHOLE = "CCO Z1\nCCN Z2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a screen; the working folder is another one."""
    for name in ("screens", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "screens"


@pytest.mark.parametrize(
    ("beside", "here", "is_beside", "words"),
    [
        (True, False, True, ""),
        (False, True, False, "was found in the working folder, not in"),
        (True, True, True, "the one beside the screen was taken"),
        (False, False, True, ""),
    ],
)
@pytest.mark.parametrize("text", ["drugs.smi", "sub/drugs.smi", "./drugs.smi"])
def test_a_library_is_sought_beside_the_screen_first(
    text: str, beside: bool, here: bool, is_beside: bool, words: str, folder: Path
) -> None:
    for is_there, place in ((beside, folder), (here, Path())):
        (place / text).parent.mkdir(exist_ok=True)
        if is_there:
            (place / text).write_text(WHOLE)
    found = locate_library(text, folder)
    assert Path(found.path) == (folder / text if is_beside else Path(text))
    assert len(found.told) == bool(words)
    assert words in " ".join(found.told)


@pytest.mark.slow
def test_a_pattern_is_sought_beside_the_screen_first(folder: Path) -> None:
    Path("s2.smi").write_text(WHOLE)
    found = locate_library("*.smi", folder)
    assert found.path == "s2.smi"
    assert "was found in the working folder" in found.told[0]
    assert found.told[1].startswith("took s2.smi")
    (folder / "s1.smi").write_text(WHOLE)
    found = locate_library("*.smi", folder)
    assert found.path == str(folder / "s1.smi")
    assert "the one beside the screen was taken" in found.told[0]


@pytest.mark.parametrize("text", ["drugs.smi", "*.smi"])
def test_a_path_of_the_command_line_is_relative_to_the_working_folder(
    text: str, folder: Path
) -> None:
    for place in (folder, Path()):
        (place / "drugs.smi").write_text(WHOLE)
    found = locate_library(text, None)
    assert found.path == "drugs.smi"
    assert "screen" not in " ".join(found.told)


@pytest.mark.parametrize("text", ["approved_drugs", "aproved_drugs", "/data/drugs.smi"])
def test_a_dataset_a_bare_word_and_a_full_path_stay(text: str, folder: Path) -> None:
    assert locate_library(text, folder) == Located(text)


def test_the_working_folder_of_the_screen_is_no_other_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "drugs.smi").write_text(WHOLE)
    assert locate_library("drugs.smi", folder).told == ()
    assert locate_library("drugs.smi", Path()).told == ()


def test_files_outside_the_roots_are_not_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "secret.smi").write_text(WHOLE)
    monkeypatch.setenv("HITLIST_ROOTS", str(folder))
    # A plain path is refused when it is opened.
    assert locate_library("../secret.smi", folder) == Located(str(folder / "../secret.smi"))
    with pytest.raises(InputError, match="outside the folders that may be used") as refused:
        locate_library("../s*.smi", folder)
    assert "secret" not in str(refused.value)


def test_lists_and_bundles_are_found_beside_the_screen(folder: Path) -> None:
    (folder / "tested.csv").write_text("smiles\nCCO\n")
    (folder / "mine").mkdir()
    Path("owned.csv").write_text("smiles\nCCO\n")
    selection = Selection(exclude=("tested.csv", "CHEMBL25", "owned.csv"))
    screen: Screen = SCREEN.changed(bundles=("activity", "toxicity", "mine"), selection=selection)
    found, told = with_bundles(screen, folder)
    assert told == ()
    found, told = with_lists(found, folder)
    assert found.bundles == ("activity", "toxicity", str(folder / "mine"))
    assert found.selection is not None
    assert found.selection.exclude == (str(folder / "tested.csv"), "CHEMBL25", "owned.csv")
    assert len(told) == 1
    assert told[0].startswith("owned.csv was found in the working folder")


def test_a_screen_in_the_working_folder_keeps_its_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "tested.csv").write_text("smiles\nCCO\n")
    screen = SCREEN.changed(selection=Selection(exclude=("tested.csv", "missing.csv")))
    found, told = with_lists(screen, folder)
    assert found.selection is not None
    assert found.selection.exclude[0] == "tested.csv"
    assert told == ()
    assert with_bundles(SCREEN, SCREENS) == (SCREEN, ())
    assert with_lists(SCREEN, SCREENS) == (SCREEN, ())
