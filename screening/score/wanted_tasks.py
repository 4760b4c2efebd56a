"""Which columns a prediction file has: those of every task, or of the tasks that were named."""

from collections.abc import Sequence
from typing import NamedTuple

from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import COLUMN_ENDINGS, domain_columns, predicted_columns
from screening.objective.screen_settings import suggest


class Wanted(NamedTuple):
    """What is to be predicted."""

    bundles: tuple[Bundle, ...]
    """Those that predict one of the tasks."""
    tasks: int
    """How many tasks are written."""
    columns: list[str]
    """Of each task four, and the distance of each bundle, in the bundles' order."""


def wanted_tasks(bundles: Sequence[Bundle], names: Sequence[str] = ()) -> Wanted:
    """Return what names of tasks ask for; without names that is every task.

    names: a task or its column, in any case: ``EGFR`` or ``activity_EGFR``. A name that several
    bundles have stands for all of them.

    Raises:
        InputError: no bundle has such a task.
    """
    if not names:
        count = sum(len(bundle.card.tasks) for bundle in bundles)
        return Wanted(tuple(bundles), count, predicted_columns(bundles))
    asked = {name.casefold() for name in names}
    kept: list[Bundle] = []
    columns: list[str] = []
    found: set[str] = set()
    tasks = 0
    for bundle in bundles:
        spellings = {
            f"{bundle.card.name}_{task.name}": {
                task.name.casefold(),
                f"{bundle.card.name}_{task.name}".casefold(),
            }
            for task in bundle.card.tasks
        }
        wanted = [column for column, spelled in spellings.items() if spelled & asked]
        if wanted:
            kept.append(bundle)
            columns += [column + ending for column in wanted for ending in COLUMN_ENDINGS]
            columns += domain_columns(bundle)
            tasks += len(wanted)
            found |= {word for column in wanted for word in spellings[column]}
    for name in names:
        if name.casefold() not in found:
            raise _unknown(name, bundles)
    return Wanted(tuple(kept), tasks, columns)


def _unknown(name: str, bundles: Sequence[Bundle]) -> InputError:
    known = [f"{bundle.card.name}_{task.name}" for bundle in bundles for task in bundle.card.tasks]
    shown = " and ".join(f"`hitlist bundles show {bundle.card.name}`" for bundle in bundles)
    return InputError(f"no bundle predicts {name!r};{suggest(name, known)} {shown} have the tasks")
