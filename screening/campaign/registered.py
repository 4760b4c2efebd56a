"""Reads what a run and its model said before the assay, apart from the predictions.

The bundles of a run may be retrained or removed later. So it is recorded when results are kept.
"""

from chem.errors import HitlistError
from gnn.bundle.find_bundle import find_bundle, read_card_and_hash
from screening.campaign.event import ErrorCurve, Registered
from screening.results.reading.plate_plan import PACTIVITY, PlatePlan


def read_registered(plan: PlatePlan) -> tuple[Registered, str]:
    """Return what the run of a plan registered, and why correlations of errors are missing."""
    term = next(one for one in plan.screen.objective.primary if one.task == plan.task)
    level = term.halfway if plan.is_potency else None
    curve, why_not = _read_curve(plan)
    unit = PACTIVITY if plan.is_potency else ""
    return Registered(unit=unit, level=level, correlations=curve), why_not


def _read_curve(plan: PlatePlan) -> tuple[ErrorCurve | None, str]:
    """Return the correlations of errors of the bundle that predicted the target."""
    made = {one.name: one.sha256 for one in plan.run.manifest.bundles}
    name = max((one for one in made if plan.task.startswith(f"{one}_")), key=len, default="")
    independent = "later reports treat the errors of similar compounds as independent"
    for bundle in plan.screen.bundles:
        try:
            card, digest = read_card_and_hash(find_bundle(bundle))
        except HitlistError:
            continue
        if card.name == name and digest == made[name]:
            known = card.shared_error
            if known is None or not known.series:
                return None, f"the card of the bundle {name} has no correlations: {independent}"
            curve = {"similarities": [*known.similarities], "series": [*known.series]}
            return ErrorCurve.model_validate(curve), ""
    return None, f"the bundle of {plan.task} is not the one of the run, or is gone: {independent}"
