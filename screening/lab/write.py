"""Write the folder ``lab``: the files for ordering, plating and dispensing."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from chem.disk.files import make_folder, remove_leftovers
from chem.structure.weight import weight_per_parent
from screening.hits.hit_files import write_csv
from screening.hits.table import HitTable
from screening.lab import order, picklists, platefiles
from screening.lab.plan import make_plan
from screening.lab.plan_checks import check_plan
from screening.objective.plate_settings import Lab
from screening.objective.screen_settings import Screen

FOLDER = "lab"
"""Name of the folder in a run folder."""
ORDER = f"{FOLDER}/order.csv"
SOMETIMES = re.compile(r"dilutions\.csv|plate_\d+\.csv")
"""Files that a later run may not write again. Other files in the folder are not touched."""


def write_lab(
    folder: Path, table: HitTable, hits: pd.DataFrame, screen: Screen, settings: Lab
) -> list[str]:
    """Write ``lab/`` into a run folder and return names such as ``lab/plates.csv``.

    Plates of an earlier run that are not written again are removed. Without hits the files have
    headers only, and there is no plate grid.

    Args:
        folder: the run folder.
        table: the hits.
        hits: the ranked frame of the same hits, with ``mw``.
        screen: the screen.
        settings: the settings of the lab.

    Raises:
        AccountingError: the plan breaks a law of ``screening.lab.plan_checks``; nothing is written.
    """
    plan = make_plan(len(table.rows), settings, screen.name)
    check_plan(plan)
    weights = hits["mw"].astype(float).tolist()
    came = [cells["input_smiles"] for cells in table.records()]
    supplied = [weight_per_parent(text, "smiles") if text else None for text in came]
    texts = len(platefiles.COLUMNS)
    files: list[tuple[str, list[str], Iterable[list[str]], int | None]] = [
        (
            "order",
            order.order_header(table),
            order.order_rows(plan, table, weights, supplied),
            None,
        ),
        (
            "plates",
            platefiles.plate_header(table, screen),
            platefiles.plate_rows(plan, table, screen),
            texts,
        ),
        ("source_plates", [*picklists.SOURCES], picklists.source_rows(plan, table), None),
        ("picklist_echo", [*picklists.ECHO], picklists.echo_rows(plan, table), None),
        ("picklist", [*picklists.GENERIC], picklists.generic_rows(plan), None),
    ]
    if settings.dilutes:
        files.append(("dilutions", [*picklists.DILUTIONS], picklists.dilution_rows(plan), None))
    for plate in range(1, plan.plates + 1):
        header, *lines = platefiles.grid(plan, plate, table)
        files.append((f"plate_{plate}", header, lines, None))
    lab = folder / FOLDER
    make_folder(lab)
    remove_leftovers(lab)
    names = [f"{name}.csv" for name, *_ in files]
    for old in lab.iterdir():
        if SOMETIMES.fullmatch(old.name) and old.name not in names:
            old.unlink()
    for name, (_, header, rows, columns) in zip(names, files, strict=True):
        write_csv(lab / name, header, rows, columns)
    return [f"{FOLDER}/{name}" for name in names]
