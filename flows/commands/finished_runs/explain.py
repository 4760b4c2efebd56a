"""``hitlist explain``: show how one compound of a run got its rank."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, note_if
from flows.terminal.outcome import short
from flows.terminal.tables import show_table
from screening.runs.latest import finished_run

MOST_NAMED = 5
"""The most compounds of one name that an error lists."""

if TYPE_CHECKING:
    from screening.runs.dossier import Dossier
    from screening.runs.past_run import PastRun


def explain(
    compound_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="ID of the compound, as in the column compound_id of hits.csv."
        ),
    ],
    run: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the finished run.")],
    row: Annotated[
        int | None,
        typer.Option(
            min=1, help="Row of the record in the library, from 1, if several records share the ID."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write an HTML page with pictures.")
    ] = None,
) -> None:
    """Explain one compound of a run: record, structure, alerts, neighbours, predictions, score."""
    if html is not None:
        from chem.disk.writable import writable_file

        html = writable_file(html, "--html", "why.html")
    folder = finished_run(run)
    from chem.disk.files import make_folder, write_atomic
    from screening.errors import told_in_one_line
    from screening.runs.dossier import open_dossier
    from screening.runs.dossier_page import render_dossier
    from screening.runs.past_run import open_run

    past = open_run(folder)
    note_if(past.told_of_older)
    for line in past.run.manifest.reading:
        note(f"{past.prepared.library}: {line}")
    dossier = open_dossier(
        past, find_row(past, compound_id.encode("utf-8", "replace").decode(), row)
    )
    _show(dossier, past)
    if html is not None:
        with told_in_one_line(html):
            make_folder(html.parent)
            write_atomic(html, render_dossier(dossier, past))
        print(html)


def find_row(past: "PastRun", compound_id: str, row: int | None) -> int:
    """Return the row of the requested record; raise InputError if there is none of that ID."""
    from screening.runs.dossier import find_rows, id_of
    from screening.text.cells import unescape_cell

    # As hits.csv writes it, with the apostrophe before what a spreadsheet would run.
    spellings = (compound_id, unescape_cell(compound_id))
    if row is not None and id_of(past, row) in spellings:
        return row
    rows = find_rows(past, compound_id) or find_rows(past, spellings[1])
    if not rows:
        raise InputError(
            f"no record of {past.prepared.library} has the id {compound_id!r}, in the run "
            f"{short(past.run.folder)}; {_advise(past, compound_id)}"
        )
    if row is not None:
        known = ", ".join(f"{one:,}" for one in rows[:5])
        raise InputError(f"row {row:,} has another id; {compound_id!r} is in row {known}")
    if len(rows) > 1:
        note(f"{len(rows):,} records have this id; this is row {rows[0]:,} (--row shows another)")
    return rows[0]


def _advise(past: "PastRun", text: str) -> str:
    """Return the IDs of the compounds that have the text as their name, or where IDs are found."""
    from screening.runs.dossier import find_named

    named = find_named(past, text)
    if not named or len(named) > MOST_NAMED:
        return "copy the id from the column compound_id of hits.csv"
    return "; ".join(f"{one} is named {name}" for one, name in named)


def _show(dossier: "Dossier", past: "PastRun") -> None:
    from screening.runs.dossier_page import sections

    for section in sections(dossier, past, whole=False):
        print(f"\n{section.title}")
        show_table(section.header, section.rows)
