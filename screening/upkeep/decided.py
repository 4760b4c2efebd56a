"""Finds the runs about whose compounds somebody decided, in the decisions that belong to each run.

Of each compound in a file the newest run that lists it is kept: it has the record that the decision
is about. Runs whose screen names the file come first, then the others of the folder.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

from chem.disk.bounded_read import read_regular
from chem.errors import InputError
from chem.structure.inchi_key import inchi_key
from screening.changes.decisions import DECISIONS, Decisions, decisions_file, read_decisions
from screening.objective.screen_file import load_screen
from screening.runs.runfolder import SCREEN
from screening.text.cells import unescape_cell
from screening.upkeep.items import Item

_MOST = 1_000_000_000
"""The most bytes of a hit list."""


def protect_decided(items: Sequence[Item], folder: Path) -> Iterator[Item]:
    """Yield the items of a folder of runs, of which the runs with a decision are kept.

    If any file of decisions cannot be read, all runs are kept.
    """
    order = sorted(items, key=lambda one: (one.made, one.path.name), reverse=True)
    runs = [item for item in order if item.kind == "run"]
    reasons: dict[Path, str] = {}
    files: dict[Path, set[Path]] = {folder / DECISIONS: set()}
    for item in runs:
        try:
            screen = load_screen(item.path / SCREEN)
        except (InputError, OSError) as error:
            reasons[item.path] = f"its {SCREEN} does not tell its decisions ({error})"
            continue
        path = decisions_file(item.path, screen)
        files.setdefault(path, set()).add(item.path)
    for path, own in files.items():
        if path == folder / DECISIONS and not path.exists():
            continue
        try:
            decisions = read_decisions(path)
        except InputError as error:
            reasons |= {item.path: f"decisions cannot be read: {error}" for item in runs}
            break
        first = sorted(runs, key=lambda item: item.path not in own)  # the newest of each first
        for run, why in _with_a_decision(decisions, [item.path for item in first], path.name):
            reasons.setdefault(run, why)
    for item in order:
        yield replace(item, kept=item.kept or reasons.get(item.path, ""))


def _with_a_decision(
    decisions: Decisions, runs: Sequence[Path], name: str
) -> Iterator[tuple[Path, str]]:
    """Yield the first run that lists each compound, and each that cannot be compared."""
    ids = {one.compound_id for one in decisions.lines} - {""}
    keys = {one.inchikey for one in decisions.lines} - {""}
    for run in runs:
        if not ids and not keys:
            return
        listed = _listed_compounds(run, with_keys=bool(keys))
        if listed is None:
            yield run, f"its hits.csv cannot be compared with {name}"
        elif (listed[0] & ids) or (listed[1] & keys):
            ids -= listed[0]
            keys -= listed[1]
            yield run, f"{name} has a decision about it"


def _listed_compounds(run: Path, with_keys: bool) -> tuple[set[str], set[str]] | None:
    """Return the IDs of a run's hits, and their InChIKeys if asked for; None if unreadable."""
    try:
        text = read_regular(run / "hits.csv", _MOST).decode("utf-8-sig")
        rows = list(csv.DictReader(StringIO(text, newline="")))
        ids = {unescape_cell(row["compound_id"] or "") for row in rows}
        structures = {unescape_cell(row["smiles"] or "") for row in rows} if with_keys else set()
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        return None
    return ids, {inchi_key(smiles) for smiles in structures}
