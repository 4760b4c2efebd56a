"""Finds what of earlier events a new evaluation replaces: whole plates, or single values.

A plate of the same run and target replaces the older one. Of a file of final values, only the
compounds that have a value in it are replaced: one that it leaves out keeps its older value.

The same files may be given again with other options, as a finding advises. If their numbers are
read otherwise, or for another target, the older event was a mistake, and nothing of it counts.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from chem.errors import InputError
from chem.records.message_text import counted
from screening.campaign.campaign import Campaign
from screening.campaign.event import Event, ReadAs
from screening.results.evaluate import Evaluation, Options


class Replaced(NamedTuple):
    """What of an earlier event does not count any more."""

    event: Event
    what: str
    """In words, such as ``plates EGFR_P1``."""
    stays: str
    """What still counts, in words; empty if nothing was said to stay."""
    is_whole: bool = False
    """True if nothing of the event counts any more, for its files are read otherwise now."""

    @property
    def told(self) -> str:
        """The sentence for the user."""
        also = f"its {self.stays}, and its files stay" if self.stays else "its files stay"
        if self.is_whole:
            also = f"its files were read otherwise, for {self.event.target}, and stay"
        return f"replaces {self.what} of event {self.event.number} of {self.event.time}; {also}"


def read_as(options: Options) -> ReadAs:
    """Return the options of an evaluation as an event records them."""
    return ReadAs(
        value_column=options.value_column,
        decimal=options.decimal,
        units=options.units,
        direction=options.direction,
        plates=sorted(options.plates),
        accepted=sorted(options.accepted),
    )


def check_known(campaign: Campaign, evaluation: Evaluation) -> None:
    """Refuse, with InputError, what the campaign has: the same files, target and options.

    An event of which something was replaced may be kept again, so that it counts again. A file that
    was kept for plates of another run is refused if this run has plates of the same names: readers
    and runs count plates from 1, so the names fit the wrong run, too.
    """
    plan, options = evaluation.plan, read_as(evaluation.options)
    digests = sorted(evaluation.hashes.values())
    for event in campaign.valid_events:
        both = sorted({*event.plates} & {*kept_plates(evaluation)})
        if event.run != plan.run.run_id and both and _digests(event) & {*digests}:
            raise InputError(
                f"{', '.join(map(str, evaluation.hashes))}: a file with these bytes was kept "
                f"for run {event.run_name} as event {event.number} of {event.time}, which has "
                f"plates of the same names ({', '.join(both)}); give the files of run "
                f"{plan.run.folder.name}, or name their plates with --plate"
            )
    for event in campaign.events:
        same = (event.run, event.task, event.options) == (plan.run.run_id, plan.task, options)
        if same and sorted(_digests(event)) == digests and campaign.is_current(event):
            names = ", ".join(str(path) for path in evaluation.hashes)
            raise InputError(
                f"{names} was kept before, as event {event.number} of {event.time} in "
                f"{campaign.folder}: its bytes, target and options are the same; give a corrected "
                "file, or other options, if it is to be replaced"
            )


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
    for event in campaign.valid_events:
        if _is_read_otherwise(event, evaluation):
            found.append(Replaced(event, "all", "", is_whole=True))
        elif event.number in plates:
            found.append(Replaced(event, f"plates {', '.join(plates[event.number])}", ""))
        elif evaluation.kind == "compounds" and (count := values[event.number]):
            left = len(campaign.ranks_that_count(event)) - count
            verb = "counts" if left == 1 else "count"
            stays = f"{counted(left, 'other value')} still {verb}" if left else ""
            found.append(Replaced(event, f"the values of {counted(count, 'compound')}", stays))
    return found


def _is_read_otherwise(event: Event, evaluation: Evaluation) -> bool:
    """Tell whether all files of an event are among those of an evaluation that reads them anew.

    Another column for another target is a second readout of the same plates: both count.
    """
    plan, before, now = evaluation.plan, event.options, read_as(evaluation.options)
    if event.run != plan.run.run_id or not _digests(event) <= set(evaluation.hashes.values()):
        return False
    if event.task != plan.task:
        return before.value_column == now.value_column
    reading = ("value_column", "decimal", "units", "plates")
    return any(getattr(before, name) != getattr(now, name) for name in reading)


def _digests(event: Event) -> set[str]:
    return {one.sha256 for one in event.inputs}


def kept_plates(evaluation: Evaluation) -> list[str]:
    """Return the plates of which wells are kept: one that is refused or empty replaces nothing."""
    return [name for name, plate in evaluation.plates.items() if any(plate.kept())]
