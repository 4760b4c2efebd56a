"""Finds what of earlier events a new evaluation replaces: whole plates, or single values.

A plate of the same run and target replaces the older one. Of a file of final values, only the
compounds that have a value in it are replaced: one that it leaves out keeps its older value.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from chem.records.message_text import counted
from screening.campaign.campaign import Campaign
from screening.campaign.event import Event
from screening.results.evaluate import Evaluation


class Replaced(NamedTuple):
    """What of an earlier event does not count any more."""

    event: Event
    what: str
    """In words, such as ``plates EGFR_P1``."""
    stays: str
    """What still counts, in words; empty if nothing was said to stay."""

    @property
    def told(self) -> str:
        """The sentence for the user."""
        also = f"its {self.stays}, and its files stay" if self.stays else "its files stay"
        return f"replaces {self.what} of event {self.event.number} of {self.event.time}; {also}"


def find_replaced(campaign: Campaign, evaluation: Evaluation) -> list[Replaced]:
    """Return the earlier events of which something that counts is replaced, in order of time."""
    key = evaluation.plan.run.run_id, evaluation.plan.task
    plates: dict[str, list[str]] = defaultdict(list)
    for name in kept_plates(evaluation):
        if event := campaign.newest_of_plate.get((*key, name)):
            plates[event.number].append(name)
    ranks = [one.compound.rank for one in evaluation.with_value]
    newest = [campaign.newest_of_value.get((*key, rank)) for rank in ranks]
    values = Counter(event.number for event in newest if event)
    found = []
    for event in campaign.events:
        if event.number in plates:
            found.append(Replaced(event, f"plates {', '.join(plates[event.number])}", ""))
        elif evaluation.kind == "compounds" and (count := values[event.number]):
            left = len(campaign.ranks_that_count(event)) - count
            verb = "counts" if left == 1 else "count"
            stays = f"{counted(left, 'other value')} still {verb}" if left else ""
            found.append(Replaced(event, f"the values of {counted(count, 'compound')}", stays))
    return found


def kept_plates(evaluation: Evaluation) -> list[str]:
    """Return the plates of which wells are kept: one that is refused or empty replaces nothing."""
    return [name for name, plate in evaluation.plates.items() if any(plate.kept())]
