"""A hit in one plain sentence: what is predicted, then strengths, facts and every warning.

- The **verdict** on each primary target comes first: a grade with the prediction ± its standard
  deviation (``grades``), the measurement that *contradicts the prediction*
  (``measurements.contradicts``), or that the hit is *outside the domain* of the target's model
  (``applicability``) or *extrapolated* (``likeness``). Of such a hit nothing is graded, called
  selective or free of risk, for each model apart.
- A measured value of the compound itself, be it without stereochemistry or as another
  stereoisomer, is told with the grade. Compounds like it speak for the prediction, against it, or
  for neither (``likeness``).
- Selectivity says over what, by how much, and of how many off-targets (``selectivity``).
- Liabilities are told by name, with what was not assessed (``risks``); a property is *off its
  window* where it is less than halfway inside; alerts of PAINS are told by name, others by number.
"""

from collections.abc import Iterator

from screening.reason.potency import contradiction, is_reliable, potency, unreliable
from screening.reason.risks import alerts, risks, windows
from screening.reason.selectivity import best_primary, selectivity
from screening.reason.sentence import HitFacts, joined


def reason(hit: HitFacts) -> str:
    """Return the whole sentence of one hit."""
    screen = hit.screen
    told = [unreliable(far) for far in hit.by_outside(screen.objective.primary)]
    for term in screen.objective.primary:
        told += potency(hit, term)
    if is_reliable(hit, best_primary(hit)):
        told += selectivity(hit, bool(contradictions(hit)))
    told += risks(hit)
    told += windows(hit)
    told += alerts(str(hit.row.get("alerts", "")))
    return joined(told)


def contradictions(hit: HitFacts) -> dict[str, str]:
    """Return, by the label of each primary target, what was measured against its prediction.

    Such as ``{"EGFR": "measured 5.5"}``; a target without a contradiction is not in it.
    """
    found = ((term.name, contradiction(hit, term)) for term in hit.screen.objective.primary)
    return {name: text for name, text in found if text}


def doubts(hit: HitFacts) -> Iterator[str]:
    """Yield why predictions of a hit are not to be relied on, in a few words each."""
    yield from (f"outside {bundle}'s domain" for bundle in hit.outsides)
    for term in hit.screen.objective.primary:
        if not hit.is_outside(term) and not is_reliable(hit, term):
            yield f"{term.name} extrapolated"
