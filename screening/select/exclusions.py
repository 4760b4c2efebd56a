"""Exclusions: compounds that may not be chosen, because an exclusion list or a costly filter turns
them away.

Each compound is asked about once, whichever way it is come across.
"""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import first_failed_filter
from screening.select.list_matches import ListMatches


class Exclusions:
    """Asks compounds, and counts those that were turned away.

    A control passes whatever is said of it. Without costly filters no costly property is worked
    out.
    """

    def __init__(self, screen: Screen, list_matches: ListMatches) -> None:
        self.costly_properties: dict[int, CostlyProperties] = {}
        """Rows that were examined."""
        self._limits = screen.costly_limits
        self._list_matches = list_matches
        self._reasons: dict[int, str] = {}
        self._counted: dict[int, str] = {}

    def reasons_against(self, compounds: pd.DataFrame) -> list[str]:
        """Return for each row [n] the list or the costly filter that turns it away, or ``""``.

        compounds: with ``row`` and ``smiles``.
        """
        rows = [int(row) for row in compounds["row"]]
        new = {
            row: smiles
            for row, smiles in zip(rows, compounds["smiles"], strict=True)
            if row not in self._reasons
        }
        self._reasons |= self._list_matches.exclusions(list(new))
        if self._limits:
            asked = [row for row in new if row not in self._reasons]
            found = compute_costly_properties([new[row] for row in asked])
            self.costly_properties.update(zip(asked, found, strict=True))
            spared = self._list_matches.are_controls(asked)
            for row, one, control in zip(asked, found, spared, strict=True):
                self._reasons[row] = "" if control else first_failed_filter(one, self._limits)
        return [self._reasons.setdefault(row, "") for row in rows]

    def count(self, rows: Iterable[int]) -> None:
        """Count rows that were asked; a row counts once."""
        self._counted.update((int(row), self._reasons[int(row)]) for row in rows)

    def is_counted(self, row: int) -> bool:
        """Tell whether a row was counted."""
        return row in self._counted

    def reason(self, row: int) -> str:
        """Return what turned a counted row away; ``""`` if nothing did, or it was not counted."""
        return self._counted.get(row, "")

    @property
    def taken(self) -> dict[str, int]:
        """How many of the counted each costly filter and each list turned away, in their order."""
        counts = Counter(self._counted.values())
        return {name: counts[name] for name in (*self.costly_filters, *self._list_matches.reasons)}

    @property
    def costly_filters(self) -> list[str]:
        """Names of the costly filters."""
        return [limit.name for limit in self._limits]
