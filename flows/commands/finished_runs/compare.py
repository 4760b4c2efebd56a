"""``hitlist compare``: show what changed between two finished runs, and why."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from chem.errors import InputError
from flows.terminal.console import note, printable
from flows.terminal.tables import show_table
from screening.runs.latest import finished_run

if TYPE_CHECKING:
    from screening.changes.compare import Change

SHOWN = 40
"""The most changes that a terminal shows; the CSV file has all."""
HEADER = (
    *("change", "before", "now", "compound_id", "name", "score before", "score now", "cause"),
    *("decision", "detail"),
)


def compare(
    older: Annotated[Path, typer.Argument(metavar="OLDER", help="Folder of the older run.")],
    newer: Annotated[Path, typer.Argument(metavar="NEWER", help="Folder of the newer run.")],
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write every change as a CSV file, such as changes.csv."
        ),
    ] = None,
) -> None:
    """Compare two finished runs: the compounds that entered, left or moved, each with its cause.

    Compounds are matched by their registration keys. Causes are found by evaluating each compound
    again, from the scores of both runs. Decisions are read from decisions.csv beside the newer run,
    or from the file that its screen names. Changes nothing in the runs.
    """
    folders = finished_run(newer), finished_run(older)
    from chem.disk.files import make_folder
    from chem.disk.writable import writable_file
    from screening.changes.compare import compare_runs, write_changes
    from screening.changes.decided_compounds import follow_decisions
    from screening.changes.decisions import Decisions, find_decisions
    from screening.changes.earlier_runs import find_earlier
    from screening.errors import told_in_one_line
    from screening.objective.screen_file import load_screen
    from screening.report.manifest import SHOWN_COUNTS
    from screening.runs.runfolder import SCREEN, open_folder

    if csv is not None:
        csv = writable_file(csv, "--csv", "changes.csv")
    run, old = map(open_folder, folders)
    screen = load_screen(run.folder / SCREEN)
    beside = [one for one in find_earlier(run, screen) if one.run_id != old.run_id]
    try:
        decisions = follow_decisions(find_decisions(run.folder, screen), run, [old, *beside])
    except InputError as error:  # as in a run: a slip in the file hides no comparison
        note(f"no decision will be shown: {error}")
        decisions = Decisions()
    found = compare_runs(old.folder, run.folder, decisions)
    for line in found.summary():
        print(printable(line))
    for line in decisions.summary():
        print(printable(line))
    counts = [[SHOWN_COUNTS[name], f"{before:,}", f"{now:,}"] for name, before, now in found.counts]
    print()
    show_table(("count", "before", "now"), counts, numbers=2)
    _show(found.changes[:SHOWN])
    if len(found.changes) > SHOWN:
        where = csv or "the file that --csv writes"
        note(f"{len(found.changes) - SHOWN:,} more changes are in {where}")
    if csv is not None:
        with told_in_one_line(csv):
            make_folder(csv.parent)
        write_changes(csv, found)
        print(csv)


def _show(changes: Sequence["Change"]) -> None:
    """Show changes as a table, with a column of names if a compound has one."""
    if not changes:
        return
    left_out = set() if any(one.name for one in changes) else {"name"}
    if Console().is_terminal:
        left_out.add("detail")  # it names several compounds, and would leave no room for the rest
    kept = [at for at, name in enumerate(HEADER) if name not in left_out]
    print()
    show_table([HEADER[at] for at in kept], [[_row(one)[at] for at in kept] for one in changes])


def _row(one: "Change") -> list[str]:
    ranks, scores = (one.rank_before, one.rank_now), (one.score_before, one.score_now)
    called = (one.compound_id, one.name)
    return [one.change, *ranks, *called, *scores, one.cause, one.decision, one.detail]
