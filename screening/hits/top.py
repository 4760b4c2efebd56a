"""The first hits as a few columns for a terminal."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.score.predicted_columns import PROBABILITY_DECIMALS

STORY = "reason"
"""The one column of :func:`brief_table` that may be cut."""
DOUBTS = "not to be relied on"
"""Header of the predictions of which nothing like the hit is known."""
_NAME = 24
"""Characters of a name or an id where every column counts."""


def top_table(table: HitTable, screen: Screen, size: int = 10) -> tuple[list[str], list[list[str]]]:
    """Headers and rows of the best ``size`` hits, safe to print: no control characters.

    Columns: rank, compound_id, name (when any hit has one), score, each primary's prediction
    with its standard deviation, why predictions of a hit are not to be relied on (when there are
    such), and the desirability of every other term.
    """
    records = table.records()[:size]
    named = any(cells["name"] for cells in records)
    headers = ["rank", "compound_id", *(["name"] if named else []), "score"]
    columns = [[_printable(cells[header]) for cells in records] for header in headers]
    for term in screen.objective.primary:
        headers.append(term.name)
        columns.append(_with_std(records, table, term.name))
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
    """Headers and rows of the same hits, most telling column first: of which as many as fit.

    Columns: rank, name (or id, where no hit has a name), score, each primary's prediction with its
    standard deviation, the reason in words, the id, and the desirability of every other term.
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
        columns[term.name] = _with_std(records, table, term.name)
    columns[STORY] = [_printable(_shorter(cells["reason"], screen), 200) for cells in records]
    columns.setdefault("compound_id", ids)
    columns |= {name: [cells[name] for cells in records] for name in _others(screen)}
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def _shorter(reason: str, screen: Screen) -> str:
    """Leave out the predictions, which stand beside it, and the name of an only target."""
    alone = len(screen.objective.primary) == 1
    for term in screen.objective.primary:
        on = f" on {term.name}"
        # What follows the prediction in the same brackets, such as a measured value, stays.
        said = rf"{re.escape(on)} \(-?[\d.]+(?: ± [\d.]+)?(?:, ([^()]*))?\)"
        reason = re.sub(said, partial(_left, "" if alone else on), reason)
    return reason


def _left(on: str, found: re.Match[str]) -> str:
    return f"{on} ({found[1]})" if found[1] else on


def _with_std(records: Sequence[Mapping[str, str]], table: HitTable, name: str) -> list[str]:
    """Predictions ± their errors; a probability tells its own doubt, and is told alone."""
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
