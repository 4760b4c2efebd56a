"""Keeps an evaluation in a campaign folder: its files first, then its line in the log.

The files of an event get their place by one rename, and the log its line by another. A process that
is killed in between leaves a folder whose ``event.json`` is the missing line: the next one that
keeps results adds it.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from chem.disk.bounded_read import read_regular
from chem.disk.files import make_folder, scratch_beside, sync_folder, write_atomic
from chem.errors import InputError
from chem.records.message_text import counted
from screening.campaign.campaign import (
    EVENT,
    LOG,
    MOST_FILE,
    RESULTS,
    Campaign,
    numbered,
    read_log,
)
from screening.campaign.event import Event, Input, Registered, read_line, write_line
from screening.campaign.replaced import (
    Replaced,
    check_known,
    find_replaced,
    kept_plates,
    read_as,
)
from screening.campaign.tables import COMPOUNDS, FINDINGS, WELLS, write_tables
from screening.errors import AlteredError, told_in_one_line
from screening.results.evaluate import Evaluation
from screening.storage.ledger import is_unused
from screening.storage.lock import Lock

INPUT = "input"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+|^\.+")


class Kept(NamedTuple):
    """The event that was written."""

    event: Event
    folder: Path
    told: list[str]
    """What the user should know: earlier events that were superseded, or that share compounds."""


def default_campaign(run: Path) -> Path:
    """Return the folder ``campaign`` beside the folder of runs.

    >>> default_campaign(Path("/project/runs/mine")).as_posix()
    '/project/campaign'
    """
    return run.absolute().parent.parent / "campaign"


def keep(
    folder: Path,
    evaluation: Evaluation,
    registered: Registered | None = None,
) -> Kept:
    """Write an evaluation as the next event of a campaign, which is made if it is missing.

    registered: what the run and its model said before the assay; None if it is not known.

    Raises:
        InputError: Nothing can be kept, nothing is new, a file was changed, or the folder is in use
            or holds something else.
        AlteredError: The log was changed.
    """
    if evaluation.is_empty:
        raise InputError(
            "no well and no value can be kept; correct what was found, and give the command again"
        )
    with told_in_one_line(folder):
        if not (folder / LOG).exists() and not is_unused(folder) and not numbered(folder):
            raise InputError(
                f"{folder} holds other files than a campaign (it has no {LOG}); name a new folder "
                "with --campaign"
            )
        with Lock(folder):
            before = read_log(folder)
            campaign = complete(before)
            check_known(campaign, evaluation)
            kept = _write(campaign, evaluation, registered)
    added = [one.number for one in campaign.lines[len(before.lines) :]]
    told = [
        f"event {number} had no line in {LOG}: a command was killed, or the line was removed; it "
        f"was added from its {EVENT}"
        for number in added
    ]
    return kept._replace(told=[*told, *kept.told])


def complete(campaign: Campaign) -> Campaign:
    """Add the line of an event whose writer was killed after its files were in place.

    Raises AlteredError if the folder without a line is not that of the next event.
    """
    number = campaign.next_number
    extra = numbered(campaign.folder) - {event.number for event in campaign.events}
    if not extra:
        return campaign
    folder = campaign.folder / RESULTS / number
    try:
        line = read_regular(folder / EVENT)
        event, _ = read_line(line, campaign.head)
        if extra != {number} or event.number != number or not isinstance(event, Event):
            raise ValueError("it is not the next event")
        for name in event.files:
            campaign.read(event, name)
    except (OSError, ValueError) as error:
        raise AlteredError(
            f"{campaign.folder / RESULTS} has {', '.join(sorted(extra))}, which {LOG} does not "
            f"name ({error}); put the log back from a backup, or move that folder elsewhere"
        ) from None
    append_line(campaign.folder, line)
    return read_log(campaign.folder)


def _write(
    campaign: Campaign,
    evaluation: Evaluation,
    registered: Registered | None,
) -> Kept:
    number = campaign.next_number
    target = campaign.folder / RESULTS / number
    make_folder(target.parent)
    earlier = find_replaced(campaign, evaluation)
    with scratch_beside(target) as scratch:
        made = scratch / "event"
        make_folder(made / INPUT)
        inputs = [
            _copy(path, digest, at, made)
            for at, (path, digest) in enumerate(evaluation.hashes.items(), 1)
        ]
        write_tables(made, evaluation)
        names = [WELLS, COMPOUNDS, FINDINGS, *(one.kept_as for one in inputs)]
        files = {name: sha256((made / name).read_bytes()).hexdigest() for name in names}
        event = _event(number, evaluation, earlier, (inputs, files))
        event = event.model_copy(update={"registered": registered})
        line, _ = write_line(event, campaign.head)
        write_atomic(made / EVENT, line)
        os.rename(made, target)
        sync_folder(target.parent)
    append_line(campaign.folder, line.encode())
    return Kept(event, target, _tell(campaign, event, earlier))


def _copy(path: Path, digest: str, at: int, folder: Path) -> Input:
    content = read_regular(path, MOST_FILE)
    if sha256(content).hexdigest() != digest:
        raise InputError(f"{path} was changed while it was read; give the command again")
    kept_as = f"{INPUT}/{at}_{_UNSAFE.sub('_', path.name)[-100:]}"
    write_atomic(folder / kept_as, content)
    return Input(name=path.name, kept_as=kept_as, sha256=digest)


def _event(
    number: str,
    evaluation: Evaluation,
    earlier: Sequence[Replaced],
    written: tuple[list[Input], dict[str, str]],
) -> Event:
    plan, values = evaluation.plan, evaluation.with_value
    plates = kept_plates(evaluation)
    inputs, files = written
    names = ", ".join(one.name for one in inputs)
    what = f"{', '.join(plates)}, " if plates else ""
    wells = f"{counted(evaluation.wells_kept, 'well')}, " if plates else ""
    summary = (
        f"{names}: {what}{wells}{counted(len(values), 'compound')} with a value on {plan.target}, "
        f"{counted(len(evaluation.findings), 'finding')}"
    )
    if earlier:
        summary += f"; supersedes {', '.join(one.event.number for one in earlier)}"
    return Event(
        number=number,
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        run=plan.run.run_id,
        run_name=plan.run.folder.name,
        screen=plan.screen.name,
        task=plan.task,
        target=plan.target,
        kind=evaluation.kind,
        plates=plates,
        ranks=[one.compound.rank for one in values],
        supersedes=[one.event.number for one in earlier],
        withdraws=[one.event.number for one in earlier if one.is_whole],
        options=read_as(evaluation.options),
        inputs=inputs,
        files=files,
        summary=summary,
    )


def append_line(folder: Path, line: bytes) -> None:
    """Add a line to the log: a new file takes the place of the old one, whole."""
    path = folder / LOG
    before = read_regular(path, MOST_FILE) if path.exists() else b""
    write_atomic(path, before + line)


def _tell(campaign: Campaign, event: Event, earlier: Sequence[Replaced]) -> list[str]:
    told = [one.told for one in earlier]
    beside = [
        one.number
        for one in campaign.events
        if event.kind == "plates"
        and (one.run, one.task) == (event.run, event.task)
        and campaign.plates_that_count(one)
        and one.number not in event.supersedes
        and {*one.ranks} & {*event.ranks}
    ]
    if beside:
        told.append(
            f"compounds of it have values in event {', '.join(beside)}, too, from other plates: "
            "the newest counts; give all plates of a run in one command to join their replicates"
        )
    known = {one.sha256 for one in event.inputs}
    for one in campaign.valid_events:
        counts = campaign.plates_that_count(one) or campaign.ranks_that_count(one)
        is_known = known & {file.sha256 for file in one.inputs}
        if is_known and counts and one.number not in event.supersedes:
            told.append(
                f"event {one.number} of {one.time} has a file with the same bytes, for "
                f"{one.target} in the run {one.run_name}; it still counts"
            )
    return told
