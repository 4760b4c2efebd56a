"""Finds outliers among replicates, and wells at the edge that differ from those inside."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

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
    apart = [pair for group in groups.values() for pair in _distances(group)]
    usual = _usual_spread(list(groups.values()))
    limit = max(_DEVIATIONS * usual, LEAST_APART)
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


def _distances(group: Sequence[WellResult]) -> Iterator[tuple[WellResult, float]]:
    """Yield each replicate with its distance from the median of all.

    That of a pair is its difference divided by √2, which has the spread of one well.
    """
    values = np.array([one.inhibition for one in group])
    if len(group) == 2:
        yield from ((one, float(abs(values[0] - values[1])) / np.sqrt(2)) for one in group)
    elif len(group) > 2:
        middle = float(np.median(values))
        yield from ((one, abs(one.inhibition - middle)) for one in group)


def _usual_spread(groups: Sequence[Sequence[WellResult]]) -> float:
    """Return the robust standard deviation of a well, from the first two replicates of each."""
    pairs = [group[:2] for group in groups if len(group) > 1]
    apart = np.array([one.inhibition - two.inhibition for one, two in pairs]) / np.sqrt(2)
    return robust_std(np.concatenate([apart, -apart]))


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
        rim = np.array([_is_rim(form, *place) for place in peers.places])
        apart = 100 * (values - expected)
        compared = np.isin(kinds, ("control", "replicate")) & ~np.isnan(values)
        # A signal that is a share lower everywhere moves wells without inhibition the most.
        for what, its in (("without", expected < 0.5), ("with", expected >= 0.5)):
            at_rim, inside = apart[compared & its & rim], apart[compared & its & ~rim]
            if (difference := _difference(at_rim, inside)) is not None:
                yield Finding(
                    "told", "edge effect", name, (),
                    f"{format_number(difference, 1)} % of inhibition more at the rim than inside, "
                    f"in wells {what} inhibition ({len(at_rim)} and {len(inside)} compared with "
                    "their like)", f"less than {_EDGE:g} %", "kept",
                    "leave the rim empty next time (edge_wells = false)",
                )  # fmt: skip


def _difference(at_rim: npt.NDArray[np.float64], inside: npt.NDArray[np.float64]) -> float | None:
    """Return the difference of the medians, if it is more than noise explains."""
    if min(len(at_rim), len(inside)) < _FEWEST_AT_EDGE:
        return None
    found = float(np.median(at_rim) - np.median(inside))
    parts = [robust_std(each) ** 2 / len(each) for each in (at_rim, inside)]
    error = 1.2533 * float(np.sqrt(sum(parts)))  # of medians of normal values
    return found if abs(found) >= max(_EDGE, _EDGE_ERRORS * error) else None


def _is_rim(form: PlateFormat, row: int, column: int) -> bool:
    return row in (0, form.rows - 1) or column in (0, form.columns - 1)
