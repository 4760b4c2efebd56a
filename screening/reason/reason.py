"""The reason of a hit in one sentence: the verdict, then strengths, facts and every warning.

- The **verdict** on each primary target comes first. It is a grade with the prediction ± its
  standard deviation (``grades``), or a measurement that *contradicts the prediction* or is
  *stronger than predicted* (``measurements.contradicts``), or a note that the hit is *outside the
  domain* of the target's model (``applicability``) or *extrapolated* (``likeness``). In the last
  two cases nothing that this model predicts is graded, called selective or free of risk.
- The grade names a measured value of the compound itself, of its structure without stereochemistry
  or of a stereoisomer. Similar measured compounds support the prediction, contradict it, or do
  neither (``likeness``).
- With an acquisition, the probability that it is a hit is stated, and what its result may teach.
- Selectivity is stated with its size and the number of off-targets (``selectivity``).
- Liabilities are stated by name, including those that were not assessed (``risks``). A property is
  *outside its window* if its desirability is below one half. PAINS alerts are stated by name, all
  others as a number.
"""

from collections.abc import Iterator

from screening.reason.measurements import Contradiction
from screening.reason.pick import pick
from screening.reason.potency import contradiction, is_reliable, potency, unreliable
from screening.reason.risks import alerts, count_groups, risks, windows
from screening.reason.selectivity import best_primary, selectivity
from screening.reason.sentence import HitFacts, joined
from screening.score.predicted_columns import distance_column


def reason(hit: HitFacts) -> str:
    """Return the reason of one hit, a sentence."""
    screen = hit.screen
    told = [unreliable(far) for far in hit.by_outside(screen.objective.primary)]
    for term in screen.objective.primary:
        told += potency(hit, term)
    if is_reliable(hit, best_primary(hit)):
        told += selectivity(hit, contradictions(hit))
    told += pick(hit)
    told += risks(hit)
    told += windows(hit)
    told += alerts(str(hit.row.get("alerts", "")), count_groups(hit.flags))
    return joined(told)


def contradictions(hit: HitFacts) -> dict[str, Contradiction]:
    """Return the measurements that contradict predictions, by primary target.

    Targets without a contradiction are not included.
    """
    found = ((term.name, contradiction(hit, term)) for term in hit.screen.objective.primary)
    return {name: one for name, one in found if one is not None}


def doubts(hit: HitFacts) -> Iterator[str]:
    """Yield short reasons why predictions of a hit are not reliable."""
    yield from (f"outside {bundle}'s domain" for bundle in hit.outsides)
    for term in hit.screen.objective.primary:
        if not hit.is_outside(term) and not is_reliable(hit, term):
            yield f"{term.name} extrapolated"


def not_assessed(hit: HitFacts) -> Iterator[str]:
    """Yield what cannot be assessed for a hit, so that no doubt about it is no good sign.

    - ``liabilities``: the hit is outside the domain of a model that predicts one;
    - ``domain``: a model has no limit of its domain, or the distance of the hit is unknown;
    - ``measured compounds``: none is known for a primary target.
    """
    objective = hit.screen.objective
    if any(hit.is_outside(term) for term in objective.liabilities):
        yield "liabilities"
    columns = {distance_column(task, hit.limits) for task in objective.tasks}
    if any(column not in hit.limits or hit.row.get(column) is None for column in columns):
        yield "domain"
    if not all(hit.near(term) for term in objective.primary):
        yield "measured compounds"
