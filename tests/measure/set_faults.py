"""Count the faults of training sets that the catalogue and docs/guide/data.md state.

    HITLIST_MIRROR=path/to/mirror python tests/measure/set_faults.py tdc_herg tox21

Prints for each set how many rows cannot be standardized, and why; for each task the molecules (by
standardized SMILES) that are in several rows, how far their values are apart, the range and the
commonest values; and the groups of stereoisomers. It takes a millisecond a molecule. Agreement
between sets is in the README of the mirror.
"""

import sys
from collections import Counter

import pandas as pd

from chem.records.records import Failure
from chem.structure.equivalence import without_stereo
from chem.structure.standardize import standardize
from data.catalogue.catalogue import Dataset, dataset
from data.catalogue.fetch import fetch_dataset


def read(entry: Dataset) -> tuple[pd.DataFrame, "Counter[str]"]:
    """Return the readable rows with a column ``key``, and the other rows counted by reason."""
    frame = pd.read_csv(fetch_dataset(entry))
    keys: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for text in frame[entry.smiles_column].unique():
        found = standardize(text, "smiles")
        if isinstance(found, Failure):
            reasons[text] = found.code
        else:
            keys[text] = found.smiles
    smiles = frame[entry.smiles_column]
    failed = Counter(reasons[text] for text in smiles if text in reasons)
    return frame.assign(key=smiles.map(keys))[smiles.isin(keys)], failed


def columns_of(frame: pd.DataFrame, entry: Dataset) -> dict[str, pd.DataFrame]:
    """Return for each task its rows, with the columns ``key`` and ``y``."""
    if entry.task_column is not None:
        renamed = frame.rename(columns={entry.value_column or "": "y"})
        return {str(name): rows for name, rows in renamed.groupby(entry.task_column)}
    measured = {task.name: frame[["key", task.column]].dropna() for task in entry.all_tasks}
    return {name: rows.set_axis(["key", "y"], axis=1) for name, rows in measured.items()}


def describe(rows: pd.DataFrame, is_class: bool) -> str:
    """Describe the values of one task in a line."""
    values = rows.groupby("key")["y"]
    spread = (values.max() - values.min())[values.size() > 1]
    told = f"{len(rows)} values, {len(spread)} molecules repeated, {(spread > 0).sum()} differ"
    if is_class:
        return f"{told}, {int(rows['y'].sum())} ones"
    common = ", ".join(f"{value:g} {n}" for value, n in rows["y"].value_counts().head(5).items())
    ratio = (values.max() / values.min())[values.size() > 1]
    apart = {f"over {most:g}": int((spread > most).sum()) for most in (0.3, 1, 10)}
    times = {f"over {most}-fold": int((ratio > most).sum()) for most in (3, 10)}
    low, high = rows["y"].min(), rows["y"].max()
    return f"{told} {apart} {times}, at most {spread.max():.3g}; {low:g} to {high:g}; {common}"


def stereoisomers(rows: pd.DataFrame) -> str:
    """Describe the groups of molecules of a task that differ only in stereochemistry."""
    flat = {key: without_stereo(key) for key in rows["key"].unique()}
    sizes = Counter(flat.values())
    groups = {text for text, size in sizes.items() if size > 1}
    found = rows.assign(flat=rows["key"].map(flat))
    values = found[found["flat"].isin(groups)].groupby("flat")["y"].nunique()
    molecules = sum(sizes[text] for text in groups)
    return f"{len(groups)} groups, {molecules} molecules, {(values > 1).sum()} with several values"


def main() -> None:
    """Describe the sets that the command line names."""
    for name in sys.argv[1:]:
        entry = dataset(name)
        frame, failed = read(entry)
        print(f"{name}: {len(frame)} rows, {frame['key'].nunique()} molecules; not {dict(failed)}")
        classes = {task.name for task in entry.all_tasks if task.kind == "classification"}
        classes |= {task.column for task in entry.all_tasks if task.kind == "classification"}
        tasks = columns_of(frame, entry)
        for task, rows in tasks.items():
            print(f"  {task}: {describe(rows, task in classes)}")
        if len(tasks) == 1:
            print(f"  stereoisomers: {stereoisomers(next(iter(tasks.values())))}")


if __name__ == "__main__":
    main()
