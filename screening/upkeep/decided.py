"""Finds the runs about whose compounds somebody decided, in the ``decisions.csv`` beside them.

Of each compound the newest run that lists it is kept: it has the record that the decision is about.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from chem.disk.bounded_read import MOST, read_regular
from screening.text.cells import unescape_cell
from screening.upkeep.items import Item

DECISIONS = "decisions.csv"
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class Decided:
    """The compounds and the runs that a file of decisions names."""

    compounds: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    unreadable: str = ""
    """The reason that the file cannot be read; all runs are kept then."""

    @classmethod
    def read(cls, runs: Path) -> "Decided":
        """Read the file in a folder of runs; a missing one names nothing."""
        path = runs / DECISIONS
        try:
            text = read_regular(path, MOST).decode("utf-8-sig")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            return cls(unreadable=f"{DECISIONS} cannot be read ({error})")
        head = text.split("\n", 1)[0]
        separator = max(_SEPARATORS, key=head.count)
        try:
            rows = list(csv.DictReader(StringIO(text, newline=""), delimiter=separator))
        except csv.Error as error:
            return cls(unreadable=f"{DECISIONS} is no table ({error})")
        if not set(_names(head, separator)) & {"compound_id", "inchikey"}:
            return cls(unreadable=f"{DECISIONS} has no column compound_id or inchikey")
        columns = [{_plain(key): value for key, value in row.items()} for row in rows]
        named = {
            (row.get(key) or "").strip() for row in columns for key in ("compound_id", "inchikey")
        }
        given = {Path((row.get("run") or "").strip()).name for row in columns}
        return cls(frozenset(named - {""}), frozenset(given - {""}))

    def protect(self, items: Sequence[Item]) -> Iterator[Item]:
        """Yield the runs, of which those with a decision are kept."""
        waiting = set(self.compounds)
        for item in sorted(items, key=lambda one: (one.made, one.path.name), reverse=True):
            kept = item.kept
            if item.kind == "run":
                listed = listed_compounds(item.path) if waiting else set()
                met = waiting & (listed or set())
                waiting -= met
                if self.unreadable:
                    kept = kept or self.unreadable
                elif listed is None:
                    kept = kept or f"its hits.csv cannot be compared with {DECISIONS}"
                elif met or item.path.name in self.runs:
                    kept = kept or f"{DECISIONS} has a decision about it"
            yield replace(item, kept=kept)


def listed_compounds(run: Path) -> set[str] | None:
    """Return the IDs of a run's hits, and their InChIKeys if listed; None if unreadable."""
    try:
        text = read_regular(run / "hits.csv", 1_000_000_000).decode("utf-8-sig")
        rows = csv.DictReader(StringIO(text, newline=""))
        return {
            unescape_cell(row[key] or "")
            for row in rows
            for key in ("compound_id", "inchikey")
            if key in row
        }
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _names(head: str, separator: str) -> list[str]:
    return [_plain(name) for name in next(csv.reader([head], delimiter=separator), [])]


def _plain(name: str | None) -> str:
    return (name or "").strip().lower()
