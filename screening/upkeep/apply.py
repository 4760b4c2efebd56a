"""Applies the retention of a screen at the end of a run."""

import time
from collections import Counter
from pathlib import Path

from chem.records.message_text import counted
from data.catalogue.fetch import cache_folder
from screening.objective.screen_settings import Screen
from screening.upkeep.inventory import take_inventory
from screening.upkeep.policy import decide, excess, limits_of
from screening.upkeep.prune import remove_all
from screening.upkeep.sizes import written_size

_NAMES = {"prepared": "prepared library", "scores": "folder of shared scores", "run": "run"} | {
    "dead": "dead folder",
    "leftover": "leftover",
}
_PLURALS = {"prepared": "prepared libraries", "scores": "folders of shared scores"}


def apply_retention(screen: Screen, run: Path) -> str:
    """Remove what the ``[retention]`` of a screen does not keep.

    Args:
        screen: The screen of a finished run.
        run: The folder of that run. Other runs of the screen beside it may go.

    Returns:
        One line that says what was removed, and by how much the rest exceeds ``most_cache``; empty
        if the screen has no ``[retention]``.
    """
    if screen.retention is None:
        return ""
    found = take_inventory(cache_folder(), run.absolute().parent)
    limits = limits_of(screen.retention, screen.name)
    proposals = decide(found.items, limits, time.time())
    removed, size, failed = Counter[str](), 0, []
    for done in remove_all(proposals):
        if done.why_not:
            failed.append(f"{done.item.path}: {done.why_not}")
            continue
        removed[done.item.kind] += 1
        size += done.item.extent.bytes
    told = ", ".join(
        counted(count, _NAMES[kind], _PLURALS.get(kind, "")) for kind, count in removed.items()
    )
    line = f"retention: removed {told}, {written_size(size)}" if told else "retention: all is kept"
    if beyond := excess(proposals, limits):
        line += f"; what is kept is {written_size(beyond)} more than most_cache"
    return f"{line}; not removed: {'; '.join(failed)}" if failed else line
