"""The causes of changes, and what the causes of all changes between two runs share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from screening.changes.compared_run import ComparedRun, LibraryRecord
from screening.changes.edits import Edits
from screening.changes.price_changes import NO_COLUMNS, OfferColumns
from screening.changes.standings import Listed, Pair
from screening.select.constraints import BUDGET, CLUSTER_CAP, NO_PRICE, SCAFFOLD_CAP
from screening.select.selection_report import ALIKE

ENTERED, LEFT, MOVED = "entered", "left", "moved"
REPRICED, RESTOCKED = "repriced", "stock changed"
"""Hits with the same rank in both runs: with another price, or with another stock only."""


class Cause(StrEnum):
    """The causes of a change. Two of them are joined by ``and``."""

    NEW = "new in the library"
    WITHDRAWN = "withdrawn from the library"
    STRUCTURE = "structure changed in the library"
    REJECTED = "rejected record"
    DUPLICATE = "duplicate record"
    VERSION = "standardization or version changed"
    SCREEN = "screen edited"
    MODELS = "models changed"
    BOTH = "models and screen changed"
    MEASURED = "measured since"
    DECIDED = "decision"
    PRICE = "price changed"
    STOCK = "stock changed"
    RECORD = "another record"
    TRIAGE = "triage's choice"
    DISPLACED = "displaced by others"
    GAVE_WAY = "others gave way"
    LIMITED = "displaced by others under the selection's limits"
    GAVE_WAY_LIMITED = "others gave way under the selection's limits"


BY_OTHERS = {Cause.DISPLACED, Cause.GAVE_WAY, Cause.LIMITED, Cause.GAVE_WAY_LIMITED}
"""The causes that lie in other compounds alone."""


_BETTER = " has a better one"
"""The end of the reason of a compound whose cluster has a better one."""
_LIMITS = (SCAFFOLD_CAP, CLUSTER_CAP, BUDGET, NO_PRICE, ALIKE, _BETTER)


class Refusal(NamedTuple):
    """A compound that a limit of the selection kept off the hits in one run only."""

    score: float
    smiles: str
    is_now: bool
    """True if the newer run refused it, False if the older one did."""
    told: str
    """The compound, the limit and the run."""


class Found(NamedTuple):
    """The cause of one change, and the facts behind it in words."""

    cause: str
    detail: str


@dataclass(frozen=True)
class Setting:
    """What the causes of all changes between two runs share."""

    edits: Edits
    before: Listed | None
    """The first compounds of the older run; None if no cause depends on them."""
    now: Listed | None
    pairs: dict[bytes, Pair]
    like_before: dict[int, LibraryRecord]
    """For a row of the newer library without a counterpart: the record most like it before."""
    like_now: dict[int, LibraryRecord]
    repriced: tuple[str, ...]
    """The compounds among the hits whose prices changed, in words."""
    refusals: tuple[Refusal, ...] = ()
    """The compounds that a limit refused in one run only, the best first."""
    columns: OfferColumns = NO_COLUMNS
    """The columns of both libraries with the prices and the stock."""


def find_refusals(before: ComparedRun, now: ComparedRun) -> tuple[Refusal, ...]:
    """Return the compounds that a limit of the selection refused in one run only.

    A compound that both refused for the same reason moves no other one.
    """
    found = []
    for run, other, is_now in ((before, now, False), (now, before, True)):
        for smiles, one in run.passed_over.items():
            limit, its = _limit(one.why), other.passed_over.get(smiles)
            if limit and (its is None or _limit(its.why) != limit):
                told = f"{one.compound_id} ({one.why} {'now' if is_now else 'before'})"
                found.append(Refusal(one.score, smiles, is_now, told))
    return tuple(sorted(found, key=lambda refusal: (-refusal.score, refusal.told)))


def _limit(why: str) -> str:
    """Return the limit that a reason names; empty for another reason, such as that of a list."""
    return next((limit for limit in _LIMITS if why == limit or why.endswith(limit)), "")
