"""``hitlist prepare``: standardize and featurize a library once."""

from pathlib import Path
from typing import Annotated

import typer

from chem.records.text import counted
from flows.terminal.console import note, note_if
from flows.terminal.options import (
    ClusterOptions,
    ColumnOptions,
    PartitionRows,
    StoreUrl,
    unfold,
)
from flows.terminal.outcome import check_usable, records_line, show_reading
from flows.terminal.progress import progress


@unfold
def prepare(
    library: Annotated[
        str,
        typer.Argument(
            metavar="LIBRARY",
            help="Compounds: .smi .csv .tsv .sdf .parquet, also .gz, or a catalogue name.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    partition_rows: PartitionRows = None,
    store: StoreUrl = None,
) -> None:
    """Standardize, featurize and describe every record of a library, in partitions.

    A screen does this by itself and keeps the result in the cache; this writes it where you say:
    all of it into the folder, or the partitions into a store and their ledger into the folder.
    Give the same command again to go on after a stop.
    """
    from flows.planning.planning import plan_preparation
    from screening.prepare.older_standardization import told_of_library
    from screening.prepare.prepare import prepare_library

    with progress() as report:
        work = plan_preparation(library, out, columns.named, report, partition_rows, store)
        note_if(told_of_library(work.library, work.folder))
        show_reading(work.library)
        advice = "what is done is kept: give the same command again to go on"
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
