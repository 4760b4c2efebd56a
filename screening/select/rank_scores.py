"""Ranks the scores of a run by an objective, and returns the hits.

A later run can rank the same scores by another objective.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from chem.assess.clusters import SIMILAR
from chem.features.properties import PROPERTIES
from gnn.bundle.bundle import Bundle
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.library_records import with_identity
from screening.rank.rank import Ranking
from screening.rank.scored_frames import read_rows, scored_frames
from screening.rank.structure_columns import with_structure_columns
from screening.score.card_facts import selection_facts
from screening.score.predicted_columns import (
    PACTIVITY,
    domain_limits,
    other_targets,
    prediction_columns,
    task_units,
)
from screening.score.score import WorkItem
from screening.score.target_panel import panel_of
from screening.score.triage import Triage
from screening.score.triage_recall import TriageFacts, measure_recall
from screening.select.choose import rank_and_choose
from screening.select.decided import DecidedCompounds, decided_text
from screening.select.hide_decided import find_hidden, hide
from screening.select.list_matches import NO_MATCHES, ListMatches
from screening.storage.store import Store


@dataclass(frozen=True)
class Scores:
    """The store of a library's scores, and the work items that made them."""

    folder: Store
    items: tuple[WorkItem, ...]
    triage: Triage | None
    """The triage; None if the ensembles scored every compound."""
    why_all: str
    """The reason that the ensembles scored every compound."""
    list_matches: ListMatches = NO_MATCHES
    """The compounds that the screen's lists name."""
    controls: tuple[WorkItem, ...] = ()
    """The work items with the scores of the controls, whether or not the triage chose them."""
    decided: DecidedCompounds | None = None
    """The decisions that hide compounds; None if the screen hides none."""


def rank_run(
    screen: Screen, bundles: Sequence[Bundle], prepared: Prepared, scores: Scores
) -> Ranking:
    """Rank all scored compounds, keep the hits, and measure the triage if there was one."""
    columns = prediction_columns(screen, bundles)

    def frames() -> Iterator[pd.DataFrame]:
        if scores.triage is not None:
            yield _empty_frame(columns)
        yield from scored_frames(prepared, scores.folder, scores.items, columns)

    def controls() -> Iterator[pd.DataFrame]:
        yield from scored_frames(prepared, scores.folder, scores.controls or scores.items, columns)

    keep_every = scores.triage is not None
    matches, again = scores.list_matches, dict[int, str]()
    if scores.decided is not None:
        items = (*scores.items, *scores.controls)
        found = find_hidden(prepared, scores.folder, items, scores.decided, screen)
        matches, again = hide(matches, found, scores.decided), found.again
    if screen.selection is None:
        ranking = rank_with_costly_filters(frames, screen, keep_every)
    else:
        identify = partial(with_identity, prepared)
        cards = selection_facts(bundles)
        ranking = rank_and_choose(frames, screen, matches, controls, identify, keep_every, cards)
    if scores.triage is None:
        ranking = ranking._replace(triage=TriageFacts(scores.why_all))
    else:
        ranking = _with_triage(ranking, scores.triage, screen.hits)
    similarity = SIMILAR if screen.selection is None else screen.selection.similarity
    hits = with_structure_columns(with_identity(prepared, ranking.hits), similarity)
    hits = _with_other_targets(hits, screen, bundles, prepared, scores)
    if again:
        hits = hits.assign(shown_again=[again.get(row, "") for row in hits["row"].tolist()])
    recorded = "" if scores.decided is None else decided_text(scores.decided)
    return ranking._replace(hits=hits, every=None, decided=recorded)


def _with_other_targets(
    hits: pd.DataFrame,
    screen: Screen,
    bundles: Sequence[Bundle],
    prepared: Prepared,
    scores: Scores,
) -> pd.DataFrame:
    """Add the predictions of the other targets and of the panel, to which hits are compared."""
    units, limits = task_units(tuple(bundles)), domain_limits(tuple(bundles))
    compared = [
        task
        for term in screen.objective.primary
        if units.get(term.task) == PACTIVITY
        for task in other_targets(term.task, screen, units, limits)
    ]
    panel = panel_of(screen, bundles)
    wanted = [*compared, *(panel.columns if panel is not None else ())]
    others = [name for name in dict.fromkeys(wanted) if name not in hits]
    if not others or not len(hits):
        return hits
    items = (*scores.items, *scores.controls)
    rows = [int(row) for row in hits["row"]]
    found = read_rows(prepared, scores.folder, items, rows, others)
    return pd.concat([hits, found.set_index(hits.index)], axis="columns")


def _with_triage(ranking: Ranking, triage: Triage, hits: int) -> Ranking:
    """Add the counts of compounds that were never scored in full, and the result of the audit."""
    assert ranking.every is not None
    # With costly filters the hits come from further down the list, so the recall is measured down
    # to the same depth.
    recall = measure_recall(triage, ranking.every, max(hits, ranking.examined, ranking.depth))
    filtered = {name: n + triage.filtered.get(name, 0) for name, n in ranking.filtered.items()}
    return ranking._replace(
        scored=triage.looked_at + sum(triage.filtered.values()),
        filtered=filtered,
        set_aside=triage.looked_at - ranking.scored,
        triage=TriageFacts("", triage.looked_at, len(triage.chosen), recall),
    )


def _empty_frame(columns: Sequence[str]) -> pd.DataFrame:
    """Return a scored frame without rows, for a triage without any compound to choose from."""
    empty = {name: pd.Series(dtype=np.float32) for name in (*PROPERTIES, *columns)}
    return pd.DataFrame({"row": pd.Series(dtype=np.int64), "smiles": pd.Series(dtype=str), **empty})
