"""Why a hit is on the list, in one plain sentence: strengths first, then every warning.

What is good or bad follows from the screen. Halfway between a part's ``zero`` and its ``full``
divides the two:

- a primary prediction is judged by its cautious value, as the score does. *Potent* has it at or
  beyond halfway, *active* beyond ``zero``. *Uncertain* is a prediction that is worth something
  whose cautious value is worth nothing, *weak* one that is worth nothing itself. The sentence
  tells the prediction ± its standard deviation;
- *measured* tells the value of a compound that was itself measured on the target, be it without
  stereochemistry or as another stereoisomer. Where it *contradicts the prediction*
  (``measured.contradicts``) that is the first warning, and what is told from the prediction is
  called *predicted*;
- *nothing alike measured* on a target is a compound whose nearest one measured there is not
  similar enough to share a cluster with it (``chem.clusters``); *novel* is one of which the same
  holds for all that the model was trained on, on any target. Any other is *similar to one
  measured* at some value, a warning where that value is worth nothing;
- *about N-fold over* an off-target is a margin at or beyond halfway, *only N-fold over* one below
  that, *not selective over* one of zero or less. It is a difference of two predictions; of
  several off-targets the smallest is told. Where one of these holds of all of several
  off-targets, it says *selective* instead of their names;
- a *risk* is a liability at or beyond halfway to ``zero``, and any probability of 0.5 or more that
  costs score; the costliest comes first. *No risk predicted* says that there is none;
- *outside the model's domain* is a distance beyond the limit that its card gives;
- *off its window* is a property less than halfway inside;
- alerts: those of PAINS by name, others by number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from screening.evidence import Neighbour
from screening.handover.potency import contradiction, potency
from screening.handover.sentence import Part, joined
from screening.handover.strengths import alerts, domains, risks, selectivity, windows
from screening.handover.units import unit_of
from screening.screen import Screen


def reason(
    hit: Mapping[str, Any],
    screen: Screen,
    units: Mapping[str, str],
    limits: Mapping[str, float] | None = None,
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> str:
    """Return the whole sentence of one hit.

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
    contradicted = bool(contradictions(hit, screen, units, neighbours))
    told += selectivity(hit, screen.off_targets, units, contradicted)
    told += risks(hit, screen, units)
    told += windows(hit, screen)
    told += alerts(str(hit.get("alerts", "")))
    return joined(told)


def contradictions(
    hit: Mapping[str, Any],
    screen: Screen,
    units: Mapping[str, str],
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> dict[str, str]:
    """Return, by the label of each primary target, what was measured against its prediction.

    Such as ``{"EGFR": "measured 5.5"}``; a target without a contradiction is not in it. The
    arguments are those of ``reason``.
    """
    found = {}
    for part in screen.primary:
        near = (neighbours or {}).get(part.task, ())
        if text := contradiction(hit, part, unit_of(part.task, screen, units), near):
            found[part.name] = text
    return found
