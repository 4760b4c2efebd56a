"""The values of the compounds: mean inhibition of a single dose, or the IC50 of a dose series."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from chem.records.message_text import counted
from screening.results.controls import MAD_TO_STD
from screening.results.dose_response import FEWEST_DOSES, Curve, Qualifier, fit_curve, predict
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PACTIVITY, Compound, PlatePlan, Predicted
from screening.results.reading.well_names import well_name
from screening.results.well_results import PlateResult, WellResult

PERCENT = "% inhibition"
_LEAST_APART, _DEVIATIONS = 25.0, 5.0
"""Percent of inhibition, and robust deviations, beyond which a well is an outlier of its curve."""
Agreement = Literal["inside", "outside", "possible", ""]
"""An exact value inside or outside of the registered 90 % interval; a bound that allows values
inside (``possible``) or not (``outside``); empty if they cannot be compared."""


class CompoundValue(NamedTuple):
    """The value of a compound."""

    compound: Compound
    value: float
    """NaN if there is none; ``problem`` then says why."""
    unit: str
    """``pActivity`` or ``% inhibition``."""
    qualifier: Qualifier
    """The relation of the true value to this one; empty without a value."""
    std: float = math.nan
    """Standard deviation of the replicates: of the wells at a single dose, of the pActivities of
    replicate series."""
    error: float = math.nan
    """Standard error of the pActivity of a curve, or of the mean."""
    n: int = 0
    """Number of wells, or of rows of a file of final values."""
    replicates: tuple[float, ...] = ()
    """The value of each replicate."""
    wells: tuple[str, ...] = ()
    """The wells behind it, as ``plate:well``."""
    curve: Curve | None = None
    concentration_um: float = math.nan
    """Of a single dose."""
    problem: str = ""

    @property
    def agreement(self) -> Agreement:
        """Whether the value lies in the interval that was registered before the assay."""
        return compare_with(self.compound.predicted, self.value, self.qualifier, self.unit)


def compare_with(predicted: Predicted, value: float, qualifier: Qualifier, unit: str) -> Agreement:
    """Compare a value with the registered 90 % interval.

    >>> compare_with(Predicted(6.0, 5.2, 6.8), 5.0, "<", "pActivity")
    'outside'
    """
    low, high = predicted.low, predicted.high
    if unit != PACTIVITY or not qualifier or math.isnan(value + low + high):
        return ""
    if qualifier == "=":
        return "inside" if low <= value <= high else "outside"
    allows = low < value if qualifier == "<" else high > value
    return "possible" if allows else "outside"


def tell_agreement(values: Sequence[CompoundValue]) -> list[str]:
    """Return how many compounds have a value, and how the values agree with what was registered."""
    with_value = [one for one in values if one.qualifier]
    exact = [one for one in with_value if one.qualifier == "=" and one.agreement]
    bounds = [one for one in with_value if one.qualifier != "=" and one.agreement]
    told = [f"{len(with_value):,} of {counted(len(values), 'compound')} have a value"]
    if exact:
        inside = sum(one.agreement == "inside" for one in exact)
        told.append(
            f"{inside:,} of {len(exact):,} exact values are within the 90 % interval that was "
            "registered before the assay"
        )
    if bounds:
        possible = sum(one.agreement == "possible" for one in bounds)
        told.append(f"{possible:,} of {counted(len(bounds), 'bound')} leave that interval possible")
    if with_value and not exact and not bounds:
        told.append(
            "no value can be compared with a registered interval: it is no potency, or the run "
            "registered none"
        )
    return told


def compute_values(
    plan: PlatePlan, plates: Mapping[str, PlateResult]
) -> tuple[list[CompoundValue], list[Finding]]:
    """Return the value of every compound of the plates, in rank order, and curves without one."""
    by_rank: dict[int, list[WellResult]] = defaultdict(list)
    planned: set[int] = set()
    for plate in plates.values():
        planned |= {one.planned.rank for one in plate.wells.values() if one.planned.is_sample}
        for well in plate.kept():
            if well.planned.is_sample and not math.isnan(well.inhibition):
                by_rank[well.planned.rank].append(well)
    is_series = (
        max((w.dose for wells in plan.wells.values() for w in wells.values()), default=0) > 1
    )
    values = [
        (_series if is_series else _single)(plan.compounds[rank], by_rank[rank])
        for rank in sorted(planned)
    ]
    findings = [
        Finding(
            "left out",
            "no value",
            "",
            tuple(one.compound.compound_id for one in values if one.problem == problem),
            problem,
            "wells that give a value" if not is_series else "a curve that describes the data",
            "no value is given",
            "look at the wells in wells.csv",
        )
        for problem in dict.fromkeys(one.problem for one in values if one.problem)
    ]
    return values, [*findings, *_mark_outliers(values, by_rank)]


def _mark_outliers(
    values: Sequence[CompoundValue], by_rank: Mapping[int, Sequence[WellResult]]
) -> Iterator[Finding]:
    """Mark wells that are far from the curve of their compound; yield a finding for each plate."""
    marked: dict[str, list[WellResult]] = defaultdict(list)
    for one in values:
        wells = by_rank[one.compound.rank]
        if one.curve is None or one.qualifier != "=":
            continue
        expected = predict(one.curve, [well.planned.concentration_um for well in wells])
        apart = np.abs([well.inhibition for well in wells] - expected)
        limit = max(_DEVIATIONS * MAD_TO_STD * float(np.median(apart)), _LEAST_APART)
        for well, distance in zip(wells, apart.tolist(), strict=True):
            if distance > limit:
                well.marks.append("outlier of its curve")
                marked[well.planned.plate].append(well)
    for plate, wells in marked.items():
        yield Finding(
            "told",
            "outlier of a curve",
            plate,
            named(well.planned.place for well in wells),
            f"{counted(len(wells), 'well')} more than {_LEAST_APART:g} % and {_DEVIATIONS:g} "
            "robust deviations from the curve",
            "wells near their curve",
            "kept, with a mark",
            "",
        )


def _single(compound: Compound, wells: Sequence[WellResult]) -> CompoundValue:
    if not wells:
        return CompoundValue(compound, math.nan, PERCENT, "", problem="no well that is used")
    found = np.array([well.inhibition for well in wells])
    std = float(found.std(ddof=1)) if len(found) > 1 else math.nan
    return CompoundValue(
        compound, float(found.mean()), PERCENT, "=", std, std / math.sqrt(len(found)), len(found),
        tuple(found.tolist()), _names(wells), None, wells[0].planned.concentration_um,
    )  # fmt: skip


def _series(compound: Compound, wells: Sequence[WellResult]) -> CompoundValue:
    curve = _fit(wells)
    replicates = []
    for number in sorted({well.planned.replicate for well in wells}):
        own = [well for well in wells if well.planned.replicate == number]
        if len({well.planned.dose for well in own}) >= FEWEST_DOSES:
            one = _fit(own)
            if one.qualifier == "=":
                replicates.append(one.value)
    std = float(np.std(replicates, ddof=1)) if len(replicates) > 1 else math.nan
    return CompoundValue(
        compound, curve.value, PACTIVITY, curve.qualifier, std, curve.error, len(wells),
        tuple(replicates), _names(wells), curve, problem=curve.problem,
    )  # fmt: skip


def _fit(wells: Sequence[WellResult]) -> Curve:
    doses = [well.planned.concentration_um for well in wells]
    return fit_curve(doses, [well.inhibition for well in wells])


def _names(wells: Sequence[WellResult]) -> tuple[str, ...]:
    return tuple(f"{well.planned.plate}:{well_name(well.planned.place)}" for well in wells)
