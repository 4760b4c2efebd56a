"""Readable labels of the columns for the histograms and the map of a report.

The table of the report keeps the names of ``hits.csv``, so that a reader finds a column in both.
"""

from screening.hits.table import Column
from screening.objective.screen_settings import Screen
from screening.reason.measurements import ENDS, column_name
from screening.text.words import describe_objective, spoken

_SHARE = {
    "S_1uM": "S(1 µM)",
    "S_1uM_lo": "S(1 µM), lower end",
    "S_1uM_hi": "S(1 µM), upper end",
}


def column_label(column: Column, screen: Screen) -> str:
    """Return the label of a column; a column of the library keeps its name."""
    if column.group == "vendor":
        return column.name
    return _labels(screen).get(column.name) or _spoken_task(column.name, screen)


def _labels(screen: Screen) -> dict[str, str]:
    """Return the labels of the columns whose names are made from names of the screen."""
    terms = {term.column: f"desirability: {term.label}" for term in describe_objective(screen)}
    nearest = {
        column_name(term.name, end): f"nearest {term.name}: {end}"
        for term in screen.objective.primary
        for end in ENDS
    }
    return {"sa_score": "SA score", **_SHARE, **terms, **nearest}


def _spoken_task(name: str, screen: Screen) -> str:
    """Return a name as chemists write it; that of a task is spoken behind its bundle."""
    for task in screen.objective.tasks:
        if name == task or name.startswith(f"{task}_"):
            bundle, own = task.split("_", 1)
            return f"{bundle} {spoken(own)}{spoken(name.removeprefix(task))}"
    return spoken(name)
