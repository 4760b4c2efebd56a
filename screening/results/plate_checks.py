"""Checks the plates: moved wells, exchanged controls, direction and quality of the controls.

A plate that is suspected as a whole is refused unless the user accepts it. Nothing is corrected.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from chem.records.message_text import counted
from screening.results.controls import (
    FEWEST,
    GOOD,
    USABLE,
    Controls,
    Direction,
    find_exchanged,
    read_controls,
)
from screening.results.moved_plates import ACCEPT, check_moves
from screening.results.peers import Floats, shares_of
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlatePlan
from screening.results.well_results import PlateResult
from screening.text.cells import format_number

_RANGE, _SHOWN_WRONG, _FEWEST_SERIES = 0.3, 0.2, 3
"""Shares of signal over which a series counts; share of series that may fall; series needed."""


class Checked(NamedTuple):
    """The controls of the plates after all checks, and the findings."""

    controls: dict[str, Controls]
    """Of the plates that are used."""
    direction: Direction | None
    """None if no plate is used."""
    told_direction: str
    findings: list[Finding]


def check_plates(
    plan: PlatePlan,
    plates: Mapping[str, PlateResult],
    accepted: Collection[str],
    direction: Direction | None = None,
) -> Checked:
    """Check all plates, and leave out or refuse what is wrong.

    accepted: plates that the user accepts as they are in the file. direction: as the user says.
    """
    findings: list[Finding] = []
    controls: dict[str, Controls] = {}
    for name, plate in plates.items():
        found = None if plate.refused else read_controls(plate)
        if found is not None:
            controls[name] = found
        elif not plate.refused:
            plate.refuse("too few controls")
            findings.append(_too_few(name))
    findings += check_moves(plan, plates, controls, accepted)
    for name in [one for one in controls if not plates[one].refused]:
        findings += _check_exchanged(plates[name], controls[name])
        again = read_controls(plates[name])
        if again is None:
            plates[name].refuse("too few controls")
            findings.append(_too_few(name))
        else:
            controls[name] = again
    used = {name: one for name, one in controls.items() if not plates[name].refused}
    told = _check_direction(plates, used, direction, accepted)
    for name in [one for one in used if not plates[one].refused]:
        told += _check_quality(plates[name], used[name], name in accepted)
    used = {name: one for name, one in used.items() if not plates[name].refused}
    read = _common_direction(used)
    return Checked(used, read, _tell_direction(used, read, direction), findings + told)


def _too_few(name: str) -> Finding:
    return Finding(
        "refused", "too few controls", name, (), "too few of a kind with a signal",
        f"{FEWEST} of each kind, or all where fewer are planned", "the plate is refused",
        "export the plate again with its controls",
    )  # fmt: skip


def _check_exchanged(plate: PlateResult, controls: Controls) -> list[Finding]:
    findings = []
    swapped, outlying = find_exchanged(plate, controls)
    for one in (*swapped, *outlying):
        kind = "fits the other kind" if one in swapped else "fits neither kind"
        one.left_out.append(f"control that {kind}")
    if swapped:
        kinds = Counter(one.planned.role for one in swapped)
        told = " and ".join(f"{counted(n, kind)}" for kind, n in sorted(kinds.items()))
        findings.append(
            Finding(
                "left out",
                "exchanged controls" if len(kinds) > 1 else "control of another kind",
                plate.name,
                named(one.planned.place for one in swapped),
                f"{told} with the signal of the other kind",
                "signals like their own kind",
                "left out",
                "check the dispensing of these wells",
            )
        )
    if outlying:
        findings.append(
            Finding(
                "left out",
                "outlying controls",
                plate.name,
                named(one.planned.place for one in outlying),
                f"{counted(len(outlying), 'control')} far from both kinds",
                "signals like their own kind",
                "left out",
                "",
            )
        )
    return findings


def _check_direction(
    plates: Mapping[str, PlateResult],
    used: Mapping[str, Controls],
    wanted: Direction | None,
    accepted: Collection[str],
) -> list[Finding]:
    """Refuse plates whose controls seem exchanged altogether: positive for negative."""
    findings = []
    counts = Counter(one.direction for one in used.values())
    is_tie = len(counts) > 1 and len(set(counts.values())) == 1
    common = wanted or _common_direction(used)
    for name, controls in used.items():
        if name in accepted or controls.positive is None:
            continue
        reasons = []
        if controls.direction != common or (is_tie and not wanted):
            told = f"you say that it {common}" if wanted else f"on most plates it {common}"
            told = "on as many plates it does not" if is_tie and not wanted else told
            reasons.append(
                f"a signal that {controls.direction} from the negative to the positive controls, "
                f"while {told}"
            )
        rising, falling = _series(plates[name], shares_of(plates[name], controls))
        if rising + falling >= _FEWEST_SERIES and rising <= _SHOWN_WRONG * (rising + falling):
            reasons.append(
                f"less inhibition at higher doses in {falling} of {rising + falling} dose series"
            )
        if reasons:
            plates[name].refuse("positive and negative controls seem exchanged")
            findings.append(
                Finding(
                    "refused",
                    "all controls exchanged",
                    name,
                    (),
                    " and ".join(reasons),
                    "positive controls that are inhibited",
                    "the plate is refused",
                    f"check which wells got the reference; {ACCEPT} {name} takes the file as it is",
                )
            )
    return findings


def _series(plate: PlateResult, shares: Floats) -> tuple[int, int]:
    """Count the dose series with an effect: those that rise and those that fall with the dose."""
    by_rank: dict[int, list[tuple[float, float]]] = {}
    for one, share in zip(plate.wells.values(), shares.tolist(), strict=True):
        if one.planned.is_sample and one.is_kept:
            dose = np.log10(one.planned.concentration_um)
            by_rank.setdefault(one.planned.rank, []).append((float(dose), share))
    rising = falling = 0
    for points in by_rank.values():
        doses, values = np.array(points).T
        if len(points) >= 4 and np.ptp(doses) > 0 and np.ptp(values) > _RANGE:
            slope = float(np.corrcoef(doses, values)[0, 1])
            rising += slope > 0.5
            falling += slope < -0.5
    return rising, falling


def _common_direction(used: Mapping[str, Controls]) -> Direction | None:
    """Return the direction of most plates, the first plate's if there are as many of both."""
    counts = Counter(one.direction for one in used.values())
    return counts.most_common(1)[0][0] if counts else None


