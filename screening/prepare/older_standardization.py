"""Recognises and reports libraries and runs that were standardized by other rules than the current.

The rules have a number, ``chem.structure.standardize.STANDARDIZER``. Keys that were made under
different numbers are not comparable.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chem.disk.bounded_read import parse_json, read_regular
from chem.library.read import Library
from chem.structure.standardize import STANDARDIZER
from screening.storage.ledger import LEDGER, read_first_line

WHERE = "where.json"
"""The file in a run's folder that says where its prepared library and its scores are. It names
folders of this machine, so they are not in the manifest."""
BEFORE_NUMBERS = 1
"""The number of a run or a library that does not name the number of its standardization."""


def told_of_library(library: Library, folder: Path) -> str:
    """Say in one line that a library was prepared by older rules and is prepared again.

    folder: the folder of the new preparation; the folders beside it are searched.

    Returns ``""`` if the library was prepared by the current rules, or never.
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
        f"{library.path.name} was prepared under an older standardization ({max(found)}; the "
        f"current one is {STANDARDIZER}): it is prepared again"
    )


def told_of_run(standardizer: int, folder: Path) -> str:
    """Say in one line that a run was made under other rules than the current; ``""`` if not so."""
    if standardizer == STANDARDIZER:
        return ""
    return (
        f"{folder} was made under standardization {standardizer}; the current one is "
        f"{STANDARDIZER}: structures, keys and duplicates are as they were then; run the screen "
        "again with a new --out to apply the current one"
    )


def standardizer_of_folder(folder: Path) -> int | None:
    """Return the number of the rules of a prepared folder; None if the folder is not one."""
    purpose = _purpose(folder / LEDGER)
    if "featurizer" not in purpose:
        return None
    return _number(purpose)


def _number(purpose: Mapping[str, Any]) -> int:
    """Return the number that a ledger's purpose names; without one it is ``BEFORE_NUMBERS``."""
    found = purpose.get("standardizer")
    return found if type(found) is int else BEFORE_NUMBERS


def standardizer_of_run(folder: Path, cache: Path) -> int | None:
    """Return the number of the rules of a run, finished or not; None if it is not known.

    cache: the folder that holds prepared libraries by their keys.
    """
    key = _purpose(folder / "scores" / LEDGER).get("prepared")
    if not isinstance(key, str):
        return None
    try:
        prepared = Path(parse_json(read_regular(folder / WHERE))["prepared"])
    except (OSError, ValueError, KeyError, TypeError):  # the run was stopped before it wrote it
        prepared = cache / key
    return standardizer_of_folder(prepared)


def _purpose(path: Path) -> dict[str, Any]:
    """Return the purpose of a ledger; empty if it cannot be read."""
    try:
        found = (read_first_line(path) or {}).get("purpose")
    except OSError:
        return {}
    return found if isinstance(found, dict) else {}
