"""Show the results of a finished run on a terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chem.errors import InputError
from chem.records.message_text import counted
from flows.terminal.console import note, note_if
from flows.terminal.tables import choose_columns, show_table, terminal_width

if TYPE_CHECKING:
    from chem.library.completeness import Doubt
    from chem.library.read import Library
    from screening.objective.screen_settings import Screen
    from screening.report.manifest import RunManifest
    from screening.runs.plan import Plan
    from screening.runs.write_run import Outcome


def show_outcome(outcome: "Outcome", screen: "Screen") -> None:
    """Show the best hits, the counts, and the reasons if there are fewer hits than requested."""
    from screening.hits.doubt_summary import sum_up_doubts
    from screening.hits.top import STORY, brief_table, top_table
    from screening.score.triage_recall import describe_triage
    from screening.select.selection_report import describe_lists, describe_selection
    from screening.text.words import describe_sets

    manifest, counts = outcome.manifest, outcome.manifest.counts
    if width := terminal_width():
        headers, rows = choose_columns(*brief_table(outcome.table, screen), width, STORY)
    else:
        headers, rows = top_table(outcome.table, screen)
    if rows:
        show_table(
            headers, rows, f"{screen.title}: best {len(rows):,} of {counted(counts.hits, 'hit')}"
        )
        note_if(truncation_line(headers, rows, STORY))
    told = records_line(counts.rows, counts.accepted, counts.rejected, counts.duplicates)
    note(f"{told}; {counted(counts.hits, 'hit')}")
    note(describe_triage(manifest.triage, counts.set_aside))
    if manifest.selection is not None:
        note(describe_selection(manifest.selection))
        for line in describe_lists(manifest.selection.lists):
            note(line)
    for line in shortage_lines(manifest, screen):
        note(line)
    for name in ("hits.csv", "report.html"):
        print(short(outcome.folder / name))
    if counts.hits:
        note_if(reference_line(screen))
    news = (*describe_sets(screen), *told_changes(outcome), *domain_lines(outcome))
    for line in (*news, *outcome.table.expected):
        note(line)
    note_if(sum_up_doubts(outcome.table))


def shortage_lines(manifest: "RunManifest", screen: "Screen") -> list[str]:
    """Return why a run has fewer hits than its screen requests; none if it has them all."""
    from screening.text.selection_words import describe_shortage

    counts = manifest.counts
    if counts.hits >= screen.hits:
        return []
    taken = {name: n for name, n in manifest.filtered_by_filter.items() if n}
    by = ", ".join(f"{name} removed {n:,}" for name, n in taken.items())
    passed = f"{counts.passed:,} of {counted(counts.accepted, 'accepted compound')} passed the "
    passed = f"{passed}filters{f' ({by})' if by else ''}"
    passed = passed if counts.accepted else "no compound was accepted"
    lines = [f"{counted(screen.hits, 'hit')} requested; {passed}"]
    if manifest.selection is not None and (
        short := describe_shortage(manifest.selection, counts.hits)
    ):
        lines.append(short)
    triage = manifest.triage
    # In a second ranking, filters of the first screen also removed compounds.
    if aside := counts.set_aside - triage.never_looked_at:
        remedy = (
            "screen the library by this objective to score them"
            if triage.chosen_for
            else "use --exhaustive or more --hits to score them"
        )
        told = f"{counted(aside, 'compound')} not scored by the ensembles, because of the triage"
        lines.append(f"{told}: {remedy}")
    return lines


def truncation_line(headers: Sequence[str], rows: Sequence[Sequence[str]], story: str) -> str:
    """Return a line that says where the whole texts of a truncated column are; "" without one."""
    if story not in headers or not any(row[headers.index(story)].endswith("…") for row in rows):
        return ""
    return (
        f'a {story} that ends in "…" is too long for this terminal: hits.csv and report.html have '
        "the whole"
    )


def reference_line(screen: "Screen") -> str:
    """Return a line if the plates hold positive controls of a compound without a name."""
    from screening.objective.plate_settings import UNNAMED

    if not screen.lab.positive_controls or screen.lab.reference != UNNAMED:
        return ""
    return (
        "no reference compound is named for the positive controls of the plates: set `reference` "
        "under [lab]"
    )


def records_line(rows: int, accepted: int, rejected: int, duplicates: int) -> str:
    """Return the counts of a library's records, such as ``7 records: 5 accepted, …``.

    >>> records_line(7, 5, 1, 1)
    '7 records: 5 accepted, 1 rejected, 1 duplicate'
    """
    return (
        f"{counted(rows, 'record')}: {accepted:,} accepted, {rejected:,} rejected, "
        f"{counted(duplicates, 'duplicate')}"
    )


def outcome_line(outcome: "Outcome") -> str:
    """Return the folder and the counts of a run in one line, for a page or a log."""
    counts = outcome.manifest.counts
    told = records_line(counts.rows, counts.accepted, counts.rejected, counts.duplicates)
    return f"{outcome.folder}: {counted(counts.hits, 'hit')} from {told}"


def passed_over(incomplete: Sequence[str]) -> str:
    """Return the end of a message that names newer files which are not complete, newest first.

    >>> passed_over([]), passed_over(["stock_9.smi"])
    ('', '; passed over stock_9.smi, not complete')
    >>> passed_over(["stock_9.smi", "stock_8.smi"])
    '; passed over stock_9.smi and 1 other file, not complete'
    """
    if not incomplete:
        return ""
    more = len(incomplete) - 1
    others = f" and {counted(more, 'other file')}" if more else ""
    return f"; passed over {incomplete[0]}{others}, not complete"


def told_changes(outcome: "Outcome") -> list[str]:
    """Return the lines on what changed since the last run; none if the run was not compared."""
    from screening.changes.summary import change_lines

    return [] if outcome.manifest.run is None else change_lines(outcome.folder)


def domain_lines(outcome: "Outcome") -> list[str]:
    """Return one sentence for each model that has hits outside its domain."""
    return [one.told for one in outcome.manifest.domains if one.told]


def show_reading(library: "Library", told: Sequence[str] | None = None) -> None:
    """Print the decisions made in reading a library, such as the column of its ids.

    Args:
        library: the open library.
        told: all notes after it was read completely. Notes from opening are not repeated.
    """
    for line in reading_lines(library, told):
        note(line)


def reading_lines(library: "Library", told: Sequence[str] | None = None) -> list[str]:
    """Return the lines of :func:`show_reading`, each with the name of the file."""
    lines = library.notes if told is None else [one for one in told if one not in library.notes]
    return [f"{library.path.name}: {line}" for line in lines]


def plan_lines(plan: "Plan") -> list[str]:
    """Return how the library's file was found, and each doubt that its reader will not tell."""
    return [*plan.told, *doubt_lines(plan.library, plan.doubts)]


def doubt_lines(library: "Library", doubts: Sequence["Doubt"]) -> list[str]:
    """Return each sign that a library's file was cut, unless its reader will tell it."""
    from chem.library.completeness import untold

    return [f"{library.path.name}: {text}" for text in untold(doubts)]


def check_usable(library: "Library", accepted: int, why: str) -> None:
    """Refuse a library without a usable record, after all files are written.

    Args:
        library: the library.
        accepted: number of accepted records. A duplicate always has an accepted record.
        why: where to find the reasons.

    Raises:
        InputError: no record was accepted.
    """
    if accepted:
        return
    hint = f"; {library.hint}" if library.hint else ""
    raise InputError(f"no record of {library.path.name} could be used: {why}{hint}")


def short(path: Path) -> Path:
    """Return a path relative to the current folder if it is inside it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
