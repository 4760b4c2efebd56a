"""Plates with signals from known curves: what the truth is, and the files that readers write."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from screening.lab.layout import EMPTY, NEGATIVE, POSITIVE, SAMPLE
from screening.lab.plan import make_plan
from screening.objective.plate_settings import Lab
from screening.objective.wells import Well
from screening.results.reading.plate_plan import Compound, PlannedWell, PlatePlan, Predicted
from screening.results.reading.well_names import row_letters, well_name

Signals = dict[str, dict[Well, float]]
BLANK, FULL = 50_000.0, 5_000.0
"""Signal without inhibition, and with full inhibition."""
SERIES = {"points": 8, "replicates": 2, "reference": "erlotinib", "reference_uM": 1.0}


class Truth(NamedTuple):
    """A plan, the true potencies by rank, and signals of its plates."""

    plan: PlatePlan
    potencies: Mapping[int, float]
    """pActivity by rank."""
    signals: Signals


def make_truth(hits: int = 20, seed: int = 1, noise: float = 0.03, **lab: Any) -> Truth:
    """Simulate plates: Hill coefficients of 1, noise as a share of the span."""
    draw = np.random.default_rng(seed)
    potencies = {rank: float(p) for rank, p in enumerate(draw.uniform(5.3, 7.6, hits), 1)}
    plan = plan_of(hits, potencies, Lab(**(lab or SERIES)))
    return Truth(plan, potencies, simulate(plan, potencies, draw, noise))


def plan_of(hits: int, potencies: Mapping[int, float], lab: Lab) -> PlatePlan:
    """Plan plates as a run does, without a run."""
    planned = make_plan(hits, lab, "kinase")
    wells: dict[str, dict[Well, PlannedWell]] = {}
    for well in planned.wells:
        plate, recipe, rank = planned.plate_name(well.plate), well.recipe, (well.hit or 0) + 1
        is_sample = well.role == SAMPLE
        called = {POSITIVE: lab.reference, NEGATIVE: "DMSO", EMPTY: ""}
        wells.setdefault(plate, {})[well.well] = PlannedWell(
            plate,
            well.well,
            well.role,
            f"CPD-{rank:03d}" if is_sample else called[well.role],
            "",
            rank if is_sample else 0,
            well.replicate or 0,
            recipe.dose if recipe and is_sample else 0,
            recipe.concentration_um if recipe else float("nan" if well.role == EMPTY else 0),
        )
    compounds = {
        rank: Compound(rank, f"CPD-{rank:03d}", f"KEY{rank}", "", Predicted(p + 0.2, p - 1, p + 1))
        for rank, p in potencies.items()
    }
    return PlatePlan(cast(Any, None), cast(Any, None), "a_EGFR", "EGFR", True, wells, compounds)


def simulate(
    plan: PlatePlan, potencies: Mapping[int, float], draw: np.random.Generator, noise: float
) -> Signals:
    """Return a signal for every well that is not empty."""
    found: Signals = {}
    for plate, wells in plan.wells.items():
        found[plate] = {}
        for place, well in wells.items():
            if well.role == EMPTY:
                continue
            share = 1.0 if well.role == POSITIVE else 0.0
            if well.is_sample:
                log = 6 - np.log10(well.concentration_um)
                share = 1 / (1 + 10 ** (log - potencies[well.rank]))
            share += draw.normal(0, noise)
            found[plate][place] = round(BLANK + (FULL - BLANK) * share, 1)
    return found


def write_wells(
    path: Path,
    truth: Truth,
    signals: Signals | None = None,
    extra: Callable[[PlannedWell], Mapping[str, str]] = lambda _: {},
    more: Sequence[str] = (),
) -> Path:
    """Write one row per well, with further columns."""
    lines = []
    header: list[str] = []
    for plate, wells in (signals or truth.signals).items():
        for place, value in wells.items():
            cells = extra(truth.plan.wells[plate][place])
            header = ["Plate", "Well", "Signal", *cells]
            lines.append(",".join([plate, well_name(place), f"{value}", *cells.values()]))
    path.write_text("\n".join([",".join(header), *lines, *more]) + "\n", encoding="utf-8")
    return path


def grid_lines(
    truth: Truth, plate: str, separator: str = "\t", signals: Signals | None = None
) -> list[str]:
    """Return a grid with row letters and column numbers, blank where there is no signal."""
    form = truth.plan.form(plate)
    values = (signals or truth.signals)[plate]
    lines = [separator.join(["", *(str(n + 1) for n in range(form.columns))])]
    for row in range(form.rows):
        cells = [str(values.get(Well(row, column), "")) for column in range(form.columns)]
        lines.append(separator.join([row_letters(row), *cells]))
    return lines
