"""Sums up the doubts about a hit list in one sentence, for the end of a run and for the report."""

from collections import Counter

from screening.hits.table import HitTable


def sum_up_doubts(table: HitTable) -> str:
    """Return how many hits are outside a domain, extrapolated, contradicted, flagged or at risk.

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
    against = sum(bool(row) for row in table.contradictions)
    said.append((against, "is", "are", "contradicted by a measurement"))
    risky = sum(bool(row) for row in table.risks)
    said.append((risky, "has", "have", f"a predicted liability{_which(table)}"))
    at = next((at for at, one in enumerate(table.columns) if one.name == "alerts"), None)
    flagged = 0 if at is None else sum(row[at] != "" for row in table.rows)
    said.append((flagged, "has", "have", "structural alerts"))
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


def _which(table: HitTable) -> str:
    """Return the liabilities by frequency: `` (hERG 3, DILI 1)``."""
    found = Counter(text.rsplit(" ", 1)[0] for row in table.risks for text in row)
    named = ", ".join(f"{name} {count:,}" for name, count in found.most_common(4))
    return f" ({named}{', …' if len(found) > 4 else ''})"
