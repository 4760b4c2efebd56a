"""``hitlist predict``: every task of some bundles for every row of a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.records.text import counted
from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, ColumnOptions, StoreUrl, unfold
from flows.terminal.outcome import check_usable, records_line, show_reading
from flows.terminal.progress import progress

if TYPE_CHECKING:
    from screening.prepare.prepared import Prepared


@unfold
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
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK",
            help="Task to write, such as EGFR or toxicity_herg; give it again for more. Each has "
            "four columns.",
            show_default="all tasks of the models",
        ),
    ] = None,
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    store: StoreUrl = None,
) -> None:
    """Predict every task for every compound: the same rows in the same order.

    Each task has four columns, and the shipped models have many tasks: --task or --bundle writes
    fewer. A compound that cannot be read keeps its row, with the reason and no predictions.
    """
    from flows.planning.planning import plan_predictions
    from screening.prepare.older_standardization import told_of_library
    from screening.runs.predict import predict_file

    with progress() as report:
        work = plan_predictions(file, out, bundle, columns.named, report, store, task or ())
        note_if(told_of_library(work.library, work.prepared))
        show_reading(work.library)
        advice = "the prepared compounds are kept: give the same command again"
        with cluster.connect(advice) as client:
            prepared = predict_file(
                *(work.library, work.prepared, work.wanted, work.out),
                *(client, report, work.store),
            )
    show_reading(work.library, prepared.notes)
    note(closing_line(prepared, work.wanted.tasks, out))
    print(out)
    check_usable(work.library, prepared.accepted, f"the column reason of {out} says why")


def closing_line(prepared: "Prepared", tasks: int, out: Path) -> str:
    """Return what became of the records, and where their predictions are."""
    told = records_line(prepared.rows, prepared.accepted, prepared.rejected, prepared.duplicates)
    predicted = prepared.rows - prepared.rejected
    return (
        f"{told}; {counted(prepared.rows, 'row')} written to {out}, {predicted:,} of them with "
        f"predictions of {counted(tasks, 'task')}"
    )
