"""``hitlist verify``: check that a run's files follow from its library, models and screen."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note, note_if, printable
from flows.terminal.options import ClusterOptions
from flows.terminal.progress import progress


def verify(
    run: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the finished run, or of a campaign.")
    ],
    library: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Library file that was screened.",
            show_default="the path recorded in the run",
        ),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            min=1, help="Number of records to read again, and of scored compounds to predict again."
        ),
    ] = 1000,
    every: Annotated[
        bool, typer.Option("--all", help="Check every record instead of a sample.")
    ] = False,
) -> None:
    """Verify a finished run before you order compounds or dispense plates. Changes nothing.

    Compares the hash of every file and counts the records. Standardizes and predicts a sample of
    the library and all hits again. Makes the hit list, the order and the plates again from the
    scores and compares them byte by byte. Exits with code 2 if anything differs.

    Of a campaign, checks the chain of its log, and every file that `hitlist results` kept.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.ssh_signatures import signers_file
    from screening.campaign.campaign import is_campaign
    from screening.changes.check_changes import verify_changes
    from screening.runs.latest import named_run
    from screening.runs.past_run import open_run
    from screening.verify.verify import faults_of, verify_run
    from screening.verify.verify_files import Check

    signers_file()  # a missing file is reported before anything starts
    if is_campaign(named_path(run)):
        _verify_campaign(named_path(run))
        return
    past = open_run(named_run(run))
    note_if(past.told_of_older)
    opened = past.library if library is None else past.open_library(named_path(library))
    count = past.prepared.rows if every else sample
    checks: list[Check] = []
    advice = "repeat the command"
    with progress() as report, ClusterOptions().connect(advice) as client:
        of_run = verify_run(past, opened, client, count, report)
        for check in chain(of_run, verify_changes(past)):
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


def _verify_campaign(folder: Path) -> None:
    """Check the log and the files of a campaign; raise AlteredError if one was changed."""
    from chem.records.message_text import counted
    from screening.campaign.campaign import open_campaign
    from screening.campaign.models import check_models
    from screening.errors import AlteredError

    campaign = open_campaign(folder)
    print(printable(f"log: ok ({counted(len(campaign.lines), 'event')}, chained by hashes)"))
    print(
        f"last line: {campaign.head} (write it down: only this hash tells later that no last event "
        "was removed with its folder)"
    )
    faults = [*campaign.check_files(), *filter(None, [campaign.told_of_folder])]
    files = counted(sum(len(event.files) for event in campaign.events), "file")
    print(f"files: {'FAILED' if faults else 'ok'} ({files} against the log)")
    of_models = check_models(campaign)
    if campaign.model_events or of_models:
        count = counted(sum(len(one.files) for one in campaign.model_events), "file")
        print(f"models: {'FAILED' if of_models else 'ok'} ({count} against the log)")
    faults += of_models
    for fault in faults:
        note(f"  {fault}")
    if faults:
        raise AlteredError(
            f"{folder} is not what was kept, or an event of it is unfinished; see the faults above"
        )
