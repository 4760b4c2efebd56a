"""The first hits as a few columns for a terminal."""

from screening.handover.table import HitTable
from screening.screen import Screen


def top_table(table: HitTable, screen: Screen, size: int = 10) -> tuple[list[str], list[list[str]]]:
    """Headers and rows of the best ``size`` hits, safe to print: no control characters.

    Columns: rank, compound_id, name (when any hit has one), score, each primary's prediction
    with its standard deviation, and the desirability of every other part.
    """
    records = table.records()[:size]
    named = any(cells["name"] for cells in records)
    primaries = {part.name for part in screen.primary}
    others = [
        name
        for name in screen.objective_columns
        if name.startswith("d_") and name.removeprefix("d_") not in primaries
    ]
    headers = ["rank", "compound_id", *(["name"] if named else []), "score"]
    rows = [[_printable(cells[header]) for header in headers] for cells in records]
    for part in screen.primary:
        headers.append(part.name)
        for row, cells in zip(rows, records, strict=True):
            row.append(f"{cells[part.name]} ± {cells[f'{part.name}_std']}")
    headers += others
    for row, cells in zip(rows, records, strict=True):
        row += [cells[name] for name in others]
    return headers, rows


def _printable(text: str, width: int = 40) -> str:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
