"""``hitlist prepare``: standardize and featurize a library once."""

from typing import Annotated

import typer

from chem.library.columns.columns import NamedColumns
from chem.records.counted import counted
from flows.terminal.console import note, note_if, progress
from flows.terminal.options import (
    IdColumn,
    NameColumn,
    OutFolder,
    PartitionRows,
    Scheduler,
    SmilesColumn,
    StoreUrl,
    TlsCa,
    TlsCert,
    TlsKey,
    Unencrypted,
    Workers,
)
from flows.terminal.outcome import check_usable, records_line, show_reading
from flows.terminal.remote import working


def prepare(
    library: Annotated[
        str,
        typer.Argument(
            metavar="LIBRARY",
            help="Compounds: .smi .csv .tsv .sdf .parquet, also .gz, or a catalogue name.",
        ),
    ],
    out: OutFolder,
    smiles_column: SmilesColumn = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    scheduler: Scheduler = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    unencrypted: Unencrypted = False,
    workers: Workers = None,
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
        columns = NamedColumns(smiles_column, id_column, name_column)
        work = plan_preparation(library, out, columns, report, partition_rows, store)
        note_if(told_of_library(work.library, work.folder))
        show_reading(work.library)
        advice = "what is done is kept: give the same command again to go on"
        with working(
            scheduler, workers, (tls_ca, tls_cert, tls_key, unencrypted), advice
        ) as client:
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
