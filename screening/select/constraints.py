"""Constraints of a selection: caps, the budget and exclusions, and the compounds chosen under them.

Exclusions are compounds that may not be chosen, because an exclusion list or a costly filter
refuses them. Each compound is checked once, no matter how the selection comes across it.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from chem.assess.clusters import scaffold
from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from chem.structure.equivalence import without_isotopes
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.costly_filters import first_failed_filter
from screening.select.list_matches import ListMatches

SCAFFOLD_CAP, CLUSTER_CAP, BUDGET = "scaffold cap", "cluster cap", "budget"
NO_PRICE = "no readable price"
ISOTOPES = "same as a hit but for isotopes"
REFUSALS = (ISOTOPES, SCAFFOLD_CAP, CLUSTER_CAP, BUDGET, NO_PRICE)
"""The reasons to refuse a compound, beside exclusion, in the order in which they are checked."""
CONTROL = "control"
"""The ``picked_by`` of a control."""


class Candidate(NamedTuple):
    """A compound that may be chosen."""

    row: int
    smiles: str
    cluster: int = 0
    """The number of the cluster; 0 if no rule needs clusters."""
    price: Decimal | None = None
    """The price; None if it is not readable."""


class Constraints:
    """The compounds chosen under caps and a budget, in the order in which they were taken.

    A refusal is final, because caps only fill and the budget only shrinks. So each compound is
    checked once.
    """

    def __init__(self, selection: Selection) -> None:
        self.taken: dict[int, str] = {}
        """The rows of chosen compounds, with the rule that took each."""
        self.refused: dict[int, str] = {}
        """The rows of refused compounds, with the first rule that refused each."""
        self.spent = Decimal(0)
        self.unpriced = 0
        """The number of controls without a readable price; they count as free."""
        self._selection = selection
        # Converted by its text, because 0.1 means a tenth and not the nearest float.
        self._budget = None if selection.budget is None else Decimal(str(selection.budget))
        self._scaffolds: Counter[str] = Counter()
        self._clusters: Counter[int] = Counter()
        self._plain: dict[str, str] = {}

    @property
    def is_overdrawn(self) -> bool:
        """True if more was spent than the budget allows; only controls can do that."""
        return self._budget is not None and self.spent > self._budget

    def add_control(self, control: Candidate) -> None:
        """Take a control: no rule refuses it, but it counts for caps and the budget."""
        self.unpriced += self._budget is not None and control.price is None
        self._take(control, CONTROL)

    def try_add(self, candidate: Candidate, rule: str) -> bool:
        """Take a compound for a rule unless it was checked before or is refused now."""
        if candidate.row in self.taken or candidate.row in self.refused:
            return False
        if why := self._refusal(candidate):
            self.refused[candidate.row] = why
            return False
        self._take(candidate, rule)
        return True

    def _refusal(self, candidate: Candidate) -> str:
        same = self._plain.get(without_isotopes(candidate.smiles), candidate.smiles)
        if same != candidate.smiles:
            return ISOTOPES
        most = self._selection.max_per_scaffold
        if most is not None:
            core = _scaffold(candidate.smiles)
            if core and self._scaffolds[core] >= most:
                return SCAFFOLD_CAP
        most = self._selection.max_per_cluster
        if most is not None and self._clusters[candidate.cluster] >= most:
            return CLUSTER_CAP
        if self._budget is None:
            return ""
        if candidate.price is None:
            return NO_PRICE
        return BUDGET if self.spent + candidate.price > self._budget else ""

    def _take(self, candidate: Candidate, rule: str) -> None:
        self.taken[candidate.row] = rule
        self._clusters[candidate.cluster] += 1
        self._plain.setdefault(without_isotopes(candidate.smiles), candidate.smiles)
        if self._selection.max_per_scaffold is not None:
            self._scaffolds[_scaffold(candidate.smiles)] += 1
        if self._budget is not None:
            self.spent += candidate.price or 0


@lru_cache(maxsize=4096)
def _scaffold(smiles: str) -> str:
    return scaffold(smiles)


class Exclusions:
    """The checks of compounds against lists and costly filters, and the counts of those excluded.

    A control always passes. Without costly filters no costly property is computed.
    """

    def __init__(self, screen: Screen, list_matches: ListMatches) -> None:
        self.costly_properties: dict[int, CostlyProperties] = {}
        """The costly properties of the rows that were examined."""
        self._limits = screen.costly_limits
        self._list_matches = list_matches
        self._reasons: dict[int, str] = {}
        self._counted: dict[int, str] = {}

    def reasons_against(self, compounds: pd.DataFrame) -> list[str]:
        """Return for each row [n] the list or the costly filter that excludes it, or ``""``.

        compounds: a table with ``row`` and ``smiles``.
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
        """Count rows that were checked; a row counts once."""
        self._counted.update((int(row), self._reasons[int(row)]) for row in rows)

    def is_counted(self, row: int) -> bool:
        """Tell whether a row was counted."""
        return row in self._counted

    def reason(self, row: int) -> str:
        """Return the reason that excludes a counted row; ``""`` without one or if not counted."""
        return self._counted.get(row, "")

    @property
    def taken(self) -> dict[str, int]:
        """The number of counted rows that each costly filter and list excluded, in that order."""
        counts = Counter(self._counted.values())
        return {name: counts[name] for name in (*self.costly_filters, *self._list_matches.reasons)}

    @property
    def costly_filters(self) -> list[str]:
        """The names of the costly filters."""
        return [limit.name for limit in self._limits]
