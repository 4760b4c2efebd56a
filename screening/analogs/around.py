"""Makes the table of the analogs of a hit: found, scored and ranked, with what each change did."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from chem.analogs.replacements import attachment
from gnn.bundle.column_names import domain_columns, task_columns
from screening.analogs.found import MOST_COMPARED, Analog, find_analogs
from screening.analogs.measured_pairs import MeasuredPairs, Statistic, measured_pairs
from screening.analogs.query import Query
from screening.analogs.reacted import REACTION
from screening.analogs.scored import CompoundScorer
from screening.analogs.search import Progress, is_indexed, search
from screening.prepare.prepared import Prepared
from screening.runs.past_run import PastRun

HIT = "hit"
"""The kind of the first row."""
NONE_MADE: Mapping[str, int] = MappingProxyType({})
TEXTS = ("compound_id", "smiles", "kind", "change", "removed_by")


class Analogs(NamedTuple):
    """The analogs of a hit."""

    table: pd.DataFrame
    """The hit, then its analogs: those that no filter removes first, by falling score."""
    notes: tuple[str, ...]


def analogs_in(
    prepared: Prepared, query: Query, limit: int, progress: Progress | None = None
) -> tuple[list[Analog], list[str]]:
    """Return the analogs of a hit in a library, at most ``limit`` of each kind, and what to tell.

    Raises StoreError for a file of the library that is missing or damaged.
    """
    notes = []
    if not is_indexed(prepared):
        notes.append(
            f"{prepared.library} was prepared before there was an index; it is computed each time, "
            "20 s for a million compounds on one core, until the library is prepared again"
        )
    found = find_analogs(prepared, query, search(prepared, query, MOST_COMPARED, progress), limit)
    return list(found.analogs), [*notes, *found.notes]


def rank_analogs(
    scorer: CompoundScorer,
    hit: tuple[str, str],
    analogs: Sequence[Analog],
    made: Mapping[str, int] = NONE_MADE,
    progress: Progress | None = None,
) -> Analogs:
    """Score a hit and its analogs by the models and the objective of a run, and rank them.

    Args:
        scorer: The models and the objective of the run.
        hit: The ID and the standardized SMILES of the hit.
        analogs: Its analogs.
        made: The kinds of analogs that are made, and the most that are kept of each: the best that
            no filter removes.
        progress: A callback that is told the progress.

    Raises:
        ModelError: A bundle's weights or its file of measured compounds are damaged.
    """
    whole = [Analog(*hit, (HIT,), 1.0, "", ""), *analogs]
    past, scored = scorer.past, scorer.score([one.smiles for one in whole])
    columns: dict[str, Sequence[object] | pd.Series] = {
        "compound_id": [one.compound_id for one in whole],
        "smiles": [one.smiles for one in whole],
        "kind": ["; ".join(one.kinds) for one in whole],
        "similarity": [round(one.similarity, 3) for one in whole],
        "change": ["; ".join(filter(None, (one.reaction, one.change))) for one in whole],
        "removed_by": scored["removed_by"],
        "score": scored["score"],
        "score_change": scored["score"] - scored["score"].iloc[0],
    }
    notes = []
    for task in dict.fromkeys(past.screen.objective.tasks):
        if task not in scored:
            continue
        columns |= {f"{task}{end}": scored[f"{task}{end}"] for end in ("", "_lo", "_hi")}
        if task in {term.task for term in past.screen.objective.primary}:
            columns[f"{task}_change"] = scored[task] - scored[task].iloc[0]
            pairs = _pairs_of(past, task, progress)
            if pairs is None:
                notes.append(
                    f"{task}: its bundle ships no values from which changes can be learned"
                )
            columns |= _told(task, pairs, whole)
    for bundle in past.bundles:
        if set(task_columns(bundle)) & set(past.screen.objective.tasks):
            columns |= {name: scored[name] for name in domain_columns(bundle)}
    table = pd.DataFrame(columns)
    analog = table.iloc[1:]
    analog = analog[_kept(analog, made)]
    is_removed = analog["removed_by"] != ""
    order = np.lexsort([analog["smiles"], -analog["score"], is_removed])
    ranked = pd.concat([table.iloc[:1], analog.iloc[order]], ignore_index=True)
    return Analogs(ranked, tuple(notes))


def _kept(analog: pd.DataFrame, made: Mapping[str, int]) -> "pd.Series[bool]":
    """Tell which analogs are kept: all but made ones that are removed or not among the best.

    Those of a reaction that are not its best stand among the enumerated ones: these lack what a
    reaction makes as well.
    """
    usable = analog[analog["removed_by"] == ""]
    ordered = usable.sort_values(["score", "smiles"], ascending=[False, True])
    kept = ~analog["kind"].isin(made)
    for kind, limit in made.items():
        own = ordered["kind"].isin([kind, REACTION]) & ~ordered.index.isin(analog.index[kept])
        kept |= analog.index.isin(ordered[own].head(limit).index)
    return kept


def _pairs_of(past: PastRun, column: str, progress: Progress | None) -> MeasuredPairs | None:
    for bundle in past.bundles:
        for task in bundle.card.tasks:
            if f"{bundle.card.name}_{task.name}" == column:
                return measured_pairs(bundle, task.name, progress)
    return None


def _told(
    task: str, pairs: MeasuredPairs | None, analogs: Sequence[Analog]
) -> dict[str, list[float]]:
    """Return the columns of statistics; NaN where too few pairs are known."""
    known: list[Statistic | None] = [None] * len(analogs)
    if pairs is not None:
        known = [
            pairs.statistic(one.change, attachment(one.core)) if one.core else None
            for one in analogs
        ]
    found = [one or (np.nan, np.nan, np.nan) for one in known]
    names = ("pairs", "pairs_mean", "pairs_sd")
    return {f"{task}_{name}": [float(one[at]) for one in found] for at, name in enumerate(names)}
