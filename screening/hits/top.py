"""The best hits as a short table for a terminal."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.objective.terms import Primary
from screening.text.digits import PROBABILITY_DECIMALS

STORY = "reason"
"""The one column of :func:`brief_table` that may be truncated."""
DOUBTS = "not reliable"
"""Header of the column with the reasons why predictions are not reliable."""
_NAME = 24
"""The most characters of a name or an ID in a brief table."""


def top_table(table: HitTable, screen: Screen, size: int = 10) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows of the best ``size`` hits, without control characters.

    Columns: rank, compound_id, name (if any hit has one), score, the prediction of each primary
    target with its standard deviation, the reasons for unreliable predictions (if there are any),
    and the desirability of every other term.
    """
    records = table.records()[:size]
    named = any(cells["name"] for cells in records)
    headers = ["rank", "compound_id", *(["name"] if named else []), "score"]
    columns = [[_printable(cells[header]) for cells in records] for header in headers]
    for term in screen.objective.primary:
        headers.append(term.name)
        columns.append(_with_error(records, table, term))
    doubts = ["; ".join(hit) for hit in table.doubts[:size]]
    if any(doubts):
        headers.append(DOUBTS)
        columns.append(doubts)
    others = _others(screen)
    columns += [[cells[name] for cells in records] for name in others]
    return [*headers, *others], [list(row) for row in zip(*columns, strict=True)]


def brief_table(
    table: HitTable, screen: Screen, size: int = 10
) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows of the same hits, with the most important columns first.

    Columns: rank, name (or ID if no hit has a name), score, the prediction of each primary target
    with its standard deviation, the reason, the ID, and the desirability of every other term.
    """
    records = table.records()[:size]
    ids = [_printable(cells["compound_id"], _NAME) for cells in records]
    called = {"compound_id": ids}
    if any(cells["name"] for cells in records):
        pairs = zip(records, ids, strict=True)
        called = {"name": [_printable(cells["name"], _NAME) or one for cells, one in pairs]}
    columns = {
        "rank": [cells["rank"] for cells in records],
        **called,
        "score": [cells["score"] for cells in records],
    }
    for term in screen.objective.primary:
        columns[term.name] = _with_error(records, table, term)
    reasons = [_shorter(cells["reason"], screen) for cells in records]
    columns[STORY] = [_printable(text, len(text)) for text in reasons]
    columns.setdefault("compound_id", ids)
    columns |= {name: [cells[name] for cells in records] for name in _others(screen)}
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def _shorter(reason: str, screen: Screen) -> str:
    """Remove from a reason the predictions, which have a column, and the name of an only target."""
    alone = len(screen.objective.primary) == 1
    for term in screen.objective.primary:
        on = f" on {term.name}"
        # Text after the prediction in the same brackets, such as a measured value, stays.
        said = rf"{re.escape(on)} \(-?[\d.]+(?: ± [\d.]+)?(?:, ([^()]*))?\)"
        reason = re.sub(said, partial(_left, "" if alone else on), reason)
    return reason


def _left(on: str, found: re.Match[str]) -> str:
    return f"{on} ({found[1]})" if found[1] else on


def _with_error(records: Sequence[Mapping[str, str]], table: HitTable, term: Primary) -> list[str]:
    """Return predictions ± their errors. Probabilities have no ±: they state their own doubt.

    Targets that are learned as logarithms have their interval, which is not symmetric.
    """
    name, task = term.name, term.task
    if term.scale == "log10":
        return [f"{one[name]} ({one[f'{task}_lo']} to {one[f'{task}_hi']})" for one in records]
    decimals = {column.name: column.decimals for column in table.columns}
    if decimals.get(name) == PROBABILITY_DECIMALS:
        return [cells[name] for cells in records]
    return [f"{cells[name]} ± {cells[f'{name}_std']}" for cells in records]


def _others(screen: Screen) -> list[str]:
    primaries = {term.name for term in screen.objective.primary}
    return [
        name
        for name in screen.objective.columns
        if name.startswith("d_") and name.removeprefix("d_") not in primaries
    ]


def _printable(text: str, width: int = 40) -> str:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
