"""Finds the files that a screen names: a path in a screen is relative to the screen's own file.

Before this rule, it was relative to the working folder. A file that is only there is still found,
and the user is told. A path on the command line is relative to the working folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.errors import InputError
from chem.library.columns.columns import NamedColumns
from chem.library.newest import HERE, find_newest, is_pattern, matches
from chem.library.read import FORMATS, find_format
from data.catalogue.catalogue import datasets
from screening.objective.screen_file import find_screen, load_screen
from screening.objective.screen_settings import Screen

SCREENS = Path(__file__).parents[1] / "screens"
"""The folder of the shipped screens."""


class Located(NamedTuple):
    """The path of a library, or the name of a dataset, and what to tell about it."""

    path: str
    told: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    """The names of newer files of a pattern that are not complete."""


def find_and_load(name: str) -> tuple[Path, Screen]:
    """Return the file of a screen, given by its shipped name or its file, and its settings.

    Raises InputError.
    """
    file = find_screen(name, SCREENS)
    return file, load_screen(file)


def check_path(library: str) -> None:
    """Refuse, with InputError, the path of a library that leads to no file or to another format.

    What opens it says the same, but it takes seconds to import.
    """
    if library not in datasets() and Path(library).suffix and not is_pattern(library):
        find_format(named_path(library))


def locate_library(text: str, folder: Path | None, columns: NamedColumns | None = None) -> Located:
    """Find the library of a screen.

    Args:
        text: A path, a pattern of file names, or the name of a dataset.
        folder: The folder of the screen's file; None for a path of the command line.
        columns: The columns that the user named.

    Raises:
        InputError: No file matches a pattern. That a path has no file is told when it is opened.
        IncompleteLibraryError: Files match a pattern, and none of them is complete.
    """
    if text in datasets():
        return Located(text)
    if text.startswith("~"):
        text = str(named_path(text))
    place, told = _place(text, folder)
    if is_pattern(text, place):
        newest = find_newest(text, place, columns)
        return Located(str(newest.path), (*told, *newest.told), newest.incomplete)
    return Located(text if place == HERE else str(place / text), told)


def with_bundles(screen: Screen, folder: Path) -> tuple[Screen, tuple[str, ...]]:
    """Return a screen whose bundles are found from any working folder, and what to tell.

    A path that leads to the same place from the working folder stays as it is written, so that the
    hash of the screen stays the same. The current model of a campaign becomes the folder that it is
    in now.
    """
    from gnn.bundle.find_bundle import shipped_bundles

    bundles, told = _find(screen.bundles, folder, lambda name: name not in shipped_bundles())
    named, of_models = current_models(bundles)
    return screen.changed(bundles=named), (*told, *of_models)


def current_models(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return bundles with the current models of campaigns as their folders, and what to tell."""
    from screening.campaign.models import resolve_current

    found = [resolve_current(name) for name in names]
    return tuple(name for name, _ in found), tuple(told for _, told in found if told)


def with_lists(screen: Screen, folder: Path) -> tuple[Screen, tuple[str, ...]]:
    """Do the same for the lists of compounds to exclude and to include."""
    selection = screen.selection
    if selection is None:
        return screen, ()
    exclude, told = _find(selection.exclude, folder, _is_file)
    include, more = _find(selection.include, folder, _is_file)
    changed = selection.changed(exclude=exclude, include=include)
    return screen.changed(selection=changed), (*told, *more)


def with_decisions(screen: Screen, folder: Path) -> Screen:
    """Return a screen whose file of decisions, if it names one, has its full path."""
    if screen.decisions is None:
        return screen
    path = Path(screen.decisions).expanduser()
    return screen.changed(decisions=str(folder.absolute() / path))


def _find(
    names: Sequence[str], folder: Path, is_path: Callable[[str], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names with the paths among them found, and what to tell."""
    found: list[str] = []
    told: list[str] = []
    for name in names:
        place, notes = _place(name, folder) if is_path(name) else (HERE, ())
        is_same = place == HERE or _is_same(Path(name), place / name)
        found.append(name if is_same else str(place / name))
        told += notes
    return tuple(found), tuple(told)


def _place(text: str, folder: Path | None) -> tuple[Path, tuple[str, ...]]:
    """Return the folder to which a path is relative, and what to tell.

    It is the folder of the screen, unless the file is only in the working folder.
    """
    given = Path(text)
    if folder is None or given.is_absolute() or text.startswith("~"):
        return HERE, ()
    beside, here = _found(text, folder), _found(text, HERE)
    if here and not beside:
        return HERE, (
            f"{text} was found in the working folder, not in {folder}, the folder of the screen; a "
            "path in a screen is relative to the screen's file: move the file, or write its full "
            "path",
        )
    if here and here != beside:
        return folder, (
            f"{text} was found in {folder}, the folder of the screen, and in the working folder; "
            "the one beside the screen was taken",
        )
    # A bare word without a file may be a misspelt name, which is told elsewhere.
    is_word = not beside and not given.suffix and len(given.parts) == 1
    return HERE if is_word else folder, ()


def _found(text: str, folder: Path) -> list[Path]:
    """Return the files or the folder of a path or pattern; none of them outside the roots."""
    try:
        if is_pattern(text, folder):
            return [one.resolve() for one in matches(text, folder)]
        path = named_path(folder / text)
        return [path.resolve()] if path.exists() else []
    except (InputError, OSError):
        return []


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _is_file(entry: str) -> bool:
    """Tell whether an entry of a list is a file, not a compound's id or a dataset."""
    suffixes = [suffix.lower() for suffix in Path(entry).suffixes if suffix.lower() != ".gz"]
    return bool(suffixes) and suffixes[-1] in FORMATS and entry not in datasets()
