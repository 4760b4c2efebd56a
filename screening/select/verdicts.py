"""Who may not be chosen however good: compounds on a list of exclusion, or taken by a late filter.

Each compound is asked about once, whichever way it is come across.
"""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from chem.assess.examine import Examined, examine
from screening.objective.screen import Screen
from screening.rank.late import first_taker
from screening.select.marks import Marks


class Verdicts:
    """Asks compounds, and counts those that were turned away.

    A control passes whatever is said of it. Without late filters nothing is examined.
    """

    def __init__(self, screen: Screen, marks: Marks) -> None:
        self.examined: dict[int, Examined] = {}
        """Rows that were examined."""
        self._limits = screen.late_limits
        self._marks = marks
        self._verdicts: dict[int, str] = {}
        self._counted: dict[int, str] = {}

    def ask(self, compounds: pd.DataFrame) -> list[str]:
        """Return for each row [n] the list or the late filter that turns it away, or ``""``.

        compounds: with ``row`` and ``smiles``.
        """
        rows = [int(row) for row in compounds["row"]]
        new = {
            row: smiles
            for row, smiles in zip(rows, compounds["smiles"], strict=True)
            if row not in self._verdicts
        }
        self._verdicts |= self._marks.exclusions(list(new))
        if self._limits:
            asked = [row for row in new if row not in self._verdicts]
            found = examine([new[row] for row in asked])
            self.examined.update(zip(asked, found, strict=True))
            spared = self._marks.are_controls(asked)
            for row, one, control in zip(asked, found, spared, strict=True):
                self._verdicts[row] = "" if control else first_taker(one, self._limits)
        return [self._verdicts.setdefault(row, "") for row in rows]

    def count(self, rows: Iterable[int]) -> None:
        """Count rows that were asked; a row counts once."""
        self._counted.update((int(row), self._verdicts[int(row)]) for row in rows)

    def is_counted(self, row: int) -> bool:
        """Tell whether a row was counted."""
        return row in self._counted

    def reason(self, row: int) -> str:
        """Return what turned a counted row away; ``""`` if nothing did, or it was not counted."""
        return self._counted.get(row, "")

    @property
    def taken(self) -> dict[str, int]:
        """How many of the counted each late filter and each list turned away, in their order."""
        counts = Counter(self._counted.values())
        return {name: counts[name] for name in (*self.late, *self._marks.whys)}

    @property
    def late(self) -> list[str]:
        """Names of the late filters."""
        return [limit.name for limit in self._limits]
