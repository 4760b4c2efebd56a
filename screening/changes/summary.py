"""Sums up in a few lines what changed since the last run, for terminals, artifacts and messages."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from chem.disk.bounded_read import read_regular
from chem.errors import HitlistError, InputError
from screening.changes.setting import ENTERED, LEFT
from screening.report.change_sentences import (
    named_of,
    spoken_time,
    tell_elsewhere,
    tell_moves,
    tell_quiet,
    tell_rest,
)
from screening.report.last_run_facts import CHANGES, FACTS, Kind, Since, read_since
from screening.runs.record_outcome import read_lines
from screening.runs.runfolder import RunFolder, open_folder
from screening.text.markdown import as_written

_COMPARED = ("read", "rejected", "accepted", "hits")


def facts_of(folder: Path) -> Since | None:
    """Return the facts on the last run that a finished run holds; None if it holds none.

    Raises InputError for a folder without a finished run, and if the file was changed since.
    """
    run = open_folder(folder)
    if FACTS not in run.manifest.files:
        return None
    try:
        content = read_regular(folder / FACTS)
    except OSError as error:
        raise InputError(f"{folder / FACTS} cannot be read ({error.strerror or error})") from None
    if sha256(content).hexdigest() != run.manifest.files[FACTS]:
        raise InputError(f"{folder / FACTS} was changed since the run; run the screen again")
    return read_since(content)


def hits_since(folder: Path, last: RunFolder) -> tuple[list[float], int] | None:
    """Return the scores of the hits that entered since a run, and how many hits of it left.

    None if the files of the run in ``folder`` do not tell it: they were changed, or the run was
    compared with another one or with none.
    """
    try:
        since = facts_of(folder)
        if since is None or since.problem or since.last is None:
            return None
        if (since.last.folder, since.last.run_id) != (last.folder.name, last.run_id):
            return None
        lines = list(read_lines(open_folder(folder), CHANGES))
        entered = [float(line["score_now"]) for line in lines if line["change"] == ENTERED]
    except (HitlistError, OSError, ValueError):
        return None
    return entered, sum(line["change"] == LEFT for line in lines)


def summary_of_changes(folder: Path) -> str:
    """Return what changed since the last run as a list in Markdown; ``""`` if it is not known.

    It names compounds by their IDs and holds no structure. Text of the library is escaped.

    folder: The folder of a finished run. Raises InputError as :func:`facts_of` does.
    """
    since = facts_of(folder)
    return "" if since is None else "\n".join(f"- {line}" for line in _lines(since, as_written))


def change_lines(folder: Path) -> list[str]:
    """Return the lines of the summary as plain text, for a terminal."""
    since = facts_of(folder)
    return [] if since is None else list(_lines(since, str))


def _lines(since: Since, written: Callable[[str], str]) -> Iterator[str]:
    yield from _compared(since, written)
    for kind in since.kinds:
        if told := _kind(since, kind, written):
            yield f"{kind.name}: {told}"
    if since.decisions.problem:
        yield written(f"no decision is shown: {since.decisions.problem}")
    for line in tell_rest(since):
        yield written(line)
    if since.listed:
        yield f"all changes: {written(CHANGES)}"


def _compared(since: Since, written: Callable[[str], str]) -> Iterator[str]:
    """Tell with which run the run was compared, and the counts, or why it was not."""
    if quiet := tell_quiet(since):
        yield written(quiet)
    elif since.last is not None:
        when, name = spoken_time(since.last.finished), written(since.last.folder)
        yield f"since the last run ({written(when)}, {name}): {_numbers(since)}"
        if since.problem:
            yield written(f"the changes are not known: {since.problem}")
    elif since.first:
        yield "first run of this screen here"
    elif since.elsewhere is not None:
        yield written(tell_elsewhere(since))


def _numbers(since: Since) -> str:
    """Return the counts of changes, then those of records if they differ."""
    told = [f"{kind.count:,} {kind.name}" for kind in since.kinds]
    told += [f"{since.stable:,} with the same rank"] if since.kinds else []
    told += [
        f"{one.before:,} → {one.now:,} {one.name}"
        for one in since.counts
        if one.name in _COMPARED and one.before != one.now
    ]
    return ", ".join(told) or "the same counts"


def _kind(since: Since, kind: Kind, written: Callable[[str], str]) -> str:
    """Return the causes of one kind of change, each with the compounds that it is about."""
    moves = tell_moves(kind)
    if kind.by_others == kind.count:
        return f"{kind.count:,} {moves}" if moves else ""
    told = []
    for cause in kind.causes:
        found = named_of(since, kind.name, cause.name) if kind.name in (ENTERED, LEFT) else []
        names = ", ".join(written(one.compound_id) for one in found)
        more = ", …" if cause.count > len(found) else ""
        told.append(f"{written(cause.name)} {cause.count:,}{f' ({names}{more})' if names else ''}")
    return ", ".join(told) + (f"; {moves}" if moves else "")
