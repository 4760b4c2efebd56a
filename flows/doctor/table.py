"""Shows findings as a table, or as JSON for monitoring."""

import json
from collections import Counter
from collections.abc import Sequence

from flows.doctor.finding import Finding, State
from flows.terminal.tables import show_table

HEADERS = ("group", "check", "state", "found", "what to do")


def show_findings(found: Sequence[Finding]) -> None:
    """Show findings as a table on stdout, in their order."""
    show_table(HEADERS, [_row(one) for one in found])


def _row(one: Finding) -> list[str]:
    mended = f"; mended: {one.mended}" if one.mended else ""
    return [one.room, one.name, one.state.value, f"{one.found}{mended}", one.remedy]


def summary(found: Sequence[Finding]) -> str:
    """Return the last line: how many findings of each state there are.

    >>> summary([Finding("Python", State.OK, "3.11")])
    '1 ok'
    """
    counts = Counter(one.state for one in found)
    return ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])


def to_json(found: Sequence[Finding], code: int) -> str:
    """Return findings as JSON: the exit code, the counts, and one object for each finding."""
    counts = Counter(one.state.value for one in found)
    whole = {
        "exit_code": code,
        "counts": {state.value: counts[state.value] for state in State},
        "findings": [
            {
                "group": one.room,
                "check": one.name,
                "state": one.state.value,
                "found": one.found,
                "remedy": one.remedy,
                "mended": one.mended,
            }
            for one in found
        ],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False)
