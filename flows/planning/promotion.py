"""Tries to find a better model for a campaign, for the command and the flow."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chem.errors import HitlistError, InputError
from chem.features.graphs import featurizer_spec
from flows.planning.base_of_run import BaseOfRun, base_of_run, is_changed
from flows.planning.training_plan import Progress
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.candidates.candidates import Candidates
from gnn.candidates.decide import Decision, Figures, decide
from gnn.candidates.foresee import BASE, CURRENT, foresee
from screening.campaign.campaign import Campaign, open_campaign
from screening.campaign.event import HeldOut, ModelEvent
from screening.campaign.models import MODELS, Model, current_model, promotion_of
from screening.campaign.own_results import results_for
from screening.campaign.promote import Promotion, promote
from screening.results.reading.plate_plan import PlatePlan

NUMBERS = 6
HEADER = (
    *("model", "later results", "RMSE", "in 90 % interval"),
    *("newest results", "RMSE newest", "in 90 % interval newest"),
)
"""The columns of the comparison; the last ``NUMBERS`` of them are numbers."""


class NoBaseError(InputError):
    """No bundle was named, and the campaign does not say from which one to start."""


class Tried(NamedTuple):
    """A comparison of the candidates with the current model, and what came of it."""

    decision: Decision | None
    """None if there was nothing to compare."""
    event: ModelEvent | None
    """The promotion; None if nothing changed."""
    told: tuple[str, ...]
    """What came of it, in sentences."""


def try_promotion(
    folder: Path, bundle: str | None, margin: float, progress: Progress | None = None
) -> Tried:
    """Make candidates of a campaign's results, and promote one if it is better by the margin.

    Args:
        folder: The campaign.
        bundle: The base, a shipped name or a folder; None: that of the last promotion.
        margin: The least gain, such as 0.02.
        progress: A callback that is told of each event.

    Raises:
        InputError: The margin, the campaign or the base cannot be used. NoBaseError if no base is
            named, and there is none of a last promotion.
        ModelError: The base is no bundle, or no result is of its targets.
    """
    if not 0 <= margin < 1:
        raise InputError(f"found a margin of {margin:g}, expected 0 to 1, such as 0.02 for 2 %")
    campaign = open_campaign(folder)
    model = current_model(campaign)
    if model is not None and (since := _nothing_since(campaign, model)):
        return Tried(None, None, (since,))
    name, base = _base(campaign, model, bundle)
    current, known = _current(campaign, model, base)
    results = results_for(campaign, base.card)
    candidates = Candidates(base, results)
    later = foresee(candidates, current, known, results, progress)
    decision = decide(later, margin)
    if not decision.promote:
        return Tried(decision, None, (later.told, *decision.why, "nothing changed"))
    promotion = Promotion(
        "moved" if decision.promote == "moved" else "retrained",
        name,
        base.path,
        _held_out(campaign, decision, margin),
        partial(candidates.write, decision.promote, results, campaign.head),
    )
    event = promote(campaign, promotion)
    return Tried(decision, event, (later.told, *decision.why, event.summary))


def promote_for_run(
    folder: Path,
    plan: PlatePlan,
    bundle: str | None,
    margin: float,
    progress: Progress | None = None,
) -> Tried:
    """Try a promotion after plates of a run were kept; a missing default base is no error.

    Args:
        folder: The campaign.
        plan: The plates of the run.
        bundle: The base; None: that of the last promotion, or else the run's own bundle.
        margin: The least gain, such as 0.02.
        progress: A callback that is told of each event.

    Raises:
        InputError, ModelError: As ``try_promotion`` does, but for a base that nobody named.
    """
    base = BaseOfRun(bundle, "")
    if bundle is None and not open_campaign(folder).model_events:
        base = base_of_run(plan)
    if base.why:
        advice = "nothing changed; name a bundle with the parameter bundle, such as activity"
        return Tried(None, None, (f"{base.why}: {advice}",))
    try:
        return try_promotion(folder, base.name, margin, progress)
    except NoBaseError as error:
        return Tried(None, None, (f"nothing changed: {error}",))


def comparison_rows(decision: Decision) -> Iterator[list[str]]:
    """Yield the cells of each model, in the order of ``HEADER``."""
    for name in decision.every:
        yield [name, *_cells(decision.every[name]), *_cells(decision.newest[name])]


def _cells(one: Figures) -> list[str]:
    if not one.results:
        return ["0", "", ""]
    return [f"{one.results:,}", f"{one.rmse:.3f}", f"{one.coverage:.2f}"]


def _nothing_since(campaign: Campaign, model: Model) -> str:
    """Return a sentence if the campaign has no results since its model changed."""
    if int(campaign.events[-1].number) > int(model.since.number):
        return ""
    return f"no results were kept since {model.told}: nothing to decide, and nothing changed"


def _base(campaign: Campaign, model: Model | None, bundle: str | None) -> tuple[str, Bundle]:
    """Return the base of new candidates, and its name."""
    name = _last_base(campaign, model) if bundle is None else bundle
    base = load_bundle(find_bundle(name), featurizer_spec()["hash"])
    if is_changed(base.card):
        raise InputError(
            f"{name} was made with the results of a campaign; name the bundle of which it was made"
        )
    known = None if model is None else read_card(model.folder).name
    if known not in (None, base.card.name):
        raise InputError(
            f"{name} is called {base.card.name}, the campaign's model {known}: its columns would "
            "have other names; name a bundle of the same name"
        )
    return name, base


def _last_base(campaign: Campaign, model: Model | None) -> str:
    """Return the base of the last promotion. Raises NoBaseError if it is not there."""
    if model is None:
        raise NoBaseError(
            f"{campaign.folder} has no model yet; name the bundle of its runs with --bundle (in a "
            "flow, the parameter bundle), such as activity"
        )
    made = [one for one in campaign.model_events if one.what == "promoted"][-1]
    kept = [
        one.replaced for one in campaign.model_events if one.replaced_sha256 == made.base_sha256
    ]
    if kept:
        return str(campaign.folder / MODELS / kept[0])
    try:
        find_bundle(made.base)
    except HitlistError as error:
        raise NoBaseError(
            f"the base of the last promotion cannot be used: {error}; name a bundle with --bundle "
            "(in a flow, the parameter bundle)"
        ) from None
    return made.base


def _current(campaign: Campaign, model: Model | None, base: Bundle) -> tuple[Bundle | None, int]:
    """Return the current model, and the place in time of the first event that it does not know."""
    if model is None or model.sha256 == base.sha256:
        return None, 0
    loaded = load_bundle(find_bundle(str(model.folder)), featurizer_spec()["hash"])
    made = promotion_of(campaign, model.number)
    last = 0 if made is None else int(made.number)
    return loaded, sum(int(one.number) < last for one in campaign.events)


def _held_out(campaign: Campaign, decision: Decision, margin: float) -> HeldOut:
    now, before, gain = decision.newest[decision.promote], decision.newest[CURRENT], decision.gain
    assert gain is not None
    return HeldOut(
        results=now.results,
        events=[campaign.events[place].number for place in decision.events],
        rmse=round(now.rmse, 4),
        rmse_before=round(before.rmse, 4),
        gain=round(gain.value, 4),
        gain_lo=round(gain.low, 4),
        gain_hi=round(gain.high, 4),
        coverage=round(now.coverage, 4),
        margin=float(margin),
    )


def is_base_better(decision: Decision) -> bool:
    """Tell whether the base foresees the newest results better than the current model."""
    return decision.newest[BASE].rmse < decision.newest[CURRENT].rmse
