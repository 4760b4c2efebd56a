"""``hitlist predict``: every task of some bundles for every row of a file."""

from pathlib import Path
from typing import Annotated

import typer

from chem.columns import NamedColumns
from flows.console import note, note_if, progress
from flows.options import (
    IdColumn,
    NameColumn,
    Scheduler,
    SmilesColumn,
    StoreUrl,
    TlsCa,
    TlsCert,
    TlsKey,
    Unencrypted,
    Workers,
)
from flows.outcome import check_usable, show_reading
from flows.remote import working


def predict(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Compounds: .smi .csv .tsv .sdf .parquet, also .gz, or a catalogue name.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="CSV file to write.")],
    bundle: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|DIR",
            help="Model to predict with; give it again for more.",
            show_default="all that come along",
        ),
    ] = None,
    smiles_column: SmilesColumn = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    scheduler: Scheduler = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    unencrypted: Unencrypted = False,
    workers: Workers = None,
    store: StoreUrl = None,
) -> None:
    """Predict every task for every compound: the same rows in the same order.

    A compound that cannot be read keeps its row, with the reason and no predictions.
    """
    from flows.planning import plan_predictions
    from screening.older import told_of_library
    from screening.predict import predict_file

    with progress() as report:
        columns = NamedColumns(smiles_column, id_column, name_column)
        work = plan_predictions(file, out, bundle, columns, report, store)
        note_if(told_of_library(work.library, work.prepared))
        show_reading(work.library)
        advice = "the prepared compounds are kept: give the same command again"
        with working(
            scheduler, workers, (tls_ca, tls_cert, tls_key, unencrypted), advice
        ) as client:
            prepared = predict_file(
                work.library, work.prepared, work.bundles, work.out, client, report, work.store
            )
    tasks = sum(len(bundle.card.tasks) for bundle in work.bundles)
    note(f"{prepared.rows:,} rows, {prepared.rejected:,} rejected; {tasks} tasks")
    show_reading(work.library, prepared.notes)
    print(out)
    check_usable(work.library, prepared.accepted, f"the column reason of {out} says why")
