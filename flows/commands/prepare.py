"""``hitlist prepare``: standardize and featurize a library once, for many screens."""

from pathlib import Path
from typing import Annotated

import typer

from chem.records.message_text import counted
from flows.terminal.console import note, note_if
from flows.terminal.options import (
    ClusterOptions,
    ColumnOptions,
    PartitionRows,
    StoreUrl,
    unfold,
)
from flows.terminal.outcome import check_usable, doubt_lines, records_line, show_reading
from flows.terminal.progress import progress


@unfold
def prepare(
    library: Annotated[
        str,
        typer.Argument(
            metavar="LIBRARY",
            help="Library: a .smi, .csv, .tsv, .sdf or .parquet file (also .gz), or a dataset "
            "name.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the prepared library.")],
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    partition_rows: PartitionRows = None,
    store: StoreUrl = None,
) -> None:
    """Standardize and featurize every record of a library and compute its properties.

    `hitlist screen` does this itself and keeps the result in the cache. `prepare` writes it to a
    folder of your choice. With --store the partitions go to the store and only their ledger to
    the folder. Repeat the command to resume after a stop.
    """
    from flows.planning.planning import plan_preparation
    from screening.prepare.older_standardization import told_of_library
    from screening.prepare.prepare import prepare_library

    with progress() as report:
        work = plan_preparation(library, out, columns.named, report, partition_rows, store)
        note_if(told_of_library(work.library, work.folder))
        show_reading(work.library)
        for line in doubt_lines(work.library, work.doubts):
            note(line)
        advice = "finished work is kept: repeat the command to resume"
        with cluster.connect(advice) as client:
            prepared = prepare_library(
                work.library, work.folder, client, partition_rows, report, store=work.store
            )
    told = records_line(prepared.rows, prepared.accepted, prepared.rejected, prepared.duplicates)
    note(f"{told}; {counted(len(prepared.partitions), 'partition')}")
    for code, count in prepared.reject_codes.items():
        note(f"  {count:,} x {code}")
    show_reading(work.library, prepared.notes)
    print(out)
    check_usable(work.library, prepared.accepted, "the counts above say why")
