"""Sums up the doubts about a hit list in one sentence, for the end of a run and for the report."""

from collections import Counter
from collections.abc import Iterable, Sequence

from screening.hits.table import HitTable
from screening.reason.measurements import Contradiction
from screening.select.decided_changes import STOCK_WORDS, has_stock

_OF_TIME = ("day", "week", "date", "lead", "time")
"""A column with one of these in its name, such as ``availability_days``, holds no amount."""


def sum_up_doubts(table: HitTable) -> str:
    """Return how many hits are outside a domain, extrapolated, contradicted, flagged or at risk.

    Hits that are out of stock by the only column of the library that names a stock are counted,
    too. Hits for which one of these cannot be told are counted last, as not fully assessed.
    Returns "" for a list without hits.
    """
    total = len(table.rows)
    if not total:
        return ""
    outside = Counter(one.bundle for row in table.outsides for one in row)
    said = [
        (count, "is outside", "are outside", f"the domain of {bundle}")
        for bundle, count in outside.items()
    ]
    far = sum(any(text.endswith(" extrapolated") for text in row) for row in table.doubts)
    said.append((far, "is", "are", "extrapolated"))
    against = [row.values() for row in table.contradictions if row]
    said.append((len(against), "is", "are", f"contradicted by a measurement{_direction(against)}"))
    risky = sum(bool(row) for row in table.risks)
    said.append((risky, "has", "have", f"a predicted liability{_which(table)}"))
    at = next((at for at, one in enumerate(table.columns) if one.name == "alerts"), None)
    flagged = 0 if at is None else sum(row[at] != "" for row in table.rows)
    said.append((flagged, "has", "have", "structural alerts"))
    column, gone = _out_of_stock(table)
    said.append((gone, "is", "are", f"out of stock ({column})"))
    said.append((sum(map(bool, table.not_assessed)), "is", "are", _unknown(table)))
    told = [
        f"{count:,} {one if count == 1 else many} {what}"
        for count, one, many, what in said
        if count
    ]
    hits = f"{total:,} hit" if total == 1 else f"{total:,} hits"
    if not told:
        return f"Doubts: none noted for {hits}"
    first, rest = told[0].split(" ", 1)
    return f"Doubts: {'; '.join([f'{first} of {hits} {rest}', *told[1:]])}"


def _out_of_stock(table: HitTable) -> tuple[str, int]:
    """Return the column of the stock, and how many hits have a cell there that says none."""
    found = [
        (at, one.name)
        for at, one in enumerate(table.columns)
        if one.group == "vendor"
        and any(word in one.name.casefold() for word in STOCK_WORDS)
        and not any(word in one.name.casefold() for word in _OF_TIME)
    ]
    if len(found) != 1:
        return "", 0
    at, name = found[0]
    return name, sum(bool(row[at].strip()) and has_stock(row[at]) is False for row in table.rows)


def _direction(against: Sequence[Iterable[Contradiction]]) -> str:
    """Return how many hits were measured stronger: `` (2 are stronger, 1 is weaker)``.

    A hit with a weaker measurement on any target counts as weaker.
    """
    stronger = sum(all(one.is_stronger for one in row) for row in against)
    if not stronger:
        return ""
    told = [
        f"{count:,} {'is' if count == 1 else 'are'} {how}"
        for count, how in ((stronger, "stronger"), (len(against) - stronger, "weaker"))
        if count
    ]
    return f" ({', '.join(told)})"


def _which(table: HitTable) -> str:
    """Return the liabilities by frequency: `` (hERG 3, DILI 1)``."""
    found = Counter(text.rsplit(" ", 1)[0] for row in table.risks for text in row)
    named = ", ".join(f"{name} {count:,}" for name, count in found.most_common(4))
    return f" ({named}{', …' if len(found) > 4 else ''})"


def _unknown(table: HitTable) -> str:
    """Return what could not be assessed: ``not fully assessed (liabilities of 2, domain of 1)``."""
    found = Counter(text for row in table.not_assessed for text in row)
    return f"not fully assessed ({', '.join(f'{what} of {n:,}' for what, n in found.items())})"
