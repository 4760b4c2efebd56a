"""Measures how much of the best a triage finds, on compounds drawn at random (the audit).

The compounds of the audit were scored in full whatever their expected score. The recall of the
triage is the share of the audit's best that the triage had chosen. The number of the best
corresponds to the hits for which the choice is made: one in ``PER_HIT`` of the audit's share of the
chosen. If fewer hits than that are asked for, their recall is better than the measured one, because
they lie deeper within the choice.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from chem.records.message_text import counted
from screening.score.triage import PER_HIT, Triage

_DOUBT = 0.05


class Recall(NamedTuple):
    """The result of an audit."""

    audited: int
    """The number of compounds drawn."""
    best: int
    """The number of the audit's best, among those that no filter removed."""
    found: int
    """The number of the best that the triage had chosen."""
    low: float
    """The lower bound of the recall at 95 % confidence (Clopper and Pearson 1934)."""

    @property
    def recall(self) -> float:
        """The share of the best that the triage had chosen."""
        return self.found / self.best if self.best else 1.0


class TriageFacts(NamedTuple):
    """The counts and the recall of a triage, as a manifest keeps them."""

    why_all: str = ""
    """The reason that the ensembles scored every compound; empty if a triage chose."""
    looked_at: int = 0
    chosen: int = 0
    recall: Recall | None = None
    """The recall; None if the ensembles scored every compound."""
    chosen_for: str = ""
    """The earlier screen for which compounds were chosen; empty if it is this one."""
    never_looked_at: int = 0
    """The number of compounds that the filters of that screen removed."""

    @property
    def exhaustive(self) -> bool:
        """Whether the ensembles scored every compound."""
        return self.recall is None

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "TriageFacts":
        """Read the values that ``as_dict`` returned."""
        if found["exhaustive"]:
            return cls(found["why"])
        numbers = (found[key] for key in ("audited", "best", "found", "recall_at_least"))
        earlier = (found.get("chosen_for", ""), found.get("never_looked_at", 0))
        return cls("", found["looked_at"], found["chosen"], Recall(*numbers), *earlier)

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain values, rounded."""
        if self.recall is None:
            return {"exhaustive": True, "why": self.why_all}
        found: dict[str, Any] = {
            "exhaustive": False,
            "looked_at": self.looked_at,
            "chosen": self.chosen,
            "audited": self.recall.audited,
            "best": self.recall.best,
            "found": self.recall.found,
            "recall": round(self.recall.recall, 4),
            "recall_at_least": round(self.recall.low, 4),
        }
        if self.chosen_for:
            found |= {"chosen_for": self.chosen_for, "never_looked_at": self.never_looked_at}
        return found


def describe_triage(found: TriageFacts, set_aside: int) -> str:
    """Describe in one line how a triage went.

    Args:
        found: its facts.
        set_aside: the number of compounds that the ensembles did not score, as a manifest counts
            them: with those that the filters of an earlier screen removed.
    """
    audit = found.recall
    if audit is None:
        return f"the ensembles scored every compound: {found.why_all}"
    scored = found.looked_at - (set_aside - found.never_looked_at)
    both = found.chosen + audit.audited - scored
    line = (
        f"surrogates looked at {counted(found.looked_at, 'compound')}, the ensembles at the "
        f"{found.chosen:,} most promising and {audit.audited:,} drawn at random"
        f"{f' ({both:,} in both)' if both else ''}; check: {_checked(audit)}"
    )
    if found.chosen_for:
        line += f"; they were chosen for {found.chosen_for}"
    if missed := found.never_looked_at:
        line += f", whose filters removed {missed:,}; the recall says nothing about these"
    return line


def _checked(audit: Recall) -> str:
    """Return what the audit found, such as ``the random sample held 3 top compounds, ...``."""
    if not audit.best:
        return "no compound of the random sample passed the filters, so the recall is not known"
    low = f"{round(audit.low, 4):.2f} or more with 95 % confidence"
    held = (
        f"the random sample held {counted(audit.best, 'top compound')}, and the triage had chosen"
    )
    if audit.found == audit.best:
        return f"{held} {'it' if audit.best == 1 else 'all of them'} (recall {low})"
    return f"{held} {audit.found:,} of them (recall {round(audit.recall, 4):.2f}; {low})"


def measure_recall(triage: Triage, scored: pd.DataFrame, hits: int) -> Recall:
    """Measure a triage on its audit.

    Args:
        triage: The triage.
        scored: ``row``, ``score`` and ``kept`` (no filter removed it) of all compounds that were
            scored in full, one row for each.
        hits: The number of hits that are asked for.
    """
    drawn = scored[scored["row"].isin(triage.audit)]
    if len(drawn) != len(triage.audit):
        raise ValueError(f"{len(triage.audit)} were drawn but {len(drawn)} of them were scored")
    drawn = drawn[drawn["kept"]].sort_values(["score", "row"], ascending=[False, True])
    each = len(triage.audit) / max(triage.looked_at, 1)
    depth = math.ceil(max(hits, len(triage.chosen) / PER_HIT) * each)
    best = drawn["row"].to_numpy()[:depth]
    found = int(np.isin(best, triage.chosen).sum())
    # This is a quantile of the beta distribution; to import scipy.stats for it takes 0.6 s.
    low = float(betaincinv(found, len(best) - found + 1, _DOUBT)) if found else 0.0
    return Recall(len(triage.audit), len(best), found, low)
