"""``hitlist verify``: are a run's files what its library, models and screen give?"""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note, note_if, printable
from flows.terminal.options import ClusterOptions
from flows.terminal.progress import progress


def verify(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the run.")],
    library: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file that was screened.",
            show_default="where it was when it was screened",
        ),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(min=1, help="Records that are read again, and as many scored compounds."),
    ] = 1000,
    every: Annotated[
        bool, typer.Option("--all", help="Standardize and predict every record again.")
    ] = False,
) -> None:
    """Verify a finished run before compounds are ordered or plates dispensed. Nothing is changed.

    Every file is held to its hash, the records are counted, a sample of them and all hits are
    standardized from the library's file and predicted again, and the hit list, the order and the
    plates are made again from the scores and compared byte by byte. Ends with code 2 where
    anything differs.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.signatures import signers_file
    from screening.runs.past_run import open_run
    from screening.runs.verify import faults_of, verify_run
    from screening.runs.verify_files import Check

    signers_file()  # one that is missing is told before anything starts
    past = open_run(named_path(run))
    note_if(past.told_of_older)
    opened = past.library if library is None else past.open_library(named_path(library))
    count = past.prepared.rows if every else sample
    checks: list[Check] = []
    advice = "give the same command again"
    with progress() as report, ClusterOptions().connect(advice) as client:
        for check in verify_run(past, opened, client, count, report):
            checks.append(check)
            state = "skipped" if check.skipped else "FAILED" if check.faults else "ok"
            about = check.skipped or check.looked_at
            told = f"{check.what}: {state} ({about})" if about else f"{check.what}: {state}"
            print(printable(told), flush=True)
            for fault in check.faults:
                note(f"  {fault}")
    error = faults_of(checks)
    if error is not None:
        raise error
