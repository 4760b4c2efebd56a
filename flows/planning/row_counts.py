"""Refuses a library with far fewer records than expected: ``min_rows`` and ``max_drop``.

A file that was cut exactly between two records looks whole. Only the number of its records shows
that compounds are missing.
"""

from fractions import Fraction

from chem.errors import IncompleteLibraryError
from chem.records.message_text import counted
from screening.changes.earlier_runs import find_runs
from screening.prepare.prepared import read_summary
from screening.runs.plan import Plan
from screening.runs.runfolder import MANIFEST, RunFolder


def check_rows(plan: Plan) -> tuple[str, ...]:
    """Count the records of a run's library, if its screen sets ``min_rows`` or ``max_drop``.

    An unchanged library was counted when it was prepared. Another one is read once more, which
    takes a small part of the time of preparing it.

    Returns:
        What to tell: that there is no earlier run to compare with.

    Raises:
        IncompleteLibraryError: There are too few; the message has both numbers.
    """
    screen, path = plan.screen, plan.library.path
    if screen.min_rows is None and screen.max_drop is None:
        return ()
    summary = read_summary(plan.prepared)
    found = summary.rows if summary is not None else sum(1 for _ in plan.library)
    if screen.min_rows is not None and found < screen.min_rows:
        raise IncompleteLibraryError(
            f"{path}: found {counted(found, 'record')}, expected at least {screen.min_rows:,} "
            f"(min_rows of screen {screen.name}); wait until the file is whole, or "
            "lower min_rows"
        )
    if screen.max_drop is None or (plan.out / MANIFEST).exists():
        return ()  # a finished run that is repeated has been compared before
    last = last_run(plan)
    if last is None:
        return (
            f"max_drop: no finished run of screen {screen.name} on this library in "
            f"{plan.out.parent}, so its {counted(found, 'record')} were compared with none",
        )
    before = last.manifest.counts.get("rows", 0)
    if before - found > Fraction(str(screen.max_drop)) * before:
        drop = f"{(before - found) / before:.1%} fewer than the {before:,}"
        raise IncompleteLibraryError(
            f"{path}: found {counted(found, 'record')}, {drop} of the last finished run "
            f"{last.folder.name}, expected at most {100 * screen.max_drop:g}% fewer (max_drop of "
            f"screen {screen.name}); wait until the file is whole, or raise max_drop if so many "
            "were withdrawn"
        )
    return ()


def last_run(plan: Plan) -> RunFolder | None:
    """Return the newest other finished run of the same screen on its library, beside its folder."""
    found = find_runs(plan.out.parent, plan.screen)
    return next((run for run in found if run.folder.name != plan.out.name), None)
