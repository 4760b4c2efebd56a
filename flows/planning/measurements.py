"""The measured compounds of a bundle, from its training or rebuilt from the catalogue."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chem.disk.writable import check_writable
from chem.errors import InputError
from data.activities.activity import ActivityTable
from data.activities.measurements import Progress, collect_measurements
from data.catalogue.catalogue import dataset
from data.public_sets.sets import load_activities
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.bundle.measured_compounds import MeasuredCompounds, save_measured_compounds
from gnn.card.card import Card
from screening.errors import told_in_one_line
from screening.runs.plan import BUNDLE_REMEDY


class Measurements(NamedTuple):
    """Measured compounds and their sources."""

    compounds: MeasuredCompounds
    """With the tasks of the card, in its order."""
    sources: list[dict[str, Any]]
    """Entries of the card's ``data``."""


def measurements_of_assay(
    table: ActivityTable, card: Card, progress: Progress | None = None
) -> Measurements:
    """Return the measured compounds of an assay for the tasks of its bundle."""
    tasks = [task.name for task in card.tasks]
    found = collect_measurements([table], tasks, True, progress)
    return Measurements(MeasuredCompounds.of_table(found), card.data)


def measurements_of_sets(card: Card, progress: Progress | None = None) -> Measurements:
    """Fetch the datasets that a bundle was trained on and collect their measured compounds.

    Values of datasets whose terms do not allow it (``ship_values`` in the catalogue) are left out.

    Raises:
        InputError: the bundle was trained on other data, or on another version of a dataset.
    """
    tasks = [task.name for task in card.tasks]
    tables, sources = [], []
    for source in card.data:
        _check(source, card)
        if dataset(source["name"]).kind == "mutants":
            continue  # its values are of no task
        table = load_activities(source["name"])
        if not {task.name for task in table.tasks} & set(tasks):
            continue
        if dataset(source["name"]).ship_values:
            tables.append(table)
            sources.append(source)
        else:
            tables.append(table.select([]))  # its tasks stay, without values
    found = collect_measurements(tables, tasks, progress=progress)
    return Measurements(MeasuredCompounds.of_table(found), sources)


def _check(source: Mapping[str, Any], card: Card) -> None:
    name = source["name"]
    try:
        found = dataset(name).sha256
    except InputError:
        raise InputError(
            f"bundle {card.name} was trained on {name}, which is not in the catalogue; train it "
            "again with `hitlist train`, which keeps its measured compounds"
        ) from None
    if found != source["sha256"]:
        raise InputError(
            f"bundle {card.name} was trained on another version of {name}: found {found[:12]} in "
            f"the catalogue, expected {source['sha256'][:12]}; train it again"
        )


def keep_measured_compounds(folder: Path, measurements: Measurements) -> Path:
    """Write measured compounds into the folder of their bundle and return the file."""
    card = read_card(folder)  # as it was written, with the hash of the weights
    with told_in_one_line(folder):
        return save_measured_compounds(folder, card, measurements.compounds, measurements.sources)


def make_measured_compounds(
    name: str, progress: Progress | None = None
) -> tuple[Path, MeasuredCompounds]:
    """Rebuild the measured compounds of a bundle, given by its shipped name or its folder.

    Raises:
        InputError: the data or the folder cannot be used.
        ModelError: the bundle cannot be read.
    """
    folder = find_bundle(name)
    card = read_card(folder)
    check_writable(folder, BUNDLE_REMEDY)
    made = measurements_of_sets(card, progress)
    return keep_measured_compounds(folder, made), made.compounds
