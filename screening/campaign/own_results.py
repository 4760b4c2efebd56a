"""Lists the current results of a campaign as a bundle's tasks have them."""

from gnn.candidates.own_measured import Result
from gnn.card.card import Card
from screening.campaign.campaign import Campaign
from screening.results.reading.plate_plan import PACTIVITY

_BOUND = {"=": 0, "<": -1, ">": 1}


def results_for(campaign: Campaign, card: Card) -> list[Result]:
    """Return the current results in order of time, with the names of the bundle's tasks.

    Of a compound that was measured several times on a task, the newest result counts. A result of
    another bundle, or in another unit than its task, keeps a name that is no task, so that it is
    counted as left out. The order is that of ``Campaign.place_in_time``.
    """
    units = {f"{card.name}_{task.name}": task for task in card.tasks}
    newest: dict[tuple[str, str], Result] = {}
    first: dict[tuple[str, str], int] = {}
    for event, row in sorted(campaign.current_values(), key=lambda one: int(one[0].number)):
        task = units.get(event.task)
        fits = task is not None and row.unit == task.unit == PACTIVITY
        name = task.name if task is not None and fits else f"{event.task} in {row.unit}"
        place = campaign.place_in_time[event.number]
        first[name, row.key] = min(place, first.get((name, row.key), place))
        newest[name, row.key] = Result(
            name,
            row.smiles,
            row.value,
            _BOUND[row.qualifier],
            place,
            repeated=first[name, row.key] < place,
            compound_id=row.compound_id,
        )
    return sorted(newest.values(), key=lambda one: one.event)
