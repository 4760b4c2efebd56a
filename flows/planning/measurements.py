"""The measured compounds that a bundle keeps: of its training, or made anew from the catalogue."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chem.errors import InputError
from data.activities.activity import ActivityTable
from data.activities.measurements import Progress, collect_measurements
from data.catalogue.catalogue import dataset
from data.public_sets.sets import load_activities
from gnn.bundle.bundle import find_bundle, read_card
from gnn.bundle.measured_compounds import MeasuredCompounds, save_measured_compounds
from gnn.evaluation.card import Card
from screening.errors import told_in_one_line
from screening.runs.plan import BUNDLE_REMEDY, check_writable


class Measurements(NamedTuple):
    """Measured compounds and where they come from."""

    compounds: MeasuredCompounds
    """With the card's tasks, in its order."""
    sources: list[dict[str, Any]]
    """Entries of the card's ``data``."""


def measurements_of_assay(
    table: ActivityTable, card: Card, progress: Progress | None = None
) -> Measurements:
    """Return what a team's own file says of the tasks that its bundle has."""
    tasks = [task.name for task in card.tasks]
    found = collect_measurements([table], tasks, True, progress)
    return Measurements(MeasuredCompounds.of_table(found), card.data)


def measurements_of_sets(card: Card, progress: Progress | None = None) -> Measurements:
    """Fetch the catalogue's sets that a bundle was trained on, those that have one of its tasks.

    Raises InputError for a bundle of other data, or of another version of a set.
    """
    tasks = [task.name for task in card.tasks]
    tables, sources = [], []
    for source in card.data:
        _check(source, card)
        table = load_activities(source["name"])
        if {task.name for task in table.tasks} & set(tasks):
            tables.append(table)
            sources.append(source)
    found = collect_measurements(tables, tasks, progress=progress)
    return Measurements(MeasuredCompounds.of_table(found), sources)


def _check(source: Mapping[str, Any], card: Card) -> None:
    name = source["name"]
    try:
        found = dataset(name).sha256
    except InputError:
        raise InputError(
            f"bundle {card.name} was trained on {name}, which is no set of the catalogue; train it "
            "again with `hitlist train`, which keeps its measured compounds"
        ) from None
    if found != source["sha256"]:
        raise InputError(
            f"bundle {card.name} was trained on another version of {name}: found {found[:12]} in "
            f"the catalogue, expected {source['sha256'][:12]}; train it again"
        )


def keep_measured_compounds(folder: Path, measurements: Measurements) -> Path:
    """Write measured compounds beside their bundle; returns the file."""
    card = read_card(folder)  # as it was written, with the hash of the weights
    with told_in_one_line(folder):
        return save_measured_compounds(folder, card, measurements.compounds, measurements.sources)


def make_measured_compounds(
    name: str, progress: Progress | None = None
) -> tuple[Path, MeasuredCompounds]:
    """Make the measured compounds of a bundle anew, a shipped one's or a folder's.

    Raises InputError or ModelError, one line.
    """
    folder = find_bundle(name)
    card = read_card(folder)
    check_writable(folder, BUNDLE_REMEDY)
    made = measurements_of_sets(card, progress)
    return keep_measured_compounds(folder, made), made.compounds
