"""Chooses the hits from the ranked list, by the rules of a screen's selection.

Controls come first. Then the pool is offered in the order of the screen's ``diversity``, until
only the places of exploration are left. These go to the best by optimism inside the primary
targets' domains. Places that exploration cannot fill go to the pool again. The hits are returned in
the order of the list.

Nothing depends on the partitions of the library or on the order of reading the scores: the pool is
the first part of a total order, and every later step goes through it in a defined order.
"""

import numpy as np
import pandas as pd

from chem.assess.costly_properties import compute_costly_properties
from chem.errors import InputError
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import BLOCK, ScoredFrames, with_costly_columns
from screening.rank.rank import Ranking, in_order, list_ranks
from screening.score.card_facts import CardFacts
from screening.select.candidates import Choice, Identify, find_candidates, find_pool
from screening.select.constraints import Constraints, Exclusions
from screening.select.list_matches import ListMatches
from screening.select.outlook import Outlook
from screening.select.pick_order import (
    BY_CLUSTER,
    BY_OPTIMISM,
    PickOrder,
    Picks,
    by_cluster,
    by_rank,
    by_unlikeness,
)
from screening.select.selection_report import list_not_selected, report_selection


def rank_and_choose(
    frames: ScoredFrames,
    screen: Screen,
    list_matches: ListMatches,
    controls: ScoredFrames,
    identify: Identify,
    keep_every: bool = False,
    cards: CardFacts | None = None,
) -> Ranking:
    """Rank compounds, and choose up to ``screen.hits`` of them by ``screen.selection``.

    The hits have the columns of ``rank_with_costly_filters``, and ``cluster`` if clusters were
    needed.

    controls: scored frames that hold the controls of ``list_matches``, among other compounds.
    cards: what the cards of the models say of their domains, and of errors that go together.
    For ``frames`` and ``keep_every`` see ``merge_top``.

    With an acquisition the hits have ``hit_probability``, and ``knowledge`` if it asks for that.

    Raises InputError if the controls alone cost more than the budget, or have no scores, or if
    a card lacks what the acquisition needs.
    """
    assert screen.selection is not None
    cards = cards or CardFacts()
    exclusions = Exclusions(screen, list_matches)
    pool = find_pool(frames, screen, exclusions, keep_every)
    candidates = find_candidates(
        pool.compounds, frames, controls, screen, list_matches, identify, cards.limits
    )
    outlook = None
    if screen.selection.acquisition is not None:
        outlook = Outlook(candidates.frame, screen, screen.selection, cards)
    constraints = Constraints(screen.selection)
    choice = Choice(
        screen, screen.selection, list_matches, pool, candidates, constraints, exclusions, outlook
    )
    _choose(choice)
    considered = _considered(choice, frames)
    hits = _hits(choice, considered)
    over = list_not_selected(choice, considered, hits)
    ids = identify(over[["row"]])["compound_id"].to_numpy(dtype=object)
    over.insert(1, "compound_id", pd.Series(ids, index=over.index, dtype="str"))
    taken = exclusions.taken
    selected = report_selection(choice, over)
    details = dict(list_matches.details)
    whys = [details.get(row, why) for row, why in zip(over["row"], over["why"], strict=True)]
    over["why"] = pd.Series(whys, index=over.index, dtype="str")
    asked = {row for row in exclusions.costly_properties if exclusions.is_counted(row)}
    return pool.ranking._replace(
        hits=hits,
        passed=pool.ranking.passed - sum(taken.values()),
        filtered={**pool.ranking.filtered, **taken},
        examined=len(asked.union(hits["row"].tolist())),
        depth=pool.depth,
        passed_over=over,
        selection=selected,
    )


def _choose(choice: Choice) -> None:
    """Choose compounds until the constraints hold as many as the screen has hits."""
    candidates, constraints, selection = choice.candidates, choice.constraints, choice.selection
    most = choice.screen.hits
    for at in candidates.controls:
        constraints.add_control(candidates.each[at])
    if constraints.is_overdrawn:
        raise InputError(
            f"the controls alone cost {constraints.spent}, but the budget is {selection.budget:g}; "
            "raise it, or include fewer controls"
        )
    pick_order = PickOrder(_order(choice))
    explored = min(selection.explored(most), most - len(constraints.taken))

    def fill(size: int) -> None:
        while len(constraints.taken) < size and (at := pick_order.next()) is not None:
            if at >= candidates.pool:  # it is looked at now, and has to be accounted for
                choice.exclusions.count([candidates.each[at].row])
            pick_order.record(constraints.try_add(candidates.each[at], choice.rule))

    fill(most - explored)
    if explored:
        _explore(choice, len(constraints.taken) + explored)
    fill(most)


