"""Checks what a run tells of the last run, as a part of its verification."""

from collections.abc import Iterator

from chem.disk.scratch import scratch_folder
from chem.errors import HitlistError, InputError
from screening.changes.compare import compare_runs, write_changes
from screening.changes.decisions import Decision, Decisions
from screening.changes.setting import ENTERED, LEFT, MOVED
from screening.changes.summary import facts_of
from screening.report.last_run_facts import CHANGES, LastRun, Since
from screening.report.manifest import hash_texts, versions
from screening.runs.past_run import PastRecords
from screening.runs.runfolder import RunFolder, open_folder
from screening.verify.verify_files import Check

WHAT = "changes since the last run"


def verify_changes(past: PastRecords) -> Iterator[Check]:
    """Compare a run with its last run again, and hold the result against ``changes.csv``.

    Yields:
        The check; none for a run that was compared with none. If the last run is gone or was
        replaced, or if another version of hitlist compared them, only the hashes vouch for the
        changes. That is told, and is no fault.
    """
    try:
        since = facts_of(past.folder)
    except InputError as error:
        yield Check(WHAT, "", [str(error)])
        return
    if since is not None and since.last is not None:
        yield _check(past, since, since.last)


def _check(past: PastRecords, since: Since, last: LastRun) -> Check:
    only = f"only the hash of {CHANGES} is checked"
    if since.problem:
        return Check(WHAT, "the runs could not be compared at the time")
    manifest = past.run.manifest
    if manifest.texts != hash_texts() or manifest.versions != versions():
        return Check(WHAT, f"compared by another version, {only}")
    try:
        run = open_folder(past.folder.absolute().parent / last.folder)
    except InputError:
        return Check(WHAT, f"the last run {last.folder} is gone, {only}")
    if run.run_id != last.run_id:
        return Check(WHAT, f"{last.folder} holds another run by now, {only}")
    return _compare_again(past, since, run)


def _compare_again(past: PastRecords, since: Since, last: RunFolder) -> Check:
    used = tuple(Decision(**one.model_dump()) for one in since.decisions.used)
    try:
        changes = compare_runs(last.folder, past.folder, Decisions(used))
    except HitlistError as error:  # such as a prepared library that was pruned
        why = " ".join(str(error).split())
        return Check(WHAT, f"not compared again ({why}), only the hash of {CHANGES} is checked")
    except (KeyError, ValueError) as error:
        return Check(WHAT, "", [f"cannot be compared again: {error}"])
    check = Check(
        WHAT, f"{len(changes.changes):,} found again by comparing with {last.folder.name}"
    )
    with scratch_folder() as scratch:
        write_changes(scratch / CHANGES, changes)
        if (scratch / CHANGES).read_bytes() != (past.folder / CHANGES).read_bytes():
            check.faults.append(f"{CHANGES} does not follow from the two runs")
    told = [(kind.name, kind.count) for kind in since.kinds]
    if told != [(name, len(changes.of(name))) for name in (ENTERED, LEFT, MOVED)]:
        check.faults.append("the numbers of changes in the report do not follow from the two runs")
    if (changes.offers.prices, changes.offers.stocks) != (since.prices, since.stocks):
        check.faults.append("the changed prices in the report do not follow from the two runs")
    if since.lines != len(changes.changes):
        check.faults.append("the number of lines in the report does not follow from the two runs")
    return check
