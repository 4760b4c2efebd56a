"""Why a hit is on the list, in one plain sentence: strengths first, then warnings.

What is good or bad follows from the screen. Halfway between a part's ``zero`` and its ``full``
divides the two:

- *potent* is a primary prediction at or beyond halfway, *active* one beyond ``zero``, *weak* one
  that is worth nothing; ± is its standard deviation. *Uncertain* is one that is worth something,
  but nothing when it is judged cautiously, as the score does;
- *measured* tells the value of a compound that was itself measured on the target, be it without
  stereochemistry or as another stereoisomer;
- *novel* is a compound whose nearest measured one is not similar enough to share a cluster with it
  (``chem.clusters``); the Tanimoto similarity is told. Any other is *similar to one measured* at
  some value, a warning where that value is worth nothing;
- *N-fold over* an off-target is a margin at or beyond halfway, the smallest one where there are
  several; *only N-fold over* is one below that, *not selective over* one of zero or less. Where
  one of these holds of all of several off-targets, it says *selective* instead of their names;
- a *risk* is a liability at or beyond halfway to ``zero``, and any probability of 0.5 or more that
  costs score; the costliest comes first. *No risk predicted* says that there is none;
- *outside the model's domain* is a distance beyond the limit that its card gives;
- *off its window* is a property less than halfway inside;
- alerts: those of PAINS by name, others by number.

Where the sentence would be longer than 140 characters it leaves out what matters least, in the
order of ``strengths.Matter``, and ends with how many parts those were.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from screening.evidence import Neighbour
from screening.handover.strengths import (
    Part,
    alerts,
    domains,
    potency,
    risks,
    selectivity,
    windows,
)
from screening.handover.units import unit_of
from screening.screen import Screen

LONGEST = 140


def reason(
    hit: Mapping[str, Any],
    screen: Screen,
    units: Mapping[str, str],
    limits: Mapping[str, float] | None = None,
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> str:
    """Return the sentence of one hit, at most 140 characters.

    hit: its row of the ranked frame. units: of each predicted task. limits: of each column of
    distances, beyond which a model is out of its domain. neighbours: measured compounds of each
    primary task, nearest first. What is not given is not told.
    """
    told: list[Part] = []
    alone = len(screen.primary) == 1
    for part in screen.primary:
        near = (neighbours or {}).get(part.task, ())
        told += potency(hit, part, unit_of(part.task, screen, units), near, alone)
    told += domains(hit, limits or {})
    told += selectivity(hit, screen.off_targets, units)
    told += risks(hit, screen, units)
    told += windows(hit, screen)
    told += alerts(str(hit.get("alerts", "")))
    return _fit(told)


def _fit(parts: Sequence[Part]) -> str:
    """Join strengths and then warnings, without what matters least where they are too long."""
    ordered = [*(part for part in parts if part.good), *(part for part in parts if not part.good)]
    by_matter = sorted(range(len(ordered)), key=lambda at: (ordered[at].matter, at))
    for kept in range(len(ordered), 0, -1):
        texts = [ordered[at].text for at in sorted(by_matter[:kept])]
        left = len(ordered) - kept
        text = "; ".join([*texts, *([f"{left} more"] if left else [])])
        if len(text) <= LONGEST:
            return text
    return f"{ordered[by_matter[0]].text[: LONGEST - 1]}…"
