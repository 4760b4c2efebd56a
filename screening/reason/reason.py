"""A hit in one plain sentence: what is predicted, then strengths, facts and every warning.

- The **verdict** on each primary target comes first: a grade with the prediction ± its standard
  deviation (``grades``), the measurement that *contradicts the prediction*
  (``measured.contradicts``), or that the hit is *outside the domain* of the target's model
  (``domain``) or *extrapolated* (``likeness``). Of such a hit nothing is graded, called selective
  or free of risk, for each model apart.
- A measured value of the compound itself, be it without stereochemistry or as another
  stereoisomer, is told with the grade. Compounds like it speak for the prediction, against it, or
  for neither (``likeness``).
- Selectivity says over what, by how much, and of how many off-targets (``selectivity``).
- Liabilities are told by name, with what was not assessed (``risks``); a property is *off its
  window* where it is less than halfway inside; alerts of PAINS are told by name, others by number.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from screening.evidence.evidence import Neighbour
from screening.objective.screen_settings import Screen
from screening.reason.potency import contradiction, is_reliable, potency, unreliable
from screening.reason.risks import alerts, risks, windows
from screening.reason.selectivity import best_primary, selectivity
from screening.reason.sentence import Phrase, joined
from screening.score.predicted_columns import bundle_of, unit_of
from screening.text.applicability import outside_of


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
    told: list[Phrase] = []
    limits = limits or {}
    outsides = outside_of(hit, limits)
    primaries = dict.fromkeys(bundle_of(term.task, limits) for term in screen.primary)
    told += [unreliable(outsides[bundle]) for bundle in primaries if bundle in outsides]
    alone = len(screen.primary) == 1
    for term in screen.primary:
        near = (neighbours or {}).get(term.task, ())
        unit = unit_of(term.task, screen, units)
        told += potency(hit, term, unit, near, alone, limits, outsides)
    best = best_primary(hit, screen)
    if is_reliable(hit, best, (neighbours or {}).get(best.task, ()), limits, outsides):
        contradicted = bool(contradictions(hit, screen, units, neighbours))
        told += selectivity(hit, screen, units, limits, outsides, contradicted)
    told += risks(hit, screen, units, limits, outsides)
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
    for term in screen.primary:
        near = (neighbours or {}).get(term.task, ())
        if text := contradiction(hit, term, unit_of(term.task, screen, units), near):
            found[term.name] = text
    return found


def doubts(
    hit: Mapping[str, Any],
    screen: Screen,
    limits: Mapping[str, float],
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> Iterator[str]:
    """Yield why predictions of a hit are not to be relied on, in a few words each.

    The arguments are those of ``reason``.
    """
    outsides = outside_of(hit, limits)
    yield from (f"outside {bundle}'s domain" for bundle in outsides)
    for term in screen.primary:
        near = (neighbours or {}).get(term.task, ())
        inside = bundle_of(term.task, limits) not in outsides
        if inside and not is_reliable(hit, term, near, limits, outsides):
            yield f"{term.name} extrapolated"
