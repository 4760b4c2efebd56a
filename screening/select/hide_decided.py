"""Hides the compounds that somebody decided against, unless something about one changed since.

A compound is compared with how the run showed it on which the decision was made. It is shown again
if one of these changed:

- its structure in the library;
- a prediction of the objective, to a value outside the 90 % interval that it had;
- a measured value;
- its price or its stock, for the better (``screening.select.decided_changes``).

Where that cannot be told, it stays hidden and is counted. A decision about a hit of another library
hides its compound, never another one that has its ID here.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.records.message_text import counted
from chem.structure.equivalence import without_stereo
from chem.structure.inchi_key import inchi_key
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.library_records import with_identity
from screening.rank.scored_frames import read_rows
from screening.rank.structure_columns import key_bytes, key_text
from screening.score.score import WorkItem, spans
from screening.select.decided import DECIDED, DecidedCompound, DecidedCompounds
from screening.select.decided_changes import Now, find_changes, read_both_prices
from screening.select.list_matches import ListMatches, find_first_rows
from screening.storage.schema import ACCEPTED, read_extra
from screening.storage.store import Store

AGAIN = "shown again: "
"""The start of the reason of a hit that a decision no longer hides."""


class Hidden(NamedTuple):
    """The compounds of a library with a decision that hides them, by row."""

    hidden: dict[int, DecidedCompound]
    again: dict[int, str]
    """The rows that are shown again, each with what changed."""
    untold: int
    """How many hidden ones cannot be compared."""
    others: int
    """How many decisions name an ID that is another compound's here; it is not hidden."""
    absent: int
    """How many decided compounds the library lacks."""


class _Rows(NamedTuple):
    """The compounds of decisions that a library has, by the row of the first record."""

    found: dict[int, DecidedCompound]
    moved: dict[int, DecidedCompound]
    """Those of which only the ID is there, with another structure."""
    others: dict[int, DecidedCompound]
    """Those of another library of which only the ID is there: it is another compound's."""


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
    rows = _find_rows(prepared, decided)
    wanted = [*rows.found, *rows.moved]
    now = _read_now(prepared, scores, items, wanted, screen.objective.tasks)
    others = {row for row, one in rows.found.items() if _is_another(one, now[row].smiles)}
    found = {row: one for row, one in rows.found.items() if row not in others}
    prices = read_both_prices(prepared, found, now, decided, screen)
    tasks = screen.objective.tasks
    hidden, again, untold = {}, {}, 0
    for row, one in found.items():
        told = []
        if one.then is not None:
            both = prices.get(row, (None, None))
            told = list(find_changes(one, one.then, now[row], decided, tasks, both))
        if told:
            again[row] = _told_again(one, told)
        else:
            hidden[row] = one
            untold += not decided.is_comparable(one)
    for row, one in rows.moved.items():
        assert one.then is not None
        same = without_stereo(one.then.smiles) == without_stereo(now[row].smiles)
        what = "stereochemistry" if same else "structure"
        again[row] = _told_again(one, [f"another {what} in the library, {one.then.smiles} before"])
    met = {id(one) for some in rows for one in some.values()}
    shown = {id(rows.found[row]) for row in others} | {id(one) for one in rows.others.values()}
    shown -= {id(one) for one in found.values()}
    return Hidden(hidden, again, untold, len(shown), len(decided.compounds) - len(met))


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
        "other_compound": found.others,
        "absent": found.absent,
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
    if found.others:
        yield (
            f"{counted(found.others, 'decision')} about another compound than the library has "
            "under the ID: not hidden"
        )
    if found.absent:
        yield f"{counted(found.absent, 'decided compound')} not in the library"
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


def _find_rows(prepared: Prepared, decided: DecidedCompounds) -> _Rows:
    """Find the compounds by their keys, or else by their IDs.

    A compound without a known key is the one that has its ID.
    """
    by_key = {one.key: one for one in decided.compounds if one.key}
    by_id: dict[str, DecidedCompound] = {}
    # What is known of this library counts before what is known of another one.
    for one in sorted(decided.compounds, key=decided.is_elsewhere, reverse=True):
        names = (one.compound_id, "" if one.then is None else one.then.compound_id)
        by_id |= {name: one for name in names if name}
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
    others = {row: one for row, one in moved.items() if decided.is_elsewhere(one)}
    plain = {row: one for row, one in moved.items() if one.then is None}
    moved = {row: one for row, one in moved.items() if row not in others and row not in plain}
    return _Rows(found | plain, moved, others)


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
) -> dict[int, Now]:
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
        int(row): Now(
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
