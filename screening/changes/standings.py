"""Evaluates compounds of a run under its own screen, and under the screen of the other run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from chem.assess.costly_properties import compute_costly_properties
from chem.errors import InputError
from chem.features.properties import PROPERTIES
from gnn.errors import ModelError
from screening.changes.compared_run import ComparedRun, Hit, LibraryRecord
from screening.objective.objective import beyond, evaluate
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import first_failed_filter, rank_with_costly_filters
from screening.rank.rank import SCORE_DECIMALS
from screening.rank.scored_frames import scored_frames
from screening.runs.past_run import PastRecords
from screening.runs.plan import load_bundles
from screening.score.predicted_columns import ENDING, bundle_of, with_scales

OUT = 10**12
"""The place of a compound that a filter removes: behind every list."""


class Standing(NamedTuple):
    """A compound under one screen."""

    score: float | None
    """The rounded score; None if the compound was not scored."""
    removed_by: str
    """The first filter that removes it; empty if none does."""


@dataclass(frozen=True)
class View:
    """A compound in one run."""

    record: LibraryRecord | None
    """The record that stands for the compound; None if the library has no accepted one."""
    hit: Hit | None
    own: Standing | None
    """Under the screen of this run; None if there is no record."""
    other: Standing | None
    """Under the screen of the other run; None also if this run lacks one of its predictions, or if
    it is not known whether this run's model learned logarithms."""
    values: Mapping[str, float]
    """The properties and predictions; empty if the compound was not scored."""
    why: str
    """The reason why the selection did not take it; empty if there is none."""
    price: str | None
    """The text of its price; None if the screen has no price column."""

    @property
    def scored(self) -> bool:
        """True if the ensembles scored it."""
        return self.own is not None and self.own.score is not None

    @property
    def rank(self) -> int:
        """The rank as a hit; ``OUT`` for a compound that is none."""
        return OUT if self.hit is None else self.hit.rank

    @property
    def smiles(self) -> str:
        """The standardized SMILES; empty if there is no record."""
        return "" if self.record is None else self.record.smiles


@dataclass(frozen=True)
class Pair:
    """A compound in both runs."""

    key: bytes
    before: View
    now: View


class Listed(NamedTuple):
    """The first compounds of a run without a selection, and how many hits were wanted.

    One compound more than the hits is there, which would be a hit if one of them were not.
    """

    first: tuple[tuple[float, str], ...]
    """``(-score, smiles)`` in rank order."""
    wanted: int

    def place(self, view: View, standing: Standing | None, smiles: str) -> int:
        """Return the rank, from 1, that a compound would have in this list.

        Args:
            view: The compound in the run of this list, where it does not count.
            standing: The score and filters that it would have.
            smiles: Its structure, by which equal scores are ordered.

        Returns:
            The rank; ``OUT`` for a compound that a filter removes, that was not scored, or that
            comes after the number of hits wanted.
        """
        if standing is None or standing.removed_by or standing.score is None:
            return OUT
        own = (-standing.score, smiles)
        rank = 1 + sum(one < own for one in self.first if one[1] != view.smiles)
        return rank if rank <= self.wanted else OUT


def view_all(
    run: ComparedRun, opposite: ComparedRun, records: Mapping[bytes, LibraryRecord]
) -> dict[bytes, View]:
    """Return the view of every compound of ``records``, which are accepted ones, by key.

    run: the run of the compounds' values.
    opposite: the run under whose screen they are evaluated, too.
    """
    screen, other = run.past.screen, opposite.past.screen
    rows = [record.row for record in records.values()]
    needed = [name for one in (screen, other) for name in needed_values(one)]
    values = run.predictions(rows, needed)
    unscored = run.properties(sorted(set(rows) - set(values.index.tolist())))
    own = _stand(screen, records, values, unscored)
    scaled = scale_as(run.past, opposite.past)
    theirs = {} if scaled is None else _stand(scaled, records, values, unscored)
    column = None if screen.selection is None else screen.selection.price_column
    table: dict[int, dict[str, float]] = {
        int(row): {str(name): value for name, value in zip(values, numbers, strict=True)}
        for row, numbers in zip(values.index, values.to_numpy(np.float64).tolist(), strict=True)
    }
    return {
        key: View(
            record=record,
            hit=run.hits.get(key),
            own=own.get(key),
            other=theirs.get(key),
            values=table.get(record.row, {}),
            why=run.passed_over[record.smiles].why if record.smiles in run.passed_over else "",
            price=None if column is None else record.extra.get(column, ""),
        )
        for key, record in records.items()
    }


