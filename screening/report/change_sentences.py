"""Sentences on what changed since the last run, the same in the report and on a terminal.

They are plain text without a capital and a full stop. A place that reads markup has to escape them.
"""

from collections.abc import Iterator, Sequence

from chem.records.message_text import counted
from screening.report.last_run_facts import CellChanges, Kind, ShownChange, Since

NAMED = 5
"""The most compounds named beside the number of one cause."""


def tell_elsewhere(since: Since) -> str:
    """Tell why a run was not compared although its screen ran before; empty if that is not so."""
    one = since.elsewhere
    if one is None:
        return ""
    when = spoken_time(one.finished)
    return (
        f"not compared: no earlier run here used the library {one.own}; the newest run of this "
        f"screen ({one.folder}, {when}) used {one.library}; hitlist compare tells the changes "
        "between the folders of two runs"
    )


def tell_quiet(since: Since) -> str:
    """Tell that nothing changed; empty if something did."""
    if not since.quiet or since.last is None:
        return ""
    return (
        f"nothing changed since the last run ({spoken_time(since.last.finished)}): the same "
        f"library, the same {counted(since.stable, 'hit')}, the same ranks"
    )


def tell_moves(kind: Kind) -> str:
    """Tell how many hits moved only because of others; empty if none did."""
    if not kind.by_others:
        return ""
    why = "only because others entered, left or moved; their own scores are unchanged"
    return why if kind.by_others == kind.count else f"{kind.by_others:,} of them {why}"


def named_of(since: Since, kind: str, cause: str) -> list[ShownChange]:
    """Return the first compounds of one kind of change with one cause."""
    found = [one for one in since.shown if (one.change, one.cause) == (kind, cause)]
    return found[:NAMED]


def tell_rest(since: Since) -> Iterator[str]:
    """Tell of prices, stock, notes, steady hits and decisions, each in a sentence."""
    yield from tell_offers(since.prices, since.stocks)
    if since.records:
        yield tell_records(since.first_records, since.records)
    yield from since.notes
    if since.steady_runs > 2 or (since.steady_runs == 2 and not since.quiet):
        now = next((one.now for one in since.counts if one.name == "hits"), 0)
        runs = "already hits in the last run"
        if since.steady_runs > 2:
            runs = f"hits in all of the last {since.steady_runs} runs"
        yield f"{since.steady_hits:,} of {counted(now, 'hit')} were {runs}"
    yield from _tell_decisions(since)


def tell_offers(prices: CellChanges | None, stocks: CellChanges | None) -> Iterator[str]:
    """Tell how many hits have another price, and how many another stock; the first are named."""
    for what, one in (("price", prices), ("stock", stocks)):
        if one is not None and one.changed:
            told = f"{what} changed for {one.changed:,} of {counted(one.hits, 'hit')}"
            named = f": {_some(one.first, one.changed)}" if one.first else ""
            yield f"{told} (column {one.column}){named}"


def tell_records(first: Sequence[str], count: int) -> str:
    """Tell for how many hits another record stands that is offered otherwise."""
    return f"another record for {counted(count, 'hit')}: {_some(first, count)}"


def _tell_decisions(since: Since) -> Iterator[str]:
    found = since.decisions
    if found.hits:
        told = ", ".join(f"{one.count:,} {one.name}" for one in found.hits)
        yield f"decisions about hits: {told}"
    if refused := [one.shown or f"hit {one.rank}" for one in found.orders if one.decision == "no"]:
        names = _some(refused, len(refused), ", ")
        yield f"the order (lab/order.csv) still contains {names}, which you marked no"
    if found.left:
        told = _some(found.left_names, found.left)
        yield f"{counted(found.left, 'decision')} about compounds that left: {told}"
    if found.away:
        yield tell_away(found.away_names, found.away)
    if found.others:
        yield tell_unknown(found.names, found.others)


def tell_decision(compound_id: str, name: str, decision: str) -> str:
    """Return a compound with its decision.

    >>> tell_decision("CHEMBL939", "GEFITINIB", "order"), tell_decision("A-1", "", "no")
    ('GEFITINIB (CHEMBL939): order', 'A-1: no')
    """
    return f"{name} ({compound_id}): {decision}" if name else f"{compound_id}: {decision}"


def tell_away(names: Sequence[str], count: int) -> str:
    """Tell of decisions about compounds that are known and no hits; the first are named."""
    return f"{counted(count, 'decision')} about compounds that are no hits now: " + _some(
        names, count
    )


def tell_unknown(names: Sequence[str], count: int) -> str:
    """Tell of decisions about IDs that no hit list and no library has; the first are named."""
    named = _some(names, count, ", ")
    return f"{counted(count, 'decision')} about IDs found nowhere: {named}; check the ID"


def _some(names: Sequence[str], count: int, joint: str = "; ") -> str:
    """Return the first names, and count the others.

    >>> _some(["a", "b"], 2, ", "), _some(["a", "b", "c", "d", "e", "f"], 8)
    ('a and b', 'a; b; c; d; e and 3 more')
    """
    shown = list(names[:NAMED])
    if more := count - len(shown):
        return f"{joint.join(shown)} and {more:,} more"
    last = shown.pop() if len(shown) > 1 and joint == ", " else ""
    return joint.join(shown) + (f" and {last}" if last else "")


def spoken_time(finished: str) -> str:
    """Return a time of a manifest to the minute.

    >>> spoken_time("2026-01-31T02:04:05+00:00"), spoken_time("")
    ('2026-01-31 02:04 UTC', 'an unknown time')
    """
    if not finished:
        return "an unknown time"
    return f"{finished[:10]} {finished[11:16]} UTC" if finished.endswith("+00:00") else finished
