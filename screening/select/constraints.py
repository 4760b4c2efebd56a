"""Constraints of a selection: caps, the budget and exclusions, and what was chosen under them.

Exclusions are compounds that may not be chosen, because an exclusion list or a costly filter turns
them away. Each compound is asked about once, whichever way it is come across.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from chem.assess.clusters import scaffold
from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from chem.structure.variants import without_isotopes
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.costly_filters import first_failed_filter
from screening.select.list_matches import ListMatches

SCAFFOLD_CAP, CLUSTER_CAP, BUDGET = "scaffold cap", "cluster cap", "budget"
NO_PRICE = "no readable price"
ISOTOPES = "same as a hit but for isotopes"
REFUSALS = (ISOTOPES, SCAFFOLD_CAP, CLUSTER_CAP, BUDGET, NO_PRICE)
"""Why a rule refuses a compound, beside exclusion: in the order in which they are asked."""
CONTROL = "control"
"""``picked_by`` of a control."""


class Candidate(NamedTuple):
    """A compound that may be chosen."""

    row: int
    smiles: str
    cluster: int = 0
    """0 where no rule asks for clusters."""
    price: Decimal | None = None
    """None without a readable one."""


class Constraints:
    """Chosen compounds in the order in which they were taken.

    A refusal is final: caps fill and money goes, they never come back. So each compound is asked
    about once.
    """

    def __init__(self, selection: Selection) -> None:
        self.taken: dict[int, str] = {}
        """Rows of chosen compounds, with the rule that took each."""
        self.refused: dict[int, str] = {}
        """Rows of compounds that a rule refused, with the first that did."""
        self.spent = Decimal(0)
        self.unpriced = 0
        """Controls without a readable price; they count as free."""
        self._selection = selection
        # By way of text: 0.1 is meant as a tenth, not as the nearest float.
        self._budget = None if selection.budget is None else Decimal(str(selection.budget))
        self._scaffolds: Counter[str] = Counter()
        self._clusters: Counter[int] = Counter()
        self._plain: dict[str, str] = {}

    @property
    def is_overdrawn(self) -> bool:
        """Whether more was spent than the budget allows: only controls can."""
        return self._budget is not None and self.spent > self._budget

    def add_control(self, control: Candidate) -> None:
        """Take a control: no rule refuses it, but it fills caps and costs money."""
        self.unpriced += self._budget is not None and control.price is None
        self._take(control, CONTROL)

    def try_add(self, candidate: Candidate, rule: str) -> bool:
        """Take a compound for a rule unless it was asked about before or is refused now."""
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
