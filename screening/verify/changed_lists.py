"""Compares the lists of compounds of a screen with those that a finished run used."""

from collections.abc import Sequence

from screening.runs.past_run import PastRun
from screening.select.lists import CompoundList


def changed_lists(past: PastRun, lists: Sequence[CompoundList]) -> list[str]:
    """Return a fault for each list of compounds that is not the file that the run used."""
    selection = past.run.manifest.selection
    used = {} if selection is None else {(x["role"], x["name"]): x for x in selection.lists}
    faults = []
    for one in lists:
        before = used.get((one.role, one.name), {}).get("sha256")
        now = one.told().get("sha256")
        if before is not None and now is not None and before != now:
            faults.append(
                f"{one.name}, a list of the screen to {one.role}, is not the file that the run "
                f"used: found SHA-256 {now[:12]}, expected {before[:12]}; put the old file back, "
                "and give each plate lists of its own"
            )
    return faults
