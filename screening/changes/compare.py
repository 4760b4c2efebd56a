"""Compares the hit lists of two finished runs: what entered, left and moved, and why.

Hits are matched by their registration keys. So a compound stays the same compound if its rank, its
id or its row changes, and isotopic and stereochemical variants are compounds of their own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chem.records.message_text import counted
from screening.changes.cause import find_cause
from screening.changes.compared_run import ComparedRun, LibraryRecord, open_compared
from screening.changes.decisions import Decisions
from screening.changes.edits import Edits, find_edits, some
from screening.changes.price_changes import (
    ChangedOffers,
    OfferChange,
    cell_of,
    find_offer,
    find_offer_columns,
    find_offers,
    is_renamed,
    repriced_hits,
)
from screening.changes.setting import (
    ENTERED,
    LEFT,
    MOVED,
    REPRICED,
    RESTOCKED,
    Cause,
    Found,
    Setting,
    find_refusals,
)
from screening.changes.standings import Pair, View, list_first, score_text, view_all
from screening.errors import AccountingError, told_in_one_line
from screening.hits.hit_files import write_csv
from screening.rank.structure_columns import key_text
from screening.report.change_sentences import tell_offers, tell_records
from screening.report.manifest import SHOWN_COUNTS

_NOTHING = View(None, None, None, None, {}, "", None)


class Change(NamedTuple):
    """One line of ``changes.csv``: a compound and its change. Cells are texts."""

    change: str
    """``entered``, ``left``, ``moved``; ``repriced`` or ``stock changed`` with the old rank."""
    compound_id: str
    name: str
    smiles: str
    rank_before: str
    """The rank in the older run; empty if it was no hit."""
    rank_now: str
    score_before: str
    """The score with 4 decimals; empty if the compound was not scored."""
    score_now: str
    cause: str
    """One or two of ``screening.changes.setting.Cause``."""
    detail: str
    key: str
    decision: str = ""
    """``order``, ``no`` or ``later``; empty if nobody decided."""
    decision_comment: str = ""
    """The comment, with who decided and when."""
    price_before: str = ""
    """The price in the older library, as written; empty if it is not known."""
    price_now: str = ""
    stock_before: str = ""
    """The stock in the older library, as written; empty if it is not known."""
    stock_now: str = ""


@dataclass(frozen=True)
class Changes:
    """The differences between two finished runs."""

    changes: tuple[Change, ...]
    """Entered compounds by their ranks now, then those that left by their ranks before, then those
    that moved, then those with another price, then those with another stock only, by their ranks
    now."""
    stable: int
    """The number of hits with the same rank in both runs."""
    counts: tuple[tuple[str, int, int], ...]
    """The names of ``SHOWN_COUNTS`` with the numbers before and now."""
    notes: tuple[str, ...]
    """Facts that a reader has to know, such as other targets or other ids."""
    offers: ChangedOffers
    """The hits with another price or stock."""
    old_ids: tuple[tuple[str, str], ...]
    """The old ID of each hit of both runs whose ID changed, with its key."""

    def of(self, change: str) -> list[Change]:
        """Return the changes of one kind."""
        return [one for one in self.changes if one.change == change]

    def causes(self, change: str) -> list[tuple[str, int]]:
        """Return the causes of one kind of change with their numbers, the most frequent first."""
        counts = Counter(one.cause for one in self.of(change))
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def summary(self) -> list[str]:
        """Return the counts and the causes in lines, then the notes."""
        kinds = (ENTERED, LEFT, MOVED)
        numbers = [f"{len(self.of(kind)):,} {kind}" for kind in kinds]
        lines = [", ".join([*numbers, f"{self.stable:,} with the same rank"])]
        for kind in kinds:
            if causes := self.causes(kind):
                lines.append(f"{kind}: " + ", ".join(f"{cause} {n:,}" for cause, n in causes))
        lines += tell_offers(self.offers.prices, self.offers.stocks)
        if records := self.offers.records:
            lines.append(tell_records(records, len(records)))
        return [*lines, *self.notes]


def compare_runs(before: Path, now: Path, decisions: Decisions | None = None) -> Changes:
    """Compare an older finished run with a newer one. Only reads.

    decisions: What was decided about compounds; it is told beside the changes.

    Raises InputError, one line, for a folder that holds no finished run, for a changed hit list,
    and for a run whose library or scores are gone or altered.
    """
    old, new = open_compared(before), open_compared(now)
    setting = _set_up(old, new)
    changes, both = find_changes(setting)
    if decisions is not None:
        changes = _with_decisions(changes, setting, decisions)
    if (sizes := _sizes(changes, len(both))) != (len(old.hits), len(new.hits)):
        raise AccountingError(f"the hits of {before} and {now} do not add up to {sizes}")
    for run in (old, new):
        run.past.check_unchanged()  # so all that was read is of one run
    counts = [run.past.run.manifest.counts for run in (old, new)]
    return Changes(
        changes,
        sum(pair.before.rank == pair.now.rank for pair in both),
        tuple((name, counts[0].get(name, 0), counts[1].get(name, 0)) for name in SHOWN_COUNTS),
        tuple(_notes(old, new, setting.edits, both)),
        find_offers(setting.pairs.values(), setting.columns),
        tuple(
            (pair.before.record.compound_id, key_text(pair.key))
            for pair in both
            if pair.before.record is not None and is_renamed(pair)
        ),
    )


def find_changes(setting: Setting) -> tuple[tuple[Change, ...], list[Pair]]:
    """Return the changes, in their order, and the compounds that are hits of both runs."""
    pairs = sorted(setting.pairs.values(), key=lambda pair: (pair.now.rank, pair.before.rank))
    both = [pair for pair in pairs if pair.before.hit is not None and pair.now.hit is not None]
    stayed = [pair for pair in both if pair.before.rank == pair.now.rank]
    offers = {pair.key: find_offer(pair, setting.columns) for pair in stayed}
    groups = {
        ENTERED: [pair for pair in pairs if pair.before.hit is None],
        LEFT: [pair for pair in pairs if pair.now.hit is None],
        MOVED: [pair for pair in both if pair.before.rank != pair.now.rank],
        REPRICED: [pair for pair in stayed if (one := offers[pair.key]) and one.price],
        RESTOCKED: [
            pair for pair in stayed if (one := offers[pair.key]) and one.stock and not one.price
        ],
    }
    changes = tuple(
        _change(pair, change, setting) for change, group in groups.items() for pair in group
    )
    return changes, both


def _sizes(changes: Sequence[Change], both: int) -> tuple[int, int]:
    """Return the lengths of the older and the newer hit list that the changes come to."""
    kinds = Counter(one.change for one in changes)
    return kinds[LEFT] + both, kinds[ENTERED] + both


def write_changes(path: Path, changes: Changes) -> None:
    """Write ``changes.csv``, with text that no spreadsheet executes."""
    with told_in_one_line(path):
        write_csv(path, Change._fields, changes.changes)


def _set_up(old: ComparedRun, new: ComparedRun) -> Setting:
    """Look up every hit of either run in both runs."""
    keys = {*old.hits, *new.hits}
    then, now = old.find_keys(keys), new.find_keys(keys)
    views_then = view_all(old, new, then)
    views_now = view_all(new, old, now)
    pairs = {
        key: Pair(key, views_then.get(key, _NOTHING), views_now.get(key, _NOTHING))
        for key in sorted(keys)
    }
    edits = find_edits(old, new)
    ranks = _needs_ranks(edits, pairs)
    columns = [run.past.prepared.extra_columns for run in (new, old)]
    return Setting(
        edits=edits,
        before=list_first(old) if ranks else None,
        now=list_first(new) if ranks else None,
        pairs=pairs,
        like_before=_find_lost(old, now, then),
        like_now=_find_lost(new, then, now),
        repriced=tuple(repriced_hits(pairs)),
        refusals=find_refusals(old, new),
        columns=find_offer_columns((new.past.screen, old.past.screen), columns),
    )


def _needs_ranks(edits: Edits, pairs: Mapping[bytes, Pair]) -> bool:
    """Tell whether a cause depends on the rank that a compound would have with another score."""
    if edits.selects or not (edits.wanted or edits.models or edits.versions):
        return False
    known = [one for one in pairs.values() if one.before.record and one.now.record]
    if edits.is_one_input:
        return any(one.before.scored != one.now.scored for one in known)
    return any(one.before.own != one.now.own for one in known)


def _find_lost(
    run: ComparedRun, wanted: Mapping[bytes, LibraryRecord], found: Mapping[bytes, LibraryRecord]
) -> dict[int, LibraryRecord]:
    lost = [record for key, record in wanted.items() if key not in found]
    return run.find_like(lost) if lost else {}


def _change(pair: Pair, change: str, setting: Setting) -> Change:
    offer = find_offer(pair, setting.columns)
    if change in (REPRICED, RESTOCKED):
        assert offer is not None
        found = _offered(offer)
    else:
        found = find_cause(pair, change, setting)
    view = pair.before if pair.now.hit is None else pair.now
    assert view.record is not None
    other = pair.now if pair.now.hit is None else pair.before
    detail = found.detail
    if offer is not None and offer.record and found.cause != Cause.RECORD:
        detail += f"; {offer.told}"
    elif other.record is not None and is_renamed(pair):
        word = "now" if pair.now.hit is None else "before"
        detail += f"; {word} under the id {other.record.compound_id}"
    ranks = ["" if one.hit is None else str(one.hit.rank) for one in (pair.before, pair.now)]
    return Change(
        change=change,
        compound_id=view.record.compound_id,
        name=view.record.name,
        smiles=view.record.smiles,
        rank_before=ranks[0],
        rank_now=ranks[1],
        score_before=_score(pair.before),
        score_now=_score(pair.now),
        cause=str(found.cause),
        detail=detail.strip("; "),
        key=key_text(pair.key),
        price_before=cell_of(pair.before, setting.columns.price),
        price_now=cell_of(pair.now, setting.columns.price),
        stock_before=cell_of(pair.before, setting.columns.stock),
        stock_now=cell_of(pair.now, setting.columns.stock),
    )


def _offered(offer: OfferChange) -> Found:
    """Return the cause of a line about a hit with its old rank."""
    causes = [Cause.PRICE] * bool(offer.price) + [Cause.STOCK] * bool(offer.stock)
    return Found(" and ".join(causes), offer.told)


def _with_decisions(
    changes: tuple[Change, ...], setting: Setting, decisions: Decisions
) -> tuple[Change, ...]:
    """Return the changes with the decisions; those about hits that stayed count as used, too."""
    decided = {}
    for pair in setting.pairs.values():
        record = pair.before.record if pair.now.hit is None else pair.now.record
        assert record is not None
        found = decisions.of(record.compound_id, record.smiles, key_text(pair.key))
        if found is not None:
            comment = found.told_of(record.compound_id)
            told = {"decision": found.decision, "decision_comment": comment}
            decided[key_text(pair.key)] = told
    return tuple(one._replace(**decided.get(one.key, {})) for one in changes)


def _score(view: View) -> str:
    if view.hit is not None:
        return view.hit.score
    return score_text(view.own) if view.scored else ""


def _notes(old: ComparedRun, new: ComparedRun, edits: Edits, both: list[Pair]) -> list[str]:
    notes = edits.screen_notes
    if edits.models:
        notes.append(f"models changed: {some(edits.models)}")
    numbers = [run.past.prepared.standardizer for run in (old, new)]
    if numbers[0] != numbers[1]:
        notes.append(
            f"the libraries were standardized by different rules ({numbers[0]} before, "
            f"{numbers[1]} now), so one compound may have two keys and count as two"
        )
    if _measured(old) != _measured(new):
        notes.append("the measured compounds of a bundle changed: reasons and neighbors may differ")
    if renamed := sum(map(is_renamed, both)):
        notes.append(f"{counted(renamed, 'hit')} of both runs changed the id; keys were compared")
    return notes


def _measured(run: ComparedRun) -> Mapping[str, str]:
    return run.past.scorer.manifest.measured
