"""``hitlist analogs``: find what is similar to a hit, scored as the run scores its library."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from chem.records.message_text import counted
from flows.commands.finished_runs.explain import find_row
from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, ColumnOptions, unfold
from flows.terminal.progress import progress
from flows.terminal.tables import show_table
from screening.runs.latest import finished_run

if TYPE_CHECKING:
    import pandas as pd

    from screening.prepare.prepare import Progress
    from screening.prepare.prepared import Prepared
    from screening.runs.past_run import PastRun

SHOWN = 20
"""Analogs that are shown."""


@dataclass(frozen=True)
class HitOptions:
    """The hit, if its ID does not say which."""

    smiles: Annotated[
        str | None, typer.Option(metavar="SMILES", help="A structure in place of an ID.")
    ] = None
    row: Annotated[
        int | None,
        typer.Option(
            min=1, help="Row of the record in the library, from 1, if several records share the ID."
        ),
    ] = None


@dataclass(frozen=True)
class SearchOptions:
    """Where analogs are searched, and which."""

    library: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Library to search; it is prepared first if it was not yet.",
            show_default="the library of the run",
        ),
    ] = None
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most analogs of each kind.")] = 50
    smarts: Annotated[
        str | None,
        typer.Option(
            metavar="SMARTS",
            help="Substructure that analogs of the kind substructure have.",
            show_default="the hit's scaffold",
        ),
    ] = None
    enumerated: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            help="The most analogs that are made, with substituents of the library's compounds.",
        ),
    ] = 50
    reactions: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            help="The most analogs that are made by reactions, with reagents of the library.",
        ),
    ] = 20
    max_sa: Annotated[
        float,
        typer.Option(min=1, max=10, help="The highest synthetic accessibility of a made analog."),
    ] = 4.5


@dataclass(frozen=True)
class FileOptions:
    """The files to write."""

    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV file to write, one row per analog.")
    ] = None
    sar: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="CSV file to write with the R-groups of the hit's series."
        ),
    ] = None


@unfold
def analogs(
    compound_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="ID of the hit, as in the column compound_id of hits.csv."
        ),
    ] = None,
    *,
    run: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the finished run.")],
    hit: HitOptions,
    wanted: SearchOptions,
    files: FileOptions,
    columns: ColumnOptions,
    cluster: ClusterOptions,
) -> None:
    """Find the analogs of a hit in a prepared library, and rank them by the run's objective.

    Matched pairs differ from the hit at one place. For these the table also says what the same
    change did to measured values. Further analogs are made from the hit and the substituents of
    the library's compounds; they are marked as enumerated.
    """
    folder = finished_run(run)
    from chem.disk.writable import writable_file
    from screening.analogs.around import analogs_in, rank_analogs
    from screening.analogs.files import write_analogs
    from screening.analogs.made import Wanted, make_analogs
    from screening.analogs.query import make_query
    from screening.analogs.sar import check_core, sar_table
    from screening.analogs.scored import CompoundScorer
    from screening.runs.past_run import open_run

    out = None if files.out is None else writable_file(files.out, "--out", "analogs.csv")
    sar = None if files.sar is None else writable_file(files.sar, "--sar", "sar.csv")
    past = open_run(folder)
    note_if(past.told_of_older)
    called, text, key = _hit(past, compound_id, hit)
    query = make_query(text, key, wanted.smarts)
    if sar is not None:
        check_core(query)
    with progress() as report, ThreadPoolExecutor(1) as meanwhile:
        prepared = _prepared(past, wanted.library, columns, cluster, report)
        scorer = meanwhile.submit(CompoundScorer, past)
        found, notes = analogs_in(prepared, query, wanted.limit, report)
        making = Wanted(wanted.enumerated, wanted.reactions, wanted.max_sa)
        made, told = make_analogs(prepared, query, found, making, report)
        scored = scorer.result()
        ranked = rank_analogs(scored, (called, text), [*found, *made], making.kept, report)
    past.check_unchanged()
    for line in (*notes, *told, *ranked.notes):
        note(line)
    _show(ranked.table, past, out)
    series = sar_table(ranked.table, query) if sar is not None else ranked.table
    for path, table in ((out, ranked.table), (sar, series)):
        if path is not None:
            write_analogs(path, table)
            print(path)


def _hit(past: "PastRun", compound_id: str | None, given: HitOptions) -> tuple[str, str, bytes]:
    """Return the ID, the standardized SMILES and the hash of the key of the hit."""
    from chem.records.records import Failure
    from chem.structure.standardize import standardize
    from screening.prepare.prepared_rows import hash_key

    if (compound_id is None) == (given.smiles is None):
        raise InputError("name a hit by its ID, or a structure with --smiles; one of the two")
    if given.smiles is not None:
        standard = standardize(given.smiles, "smiles")
        if isinstance(standard, Failure):
            raise InputError(f"--smiles {given.smiles!r} cannot be used: {standard.detail}")
        return "", standard.smiles, hash_key(standard.key)
    assert compound_id is not None
    at = find_row(past, compound_id.encode("utf-8", "replace").decode(), given.row)
    names = ["compound_id", "smiles", "key", "detail"]
    record = past.read_record(at, names).to_pylist()[0]
    if not record["smiles"]:
        raise InputError(
            f"{record['compound_id']} was rejected ({record['detail']}), so it has no analogs; "
            "name a compound of hits.csv"
        )
    return record["compound_id"], record["smiles"], record["key"]


def _prepared(
    past: "PastRun",
    library: str | None,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    report: "Progress",
) -> "Prepared":
    """Return the library to search, prepared."""
    if library is None:
        return past.prepared
    from screening.analogs.library import open_prepared
    from screening.prepare.prepare import prepare_library
    from screening.prepare.prepared_location import prepared_folder
    from screening.runs.plan import check_preparable, find_library

    opened = find_library(library, columns.named, report)
    folder = prepared_folder(opened).absolute()
    check_preparable(folder)
    with cluster.connect("finished work is kept: repeat the command to resume") as client:
        return open_prepared(prepare_library(opened, folder, client, progress=report))


def _show(table: "pd.DataFrame", past: "PastRun", out: Path | None) -> None:
    """Show the hit and its best analogs."""
    tasks = [term.task for term in past.screen.objective.primary]
    head = ["compound_id", "kind", "similarity", "change", "score", *tasks]
    rows = []
    for one in table.head(SHOWN + 1).to_dict("records"):
        numbers = [f"{one[name]:.3g}" for name in ("score", *tasks)]
        told = [one["compound_id"] or one["smiles"], one["kind"], f"{one['similarity']:.2f}"]
        rows.append([*told, one["change"], *numbers])
    show_table(head, rows, numbers=1 + len(tasks))
    if (found := len(table) - 1) > SHOWN:
        where = "the file has all" if out else "--out FILE writes all"
        note(f"{SHOWN} of {found:,} analogs are shown; {where}")
    removed = int((table["removed_by"] != "").sum())
    kinds = table["kind"].iloc[1:].str.split("; ").explode().value_counts().sort_index()
    of_each = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "none"
    note(
        f"{counted(len(table) - 1, 'analog')} ({of_each}); filters of the screen remove {removed:,}"
    )
