"""Libraries and runs that were standardized by other rules than today's: recognised and told.

The rules have a number, ``chem.structure.standardize.STANDARDIZER``. Keys of two numbers are not
comparable.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chem.disk.safe_open import parse_json, read_regular
from chem.library.read import Library
from chem.structure.standardize import STANDARDIZER
from screening.storage.ledger import LEDGER, read_first_line

WHERE = "where.json"
"""In a run's folder: where its prepared library and its scores are. It names folders of this
machine, so the manifest does not."""
BEFORE_NUMBERS = 1
"""Of a run or a library that does not name the number of its standardization."""


def told_of_library(library: Library, folder: Path) -> str:
    """Say in a line that a library was prepared by older rules and is prepared again.

    folder: where it is going to be prepared; the folders beside it are looked at. ``""`` where it
    is prepared by today's rules, and where it never was.
    """
    if (folder / LEDGER).exists():
        return ""
    found = [
        number
        for path in sorted(folder.parent.glob(f"*/{LEDGER}"))
        if (purpose := _purpose(path)).get("sha256") == library.sha256
        and (number := _number(purpose)) < STANDARDIZER
    ]
    if not found:
        return ""
    return (
        f"{library.path.name} was prepared under an older standardization ({max(found)}; today's "
        f"is {STANDARDIZER}): it is prepared again"
    )


def told_of_run(standardizer: int, folder: Path) -> str:
    """Say in a line that a run was judged by other rules than today's; ``""`` where it was not."""
    if standardizer == STANDARDIZER:
        return ""
    return (
        f"{folder} was judged under standardization {standardizer}, today's is {STANDARDIZER}: "
        "structures, keys and duplicates are as they were then; run the screen again with a new "
        "--out to judge by today's"
    )


def standardizer_of_folder(folder: Path) -> int | None:
    """Return the number of the rules that a prepared folder was made by; None where it is none."""
    purpose = _purpose(folder / LEDGER)
    if "featurizer" not in purpose:
        return None
    return _number(purpose)


def _number(purpose: Mapping[str, Any]) -> int:
    """Return the number that a ledger's purpose names; one that says anything else is as old."""
    found = purpose.get("standardizer")
    return found if type(found) is int else BEFORE_NUMBERS


def standardizer_of_run(folder: Path, cache: Path) -> int | None:
    """Return the number of the rules that a run in a folder was judged by, finished or not.

    cache: the folder that holds prepared libraries by their keys. None where that is not known.
    """
    key = _purpose(folder / "scores" / LEDGER).get("prepared")
    if not isinstance(key, str):
        return None
    try:
        prepared = Path(parse_json(read_regular(folder / WHERE))["prepared"])
    except (OSError, ValueError, KeyError, TypeError):  # it was stopped before it was written
        prepared = cache / key
    return standardizer_of_folder(prepared)


def _purpose(path: Path) -> dict[str, Any]:
    """Return what a ledger was made for; empty where that cannot be read."""
    try:
        found = (read_first_line(path) or {}).get("purpose")
    except OSError:
        return {}
    return found if isinstance(found, dict) else {}
