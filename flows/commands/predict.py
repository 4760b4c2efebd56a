"""``hitlist predict``: predict the tasks of bundles for every row of a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.records.message_text import counted
from flows.terminal.console import note, note_if
from flows.terminal.options import ClusterOptions, ColumnOptions, StoreUrl, unfold
from flows.terminal.outcome import check_usable, doubt_lines, records_line, show_reading
from flows.terminal.progress import progress

if TYPE_CHECKING:
    from flows.planning.planning import Predictions
    from screening.prepare.prepared import Prepared


@unfold
def predict(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Compounds: a .smi, .csv, .tsv, .sdf or .parquet file (also .gz), or a dataset "
            "name.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="CSV file to write, one row per record. An existing file is replaced.",
        ),
    ],
    bundle: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|DIR",
            help="Bundle to predict with. Repeat for more.",
            show_default="all shipped bundles without a restricted licence",
        ),
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK",
            help="Task to predict, such as EGFR or toxicity_herg. Repeat for more.",
            show_default="all tasks of the bundles",
        ),
    ] = None,
    *,
    columns: ColumnOptions,
    cluster: ClusterOptions,
    store: StoreUrl = None,
) -> None:
    """Predict every endpoint for every compound of a file, in the order of its rows.

    Each task has four to six columns, and the shipped bundles have 227 tasks. Choose some with
    --task or --bundle. A compound that cannot be read keeps its row, with a reason and no
    predictions.
    """
    _check_path(file)
    from flows.planning.planning import plan_predictions
    from screening.runs.predict import predict_file

    with progress() as report:
        work = plan_predictions(file, out, bundle, columns.named, report, store, task or ())
        _tell(work)
        if work.out.exists():
            note(f"{out} exists and will be replaced")
        with cluster.connect("the prepared compounds are kept: repeat the command") as client:
            prepared = predict_file(
                *(work.library, work.prepared, work.wanted, work.out),
                *(client, report, work.store),
            )
    show_reading(work.library, prepared.notes)
    note(closing_line(prepared, work.wanted.tasks, out))
    print(out)
    check_usable(work.library, prepared.accepted, f"the column reason of {out} says why")


def _check_path(file: str) -> None:
    """Refuse a path without a file before what takes seconds is imported."""
    from flows.planning.screen_paths import check_path

    check_path(file)


def _tell(work: "Predictions") -> None:
    """Tell how the file is read, what is doubtful, and which bundles have a restricted licence."""
    from screening.prepare.older_standardization import told_of_library
    from screening.score.predicted_columns import restrictions_of

    note_if(told_of_library(work.library, work.prepared))
    show_reading(work.library)
    doubts = doubt_lines(work.library, work.doubts)
    for line in (*doubts, *restrictions_of(work.wanted.bundles)):
        note(line)


def closing_line(prepared: "Prepared", tasks: int, out: Path) -> str:
    """Return the counts of records and predictions, and the file that holds them."""
    told = records_line(prepared.rows, prepared.accepted, prepared.rejected, prepared.duplicates)
    predicted = prepared.rows - prepared.rejected
    return (
        f"{told}; {counted(prepared.rows, 'row')} written to {out}, {predicted:,} of them with "
        f"predictions of {counted(tasks, 'task')}"
    )