def scale_as(run: PastRecords, opposite: PastRecords) -> Screen | None:
    """Return the screen of ``opposite`` with the scale that each primary target has in ``run``.

    An upgrade of a bundle may change what a task learns from values to logarithms. The values of a
    run are judged on the scale of its own model: an interval of values may reach below 0, where
    there is no logarithm.

    Returns None if the scale of a target in ``run`` is not known: it is no primary target there,
    ``opposite`` has another version of its bundle, and that of ``run`` is no longer installed.
    """
    terms = opposite.screen.objective.primary
    known = {term.task: term.scale for term in run.screen.objective.primary}
    then, now = (
        {one.name: one.sha256 for one in past.scorer.manifest.bundles} for past in (run, opposite)
    )
    names = dict.fromkeys((name + ENDING for name in then), 1.0)
    for term in terms:
        name = bundle_of(term.task, names)
        if then.get(name) == now.get(name):
            known.setdefault(term.task, term.scale)
    if any(term.task not in known for term in terms):
        try:
            found = load_bundles(run.scored_for.bundles)
        except (InputError, ModelError):
            return None
        if then != {one.card.name: one.sha256 for one in found}:
            return None
        carded = with_scales(opposite.screen, found).objective.primary
        known = {term.task: term.scale for term in carded} | known
    return opposite.screen.changed(
        primary=tuple(term.changed(scale=known[term.task]) for term in terms)
    )


def needed_values(screen: Screen) -> list[str]:
    """Return the properties and predictions on which the score and the filters of a screen rest."""
    terms = {"score", *screen.objective.columns}
    filtered = [limit.column for limit in screen.limits if limit.column not in terms]
    return list(dict.fromkeys([*screen.objective.needed_columns, *filtered]))


def score_text(standing: Standing | None) -> str:
    """Return the score with the decimals of ``hits.csv``; ``none`` if there is none."""
    if standing is None or standing.score is None:
        return "none"
    return f"{standing.score:.4f}"


def list_first(run: ComparedRun) -> Listed:
    """Rank the scores of a run without a selection again, to one compound beyond the hits."""
    past = run.past
    screen = past.screen.changed(hits=past.screen.hits + 1)
    columns = [name for name in needed_values(screen) if name not in PROPERTIES]
    items = run.items
    if not items:
        return Listed((), past.screen.hits)

    def frames() -> Iterator[pd.DataFrame]:
        yield from scored_frames(past.prepared, past.ledger.store, items, columns)

    hits = rank_with_costly_filters(frames, screen).hits
    scores, smiles = hits["score"].tolist(), hits["smiles"].tolist()
    first = tuple((-score, text) for score, text in zip(scores, smiles, strict=True))
    return Listed(first, past.screen.hits)


def _stand(
    screen: Screen,
    records: Mapping[bytes, LibraryRecord],
    values: pd.DataFrame,
    unscored: pd.DataFrame,
) -> dict[bytes, Standing]:
    """Return the standing by key; nothing if a needed prediction is missing for all."""
    found: dict[int, Standing] = {}
    if len(values):
        if any(name not in values for name in needed_values(screen)):
            return {}
        evaluated = evaluate(values, screen.objective)
        evaluated["score"] = evaluated["score"].round(SCORE_DECIMALS)
        removed = _removed_by(screen, values, evaluated)
        scores = evaluated["score"].tolist()
        found = {
            int(row): Standing(score, by)
            for row, score, by in zip(values.index, scores, removed, strict=True)
        }
    if len(unscored):
        removed = _removed_by(screen, unscored, unscored)
        found |= {
            int(row): Standing(None, by) for row, by in zip(unscored.index, removed, strict=True)
        }
    return {key: _with_costly(found[record.row], record, screen) for key, record in records.items()}


def _removed_by(screen: Screen, frame: pd.DataFrame, evaluated: pd.DataFrame) -> list[str]:
    """Return the first filter [n] that removes each row; filters without a column are left out."""
    first = np.full(len(frame), "", dtype=object)
    for limit in screen.limits:
        if limit.column in evaluated or limit.column in frame:
            first[(first == "") & beyond(frame, evaluated, limit)] = limit.name
    return [str(name) for name in first]


def _with_costly(standing: Standing, record: LibraryRecord, screen: Screen) -> Standing:
    if standing.removed_by or not screen.costly_limits:
        return standing
    found = compute_costly_properties([record.smiles])[0]
    return standing._replace(removed_by=first_failed_filter(found, screen.costly_limits))