def _allowed(choice: Choice) -> list[int]:
    """Return the explorable candidates that no list and no costly filter excludes.

    They are checked before any is picked, because a compound that cannot be picked later is nothing
    to learn for.
    """
    candidates, exclusions = choice.candidates, choice.exclusions
    beyond = [at for at in candidates.explorable if at >= candidates.pool]
    reasons = exclusions.reasons_against(candidates.frame.iloc[beyond])
    both = list(zip(beyond, reasons, strict=True))
    exclusions.count(candidates.each[at].row for at, reason in both if reason)
    return [at for at, reason in both if not reason]


def _order(choice: Choice) -> Picks:
    candidates, selection = choice.candidates, choice.selection
    if choice.outlook is not None:
        offered = {*range(candidates.pool), *_allowed(choice)} - {*candidates.controls}
        return choice.outlook.picks(sorted(offered), candidates.controls)
    if selection.diversity == "clusters":
        return by_cluster([one.cluster for one in candidates.each[: candidates.pool]])
    if selection.diversity == "maxmin":
        last = max([candidates.pool - 1, *candidates.controls])
        smiles = [one.smiles for one in candidates.each[: last + 1]]
        return by_unlikeness(smiles, candidates.pool, candidates.controls)
    return by_rank(candidates.pool)


def _explore(choice: Choice, size: int) -> None:
    """Take the best by optimism that are not taken yet, until the constraints hold ``size``."""
    candidates, constraints, exclusions = choice.candidates, choice.constraints, choice.exclusions
    for start in range(0, len(candidates.explorable), BLOCK):
        places = candidates.explorable[start : start + BLOCK]
        reasons = exclusions.reasons_against(candidates.frame.iloc[places])
        for at, reason in zip(places, reasons, strict=True):
            if len(constraints.taken) >= size:
                return
            exclusions.count([candidates.each[at].row])
            if not reason:
                constraints.try_add(candidates.each[at], BY_OPTIMISM)


def _considered(choice: Choice, frames: ScoredFrames) -> pd.DataFrame:
    """Return all candidates that were considered, with ``list_rank``, in the order of the list.

    Their ``index`` is their position among all candidates.
    """
    frame, taken = choice.candidates.frame, choice.constraints.taken
    inside = np.arange(len(frame)) < choice.candidates.pool
    asked = [row in taken or choice.exclusions.is_counted(row) for row in frame["row"].tolist()]
    outside = frame[~inside & np.array(asked, dtype=bool)]
    if len(outside):
        outside = outside.assign(list_rank=list_ranks(frames(), choice.screen, outside))
    return in_order(pd.concat([frame[inside], outside])).reset_index()


def _hits(choice: Choice, considered: pd.DataFrame) -> pd.DataFrame:
    candidates, taken = choice.candidates, choice.constraints.taken
    hits = considered[considered["row"].isin(taken.keys())].reset_index(drop=True)
    rules = [taken[row] for row in hits["row"].tolist()]
    if candidates.clustered:
        # Clusters are numbered by their first hits in the order of the list.
        numbers: dict[int, int] = {}
        own = [candidates.each[at].cluster for at in hits["index"].tolist()]
        hits["cluster"] = [numbers.setdefault(one, len(numbers) + 1) for one in own]
        rules = [
            f"{rule} {number}" if rule == BY_CLUSTER else rule
            for rule, number in zip(rules, hits["cluster"].tolist(), strict=True)
        ]
    hits = _with_acquisition(choice, hits)
    hits["rank"] = np.arange(1, len(hits) + 1)
    hits["list_rank"] = hits["list_rank"].astype(np.int64)
    hits["picked_by"] = pd.Series(rules, index=hits.index, dtype="str")
    known = dict(choice.exclusions.costly_properties)
    unknown = hits[~hits["row"].isin(known.keys())]
    found = compute_costly_properties(unknown["smiles"].tolist())
    known.update(zip(unknown["row"].tolist(), found, strict=True))
    costly = [known[row] for row in hits["row"].tolist()]
    return with_costly_columns(hits.drop(columns="index"), costly)


def _with_acquisition(choice: Choice, hits: pd.DataFrame) -> pd.DataFrame:
    """Add what the acquisition knew of each hit; ``index`` is its position in the candidates."""
    outlook = choice.outlook
    if outlook is None:
        return hits
    places = hits["index"].tolist()
    hits = hits.assign(hit_probability=outlook.probability[places])
    if choice.rule != "knowledge":
        return hits
    gains = [outlook.gains.get(place, np.nan) for place in places]
    return hits.assign(knowledge=np.array(gains, dtype=np.float64))
