"""Constraints of a selection: caps and the budget, and what was chosen under them so far."""

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from chem.assess.clusters import scaffold
from chem.structure.variants import without_isotopes
from screening.objective.selection import Selection

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
