"""Lists the current results of a campaign as a bundle's tasks have them."""

from gnn.assembly.learn import Result
from gnn.card.card import Card
from screening.campaign.campaign import Campaign
from screening.results.reading.plate_plan import PACTIVITY

_BOUND = {"=": 0, "<": -1, ">": 1}


def results_for(campaign: Campaign, card: Card) -> list[Result]:
    """Return the current results in order of time, with the names of the bundle's tasks.

    A result of another bundle, or in another unit than its task, keeps a name that is no task, so
    that it is counted as left out. The place in time of a result is that of its event.
    """
    units = {f"{card.name}_{task.name}": task for task in card.tasks}
    order = {event.number: at for at, event in enumerate(campaign.events)}
    found = []
    for event, row in campaign.current_values():
        task = units.get(event.task)
        fits = task is not None and row.unit == task.unit == PACTIVITY
        name = task.name if task is not None and fits else f"{event.task} in {row.unit}"
        found.append(
            Result(name, row.smiles, row.value, _BOUND[row.qualifier], order[event.number])
        )
    return sorted(found, key=lambda one: one.plate)
