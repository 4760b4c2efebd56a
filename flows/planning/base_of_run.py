"""Finds the bundle of a run from which a campaign's first candidates are made, for the flow.

A run notes the name and the hash of each bundle, and the path as its screen had it. A path may be
relative to the folder in which the run was planned, which a worker does not know. So it is looked
for in the folders that hold the run or its library, and a bundle counts only if it has the hash.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chem.errors import HitlistError
from gnn.bundle.find_bundle import SHIPPED, find_bundle, read_card_and_hash, shipped_bundles
from gnn.card.card import Card
from screening.results.reading.plate_plan import PlatePlan
from screening.runs.runfolder import RunFolder


class BaseOfRun(NamedTuple):
    """The bundle from which candidates are made, or why there is none."""

    name: str | None
    """A shipped name or a full path."""
    why: str
    """Why none was found; empty if one was."""


def base_of_run(plan: PlatePlan) -> BaseOfRun:
    """Return the bundle of a run that predicted the target of its plates.

    A campaign's candidates are made from a bundle without own results. If the run's bundle was
    moved by results or trained again, its base is taken if it is a shipped one.
    """
    made = {one.name: one.sha256 for one in plan.run.manifest.bundles}
    name = max((one for one in made if plan.task.startswith(f"{one}_")), key=len, default="")
    if not name:
        return BaseOfRun(None, f"the run names no bundle that predicts {plan.task}")
    for bundle in plan.screen.bundles:
        for place in _places(bundle, plan.run):
            try:
                card, digest = read_card_and_hash(find_bundle(place))
            except HitlistError:  # told below if it is in no other place either
                continue
            if (card.name, digest) == (name, made[name]):
                return _without_results(place, card)
    return BaseOfRun(
        None,
        f"the bundle {name} of the run, with the hash {made[name][:12]}, is not among "
        f"{', '.join(plan.screen.bundles)} any more, or cannot be read here",
    )


def is_changed(card: Card) -> bool:
    """Tell whether results of a campaign made a bundle."""
    return card.own_results is not None or card.retrained is not None


def _without_results(place: str, card: Card) -> BaseOfRun:
    made = card.own_results or card.retrained
    if made is None:
        return BaseOfRun(place, "")
    for name in shipped_bundles():
        if read_card_and_hash(SHIPPED / name)[1] == made.base:
            return BaseOfRun(name, "")
    return BaseOfRun(
        None,
        f"{place} was made with the results of a campaign, of a bundle with the hash "
        f"{made.base[:12]} that is not among the shipped ones",
    )


def _places(bundle: str, run: RunFolder) -> Iterator[str]:
    """Yield where a bundle of a run may be: one place for a shipped name or a full path."""
    path = Path(bundle)
    if bundle in shipped_bundles() or path.is_absolute() or bundle.startswith("~"):
        yield bundle
        return
    known = [run.folder.absolute()]
    if run.where is not None and run.where.library is not None:
        known.append(Path(run.where.library.path))
    for one in known:
        yield from (str(folder / path) for folder in one.parents)
    yield str(path.absolute())
