"""Hides the compounds that somebody decided against, unless something about one changed since.

A compound is compared with how the run showed it on which the decision was made. It is shown again
if one of these changed:

- its structure in the library;
- a prediction of the objective, to a value outside the 90 % interval that it had;
- a measured value;
- its price, if that fell by ``PRICE_FALL`` or more, in the same library and record;
- its stock, if there was none.

Where that cannot be told, it stays hidden and is counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.records.message_text import counted
from chem.records.numbers import NumberStyle
from chem.structure.equivalence import without_stereo
from chem.structure.inchi_key import inchi_key
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.library_records import with_identity
from screening.rank.scored_frames import read_rows
from screening.rank.structure_columns import key_bytes, key_text
from screening.score.score import WorkItem, spans
from screening.select.decided import DECIDED, DecidedCompound, DecidedCompounds, ShownThen
from screening.select.list_matches import ListMatches, find_first_rows
from screening.select.prices import read_price
from screening.storage.schema import ACCEPTED, read_extra
from screening.storage.store import Store

PRICE_FALL = 0.2
"""The share by which a price has to fall so that a compound is shown again."""
AGAIN = "shown again: "
"""The start of the reason of a hit that a decision no longer hides."""
_NONE_LEFT = ("0", "no", "none", "out of stock", "sold out", "not in stock", "unavailable")
"""Stocks that say that there is nothing, beside numbers of zero."""


class Hidden(NamedTuple):
    """The compounds of a library with a decision that hides them, by row."""

    hidden: dict[int, DecidedCompound]
    again: dict[int, str]
    """The rows that are shown again, each with what changed."""
    untold: int
    """How many hidden ones cannot be compared."""


class _Now(NamedTuple):
    """A compound in the library and the scores of this run."""

    compound_id: str
    smiles: str
    extra: Mapping[str, str]
    predictions: Mapping[str, float]
    """Empty if it was not scored."""


def find_hidden(
    prepared: Prepared,
    scores: Store,
    items: Sequence[WorkItem],
    decided: DecidedCompounds,
    screen: Screen,
) -> Hidden:
    """Find the decided compounds in a library, and tell which of them changed since.

    scores, items: The scores of the run; a compound that a triage did not choose has none.
    """
    rows, moved = _find_rows(prepared, decided.compounds)
    now = _read_now(prepared, scores, items, [*rows, *moved], screen.objective.tasks)
    hidden, again, untold = {}, {}, 0
    for row, one in rows.items():
        if _is_another(one, now[row].smiles):
            continue
        told = [] if one.then is None else list(_changes(one, one.then, now[row], decided, screen))
        if told:
            again[row] = _told_again(one, told)
        else:
            hidden[row] = one
            untold += one.then is None
    for row, one in moved.items():
        assert one.then is not None
        same = without_stereo(one.then.smiles) == without_stereo(now[row].smiles)
        what = "stereochemistry" if same else "structure"
        again[row] = _told_again(one, [f"another {what} in the library, {one.then.smiles} before"])
    return Hidden(hidden, again, untold)


def hide(matches: ListMatches, found: Hidden, decided: DecidedCompounds) -> ListMatches:
    """Return the matches of lists with the hidden compounds as excluded ones.

    Controls stay, and a list that names a compound is the reason that counts.
    """
    taken = {*matches.excluded.tolist(), *matches.controls.tolist()}
    hidden = {row: one for row, one in found.hidden.items() if row not in taken}
    words = list(dict.fromkeys(one.decision for one in hidden.values()))
    reasons = (*matches.reasons, *(DECIDED + word for word in words))
    by = [len(matches.reasons) + words.index(one.decision) for one in hidden.values()]
    rows = np.concatenate([matches.excluded, np.array(list(hidden), dtype=np.int64)])
    order = np.argsort(rows)
    fact: dict[str, Any] = {
        "role": "decided",
        "name": decided.file,
        "compounds": len(decided.compounds),
        "in_library": len(found.hidden) + len(found.again),
        "hidden": len(hidden),
        "shown_again": len(found.again),
        "not_comparable": found.untold,
        # A comparison of two runs tells from it that other compounds are hidden.
        "sha256": sha256("\n".join(sorted(map(_name_of, hidden.values()))).encode()).hexdigest(),
        "reading": list(_notes(found, len(hidden), decided)),
    }
    return matches._replace(
        excluded=rows[order],
        reason_of=np.concatenate([matches.reason_of, np.array(by, dtype=np.int64)])[order],
        reasons=reasons,
        lists=(*matches.lists, fact),
        details=tuple((row, one.why) for row, one in hidden.items()),
    )


def _name_of(one: DecidedCompound) -> str:
    return one.key or one.compound_id


def _notes(found: Hidden, hidden: int, decided: DecidedCompounds) -> Iterator[str]:
    if decided.problem:
        yield f"no compound is hidden: {decided.problem}"
        return
    if decided.compounds:
        told = f"hides {counted(hidden, 'compound')} of the library"
        yield f"{told}, {len(found.again):,} shown again"
    if found.untold:
        yield (
            f"{found.untold:,} of them cannot be compared and stay hidden: no run is left that had "
            "them as hits on or before the date of the decision"
        )
    if decided.unmatched:
        yield (
            f"{counted(decided.unmatched, 'decision')} with an InChIKey that no earlier hit has: "
            "give the compound_id to hide it"
        )


def _is_another(one: DecidedCompound, smiles: str) -> bool:
    """Tell whether a compound that only the ID names has another InChIKey than the decision."""
    return not one.key and bool(one.inchikey) and inchi_key(smiles) != one.inchikey


def _told_again(one: DecidedCompound, told: Sequence[str]) -> str:
    source = ", ".join(text for text in (f"decided {one.decision}", one.by, one.date) if text)
    return f"{AGAIN}{', '.join(told)} ({source}{f': {one.comment}' if one.comment else ''})"


def _find_rows(
    prepared: Prepared, compounds: Sequence[DecidedCompound]
) -> tuple[dict[int, DecidedCompound], dict[int, DecidedCompound]]:
    """Return the first rows of the compounds, and of those under their IDs with another structure.

    A compound without a known key is the one that has its ID.
    """
    by_key = {one.key: one for one in compounds if one.key}
    by_id = {one.compound_id: one for one in compounds if one.compound_id}
    by_id |= {one.then.compound_id: one for one in compounds if one.then is not None}
    ids = pa.array(sorted(by_id), pa.string())
    keys = pa.array(sorted(map(key_bytes, by_key)), pa.binary(16))
    keyed: dict[int, DecidedCompound] = {}
    named: dict[int, DecidedCompound] = {}
    for name in prepared.partitions:
        table = prepared.store.read_table(name, ["row", "status", "key", "compound_id"])
        table = table.filter(pc.equal(table["status"], ACCEPTED))
        few = table.filter(pc.is_in(table["key"], keys)).to_pylist()
        keyed |= {one["row"]: by_key[key_text(one["key"])] for one in few}
        few = table.filter(pc.is_in(table["compound_id"], ids)).to_pylist()
        named |= {one["row"]: by_id[one["compound_id"]] for one in few}
    found = _first(prepared, keyed)
    met = {one.key for one in found.values()}
    left = {row: one for row, one in named.items() if row not in keyed and one.key not in met}
    moved = {row: one for row, one in _first(prepared, left).items() if row not in found}
    plain = {row: one for row, one in moved.items() if one.then is None}
    return found | plain, {row: one for row, one in moved.items() if one.then is not None}


def _first(prepared: Prepared, rows: Mapping[int, DecidedCompound]) -> dict[int, DecidedCompound]:
    """Return the compounds by the rows of their first records."""
    given = sorted(rows)
    first = find_first_rows(prepared, np.array(given, dtype=np.int64)).tolist()
    return {at: rows[row] for row, at in zip(given, first, strict=True)}


def _read_now(
    prepared: Prepared,
    scores: Store,
    items: Sequence[WorkItem],
    rows: Sequence[int],
    tasks: Sequence[str],
) -> dict[int, _Now]:
    if not rows:
        return {}
    known = with_identity(prepared, pd.DataFrame({"row": sorted(rows)})).set_index("row")
    smiles = _smiles_of(prepared, rows)
    found = read_rows(prepared, scores, items, sorted(rows), list(tasks), if_scored=True)
    values: dict[int, dict[str, float]] = {
        int(row): {str(name): float(value) for name, value in line.items()}
        for row, line in zip(found.index, found.to_dict("records"), strict=True)
    }
    return {
        int(row): _Now(
            str(line["compound_id"]),
            smiles[int(row)],
            read_extra(line["extra"]),
            values.get(int(row), {}),
        )
        for row, line in zip(known.index, known.to_dict("records"), strict=True)
    }


def _smiles_of(prepared: Prepared, rows: Sequence[int]) -> dict[int, str]:
    wanted, found = pa.array(sorted(rows), pa.int64()), dict[int, str]()
    for name, first, last in spans(prepared):
        if any(first <= row <= last for row in rows):
            table = prepared.store.read_table(name, ["row", "smiles"])
            few = table.filter(pc.is_in(table["row"], wanted)).to_pylist()
            found |= {one["row"]: one["smiles"] for one in few}
    return found


def _changes(
    one: DecidedCompound, then: ShownThen, now: _Now, decided: DecidedCompounds, screen: Screen
) -> Iterator[str]:
    """Yield what changed about a compound, in words."""
    if one.measured:
        yield one.measured
    for task in screen.objective.tasks:
        yield from _moved_prediction(task, then, now)
    if then.library == decided.library and then.compound_id == now.compound_id:
        before, after = (
            [cells.get(name, "") for name in (decided.price_column, decided.stock_column)]
            for cells in (then.cells, now.extra)
        )
        if decided.price_column and _is_cheaper(before[0], after[0], screen):
            yield f"price {before[0]} → {after[0]}"
        is_back = bool(after[1].strip()) and not _is_none_left(after[1])
        if decided.stock_column and _is_none_left(before[1]) and is_back:
            yield f"stock {before[1]} → {after[1]}"


def _moved_prediction(task: str, then: ShownThen, now: _Now) -> Iterator[str]:
    """Yield the prediction if it left the 90 % interval that it had."""
    texts = [then.cells.get(task + end, "") for end in ("", "_lo", "_hi")]
    try:
        value, low, high = map(float, texts)
    except ValueError:
        return
    new = now.predictions.get(task, float("nan"))
    if new < min(low, value) or new > max(high, value):
        digits = len(texts[0].partition(".")[2])
        yield f"{task} {texts[0]} → {new:.{digits}f}, outside its 90 % interval"


def _is_cheaper(before: str, now: str, screen: Screen) -> bool:
    decimal = None if screen.selection is None else screen.selection.price_decimal
    style = NumberStyle(decimal or "point")
    old, new = read_price(before, style), read_price(now, style)
    if old is None or new is None or old.currency != new.currency or not old.amount:
        return False
    return float(new.amount / old.amount) <= 1 - PRICE_FALL


def _is_none_left(stock: str) -> bool:
    """Tell whether a stock says that there is nothing; an empty cell says nothing."""
    amount = read_price(stock)
    is_zero = amount is not None and not amount.amount
    return is_zero or " ".join(stock.split()).casefold() in _NONE_LEFT
