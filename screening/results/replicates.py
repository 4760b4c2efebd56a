"""Finds outliers among replicates, and wells at the edge that differ from those inside."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from chem.records.message_text import counted
from screening.objective.wells import PlateFormat
from screening.results.controls import Controls, robust_std
from screening.results.peers import doses_elsewhere, find_peers, shares_of
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlatePlan
from screening.results.well_results import PlateResult, WellResult
from screening.text.cells import format_number

OUTLIER = "outlier among replicates"
LEAST_APART = 20.0
"""Percent of inhibition below which replicates never count as apart."""
_DEVIATIONS = 5.0
_EDGE, _EDGE_ERRORS, _FEWEST_AT_EDGE = 5.0, 4.0, 5
"""Percent of inhibition, and standard errors, by which the edge has to differ; wells needed."""


def set_inhibition(plates: Mapping[str, PlateResult], controls: Mapping[str, Controls]) -> None:
    """Set the inhibition of every well that is used, by the controls of its own plate."""
    for name, one in controls.items():
        for well in plates[name].kept():
            well.inhibition = float(one.inhibition(np.array([well.signal]))[0])


def mark_outliers(plates: Mapping[str, PlateResult]) -> Iterator[Finding]:
    """Mark replicates that are far from the others; yield a finding for each plate that has some.

    Both wells of a pair are marked, because two values do not tell which one is wrong.
    """
    groups: dict[tuple[int, int], list[WellResult]] = defaultdict(list)
    for plate in plates.values():
        for well in plate.kept():
            if well.planned.is_sample and not np.isnan(well.inhibition):
                groups[well.planned.rank, well.planned.dose].append(well)
    apart = [
        (well, abs(well.inhibition - float(np.median([one.inhibition for one in group]))))
        for group in groups.values()
        if len(group) > 1
        for well in group
    ]
    distances = np.array([distance for _, distance in apart])
    usual = robust_std(np.concatenate([distances, -distances]))
    limit = max(_DEVIATIONS * usual, LEAST_APART / 2)
    marked: dict[str, list[WellResult]] = defaultdict(list)
    for well, distance in apart:
        if distance > limit:
            well.marks.append(OUTLIER)
            marked[well.planned.plate].append(well)
    for name, wells in marked.items():
        yield Finding(
            "told", OUTLIER, name, named(one.planned.place for one in wells),
            f"{counted(len(wells), 'well')} more than {format_number(limit, 0)} % of inhibition "
            "from the median of their replicates",
            f"the usual spread, {format_number(usual, 1)} % (robust)", "kept, with a mark", "",
        )  # fmt: skip


def find_edge_effects(
    plan: PlatePlan, plates: Mapping[str, PlateResult], controls: Mapping[str, Controls]
) -> Iterator[Finding]:
    """Yield plates whose rim differs from the inside: of controls, and samples with replicates."""
    shares = {name: shares_of(plates[name], one) for name, one in controls.items()}
    for name, values in shares.items():
        plate, form = plates[name], plan.form(name)
        others = {other: its for other, its in shares.items() if other != name}
        peers = find_peers(plate, doses_elsewhere(others, plates))
        expected, kinds = peers.expect(values, np.ones(len(values), bool))
        compared = np.isin(kinds, ("control", "replicate")) & ~np.isnan(values)
        rim = np.array([_is_rim(form, *place) for place in peers.places])
        apart = 100 * (values - expected)
        at_rim, inside = apart[compared & rim], apart[compared & ~rim]
        if min(len(at_rim), len(inside)) < _FEWEST_AT_EDGE:
            continue
        difference = float(np.median(at_rim) - np.median(inside))
        parts = [robust_std(each) ** 2 / len(each) for each in (at_rim, inside)]
        error = 1.2533 * float(np.sqrt(sum(parts)))  # of medians of normal values
        if abs(difference) >= max(_EDGE, _EDGE_ERRORS * error):
            yield Finding(
                "told", "edge effect", name, (),
                f"{format_number(difference, 1)} % of inhibition more at the rim than inside "
                f"({len(at_rim)} and {len(inside)} wells compared with their like)",
                f"less than {_EDGE:g} %", "kept",
                "leave the rim empty next time (edge_wells = false)",
            )  # fmt: skip


def _is_rim(form: PlateFormat, row: int, column: int) -> bool:
    return row in (0, form.rows - 1) or column in (0, form.columns - 1)
