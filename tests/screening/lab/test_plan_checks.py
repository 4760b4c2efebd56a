"""Every plan of every permitted setting keeps the laws, and a plan that breaks one is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from screening.errors import AccountingError
from screening.lab.layout import EMPTY, NEGATIVE, POSITIVE, SAMPLE
from screening.lab.plan import DMSO, LabPlan, Liquid, make_plan
from screening.lab.plan_checks import check_plan
from screening.objective.plate_settings import Lab

WANTS = st.fixed_dictionaries(
    {
        "plate": st.sampled_from([96, 384]),
        "edge_wells": st.booleans(),
        "controls": st.sampled_from(["columns", "spread"]),
        "controls_each": st.none() | st.integers(1, 16),
        "positive_controls": st.booleans(),
        "replicates": st.integers(1, 3),
        "replicate_plates": st.booleans(),
        "randomize": st.booleans(),
        "seed": st.integers(0, 9),
        "top_uM": st.sampled_from([1.0, 10.0, 30.0]),
        "points": st.integers(1, 12),
        "dilution": st.sampled_from([2.0, 3.0, 10**0.5, 4.0]),
        "well_volume_ul": st.sampled_from([20.0, 50.0, 100.0]),
        "dmso_percent": st.sampled_from([0.5, 1.0]),
        "tolerance": st.sampled_from([0.05, 0.1]),
        "max_transfer_nl": st.sampled_from([100.0, 500.0]),
        "source_plate": st.sampled_from([96, 384]),
        "source_volume_ul": st.sampled_from([17.0, 40.0]),
        "intermediate_factor": st.sampled_from([5.0, 10.0, 16.0]),
    }
)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(WANTS, st.integers(0, 60))
def test_what_the_settings_accept_can_be_planned_and_keeps_every_law(
    wants: dict[str, Any], hits: int
) -> None:
    try:
        lab = Lab(**wants)
    except ValidationError:
        assume(False)
    plan = make_plan(hits, lab, "run")
    check_plan(plan)
    samples = [well for well in plan.wells if well.role == SAMPLE]
    assert len(samples) == hits * lab.replicates * lab.points
    assert len(plan.wells) == plan.plates * lab.plate


@pytest.fixture
def plan() -> LabPlan:
    lab = Lab(plate=96, edge_wells=False, points=4, replicates=2)
    return make_plan(5, lab, "run")


def at(plan: LabPlan, role: str) -> int:
    """The place of the first well of a role."""
    return next(n for n, well in enumerate(plan.wells) if well.role == role)


def change(plan: LabPlan, what: str, number: int, **fields: Any) -> LabPlan:
    """The plan with one entry of one of its lists altered."""
    entries = list(getattr(plan, what))
    entries[number] = entries[number]._replace(**fields)
    changed: dict[str, Any] = {what: entries}
    return plan._replace(**changed)


def without(plan: LabPlan, what: str, number: int) -> LabPlan:
    entries = list(getattr(plan, what))
    del entries[number]
    changed: dict[str, Any] = {what: entries}
    return plan._replace(**changed)


def pour(plan: LabPlan, number: int, volume: int) -> LabPlan:
    """The plan with another volume of a transfer, and its source well told of it."""
    transfer = plan.transfers[number]
    taken = plan.sources[transfer.source].taken + volume - transfer.volume
    plan = change(plan, "transfers", number, volume=volume)
    return change(plan, "sources", transfer.source, taken=taken)


def into(plan: LabPlan, role: str) -> int:
    """The number of the transfer that fills the first well of a role, not with its DMSO alone."""
    well = plan.wells[at(plan, role)]
    found = [
        n for n, t in enumerate(plan.transfers) if (t.plate, t.well) == (well.plate, well.well)
    ]
    return next(
        (n for n in found if plan.sources[plan.transfers[n].source].liquid != DMSO), found[0]
    )


def repour(plan: LabPlan, number: int, like: int) -> LabPlan:
    """The plan with a transfer from the source of another one, the sources told of it."""
    transfer, source = plan.transfers[number], plan.transfers[like].source
    less = plan.sources[transfer.source].taken - transfer.volume
    plan = change(plan, "sources", transfer.source, taken=less)
    more = plan.sources[source].taken + transfer.volume
    plan = change(plan, "sources", source, taken=more)
    return change(plan, "transfers", number, source=source)


def swap_hits(plan: LabPlan) -> LabPlan:
    """Exchange the compounds that two wells are said to hold."""
    first = at(plan, SAMPLE)
    one = plan.wells[first]
    second = next(
        n
        for n, well in enumerate(plan.wells)
        if well.hit not in (None, one.hit)
        and (well.replicate, well.recipe) == (one.replicate, one.recipe)
    )
    other = plan.wells[second].hit
    return change(change(plan, "wells", first, hit=other), "wells", second, hit=one.hit)


def another_dose(plan: LabPlan) -> LabPlan:
    first = at(plan, SAMPLE)
    recipe = next(r for r in plan.lab.recipes if r != plan.wells[first].recipe)
    return change(plan, "wells", first, recipe=recipe)


def send_elsewhere(plan: LabPlan) -> LabPlan:
    empty = plan.wells[at(plan, EMPTY)]
    return change(plan, "transfers", 0, well=empty.well)


BREAKS: dict[str, tuple[Callable[[LabPlan], LabPlan], str]] = {
    "a hit is lost": (lambda p: p._replace(hits=6), "every hit in each of its replicates"),
    "a sample is lost": (
        lambda p: change(p, "wells", at(p, SAMPLE), role=EMPTY),
        "every hit in each of its replicates",
    ),
    "a dose twice": (
        another_dose,
        "every hit in each of its replicates",
    ),
    "a sample without a dose": (
        lambda p: p._replace(wells=[*p.wells, p.wells[at(p, SAMPLE)]._replace(recipe=None)]),
        "samples = hits x replicates x doses",
    ),
    "a series on two plates": (
        lambda p: change(p, "wells", at(p, SAMPLE), plate=2),
        "a dose series is on one plate",
    ),
    "a well is lost": (lambda p: without(p, "wells", at(p, EMPTY)), "listed exactly once"),
    "a well twice": (
        lambda p: p._replace(wells=[*p.wells, p.wells[at(p, EMPTY)]]),
        "listed exactly once",
    ),
    "the rim is used": (
        lambda p: change(p, "wells", at(p, EMPTY), role=NEGATIVE),
        "only usable wells are used",
    ),
    "a control is lost": (
        lambda p: change(p, "wells", at(p, POSITIVE), role=EMPTY),
        "every plate has its controls",
    ),
    "a source well twice": (
        lambda p: change(p, "sources", 1, plate=p.sources[0].plate, well=p.sources[0].well),
        "no source well is used twice",
    ),
    "a transfer is lost": (lambda p: without(p, "transfers", 0), "what is taken of a source well"),
    "a source well is overdrawn": (
        lambda p: p._replace(lab=p.lab.model_copy(update={"source_dead_ul": 39.9})),
        "no source well gives more than it holds",
    ),
    "a dilution is made elsewhere": (
        lambda p: change(p, "mixes", 0, target=0),
        "every dilution is made exactly once",
    ),
    "a dilution of another level": (
        lambda p: change(p, "mixes", 0, level=3),
        "made from the level before it",
    ),
    "half a drop": (
        lambda p: pour(p, 0, p.transfers[0].volume + 1250),
        "a whole number of drops",
    ),
    "a drop more": (
        lambda p: pour(p, 0, p.transfers[0].volume + 2500),
        "every used well gets the same DMSO",
    ),
    "into an empty well": (send_elsewhere, "an empty well gets nothing"),
    "onto another plate": (
        lambda p: change(p, "transfers", 0, plate=9),
        "every used well gets the same DMSO",
    ),
    "another compound": (swap_hits, "a well gets its own compound"),
    "a control with a compound": (
        lambda p: repour(p, into(p, NEGATIVE), into(p, POSITIVE)),
        "a negative control gets DMSO alone",
    ),
    "a sample without its compound": (
        lambda p: repour(p, into(p, SAMPLE), into(p, NEGATIVE)),
        "a well gets one compound",
    ),
    "another dilution": (
        lambda p: change(p, "sources", p.mixes[0].target, liquid=Liquid("compound", 0, 0)),
        "every dilution is made exactly once",
    ),
    "another stock": (
        lambda p: p._replace(lab=p.lab.model_copy(update={"stock_mM": 9.0})),
        "a well's concentration is as said",
    ),
    "far from what was asked": (
        lambda p: p._replace(lab=p.lab.model_copy(update={"tolerance": 0.0})),
        "within the tolerance",
    ),
}


def test_the_plan_is_sound(plan: LabPlan) -> None:
    check_plan(plan)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_plan_is_refused(plan: LabPlan, name: str) -> None:
    breaks, law = BREAKS[name]
    with pytest.raises(AccountingError, match=law) as caught:
        check_plan(breaks(plan))
    assert "nothing was published" in str(caught.value)