def _tell_direction(
    used: Mapping[str, Controls], read: Direction | None, wanted: Direction | None
) -> str:
    if read is None:
        return "no plate is used, so the direction of the signal is not known"
    one = next(control for control in used.values() if control.direction == read)
    if one.positive is None:
        return (
            "inhibition lowers the signal: the plan has no positive controls, so that 100 % "
            "inhibition is taken to be a signal of zero"
        )
    says = ", as you say" if wanted == read else ""
    return (
        f"the signal {read} with inhibition{says}: the positive controls have a median of "
        f"{one.positive.median:.4g}, the negative ones of {one.negative.median:.4g}"
    )


def _check_quality(plate: PlateResult, controls: Controls, is_accepted: bool) -> list[Finding]:
    """Refuse a plate with Z' below 0, and tell of one below 0.5."""
    z = controls.z_prime
    if controls.fewest < FEWEST:
        return [
            Finding(
                "told",
                "few controls",
                plate.name,
                (),
                f"{controls.fewest} of a kind",
                f"at least {FEWEST}",
                "kept; Z' says nothing with so few",
                "plan more (controls_each)",
            )
        ]
    if np.isnan(z) or z >= GOOD:
        return []
    assert controls.positive is not None
    ratio = controls.signal_to_background
    background = "" if np.isnan(ratio) else f", signal to background {format_number(ratio, 1)}"
    value = format_number(z, 2) if np.isfinite(z) else "minus infinity"
    found = (
        f"Z' {value}{background}, CV {format_number(controls.negative.cv, 0)} % of the negative "
        f"and {format_number(controls.positive.cv, 0)} % of the positive controls (robust)"
    )
    if z >= USABLE or is_accepted:
        accepted = ", as you accept the plate" if z < USABLE else ""
        return [
            Finding(
                "told",
                "weak controls",
                plate.name,
                (),
                found,
                f"Z' of at least {GOOD}",
                f"kept{accepted}",
                "take single values with care",
            )
        ]
    plate.refuse(f"Z' {value}")
    return [
        Finding(
            "refused",
            "bad controls",
            plate.name,
            (),
            found,
            "Z' above 0",
            "the plate is refused",
            f"repeat the plate; {ACCEPT} {plate.name} keeps it",
        )
    ]
