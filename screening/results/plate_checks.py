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
from screening.results.peers import Floats, doses_elsewhere, find_peers, shares_of
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlatePlan
from screening.results.swaps import Move, count_evidence, find_moves
from screening.results.well_results import PlateResult, WellResult
from screening.text.cells import format_number

_RANGE, _SHOWN_WRONG, _FEWEST_SERIES = 0.3, 0.2, 3
"""Shares of signal over which a series counts; share of series that may fall; series needed."""
ACCEPT = "--accept"


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
    findings += _check_all_moves(plan, plates, controls, accepted)
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
    for name, one in used.items():
        told += _check_quality(plates[name], one, name in accepted)
    used = {name: one for name, one in used.items() if not plates[name].refused}
    read = _common_direction(used)
    return Checked(used, read, _tell_direction(used, read, direction), findings + told)


def _too_few(name: str) -> Finding:
    return Finding(
        "refused", "too few controls", name, (), f"fewer than {FEWEST} of a kind with a signal",
        f"at least {FEWEST} of each kind", "the plate is refused",
        "export the plate again with its controls",
    )  # fmt: skip


def _check_all_moves(
    plan: PlatePlan,
    plates: Mapping[str, PlateResult],
    controls: Mapping[str, Controls],
    accepted: Collection[str],
) -> list[Finding]:
    """Act on the plate with the strongest suspicion, then look at the others without its wells.

    A plate whose wells moved makes its replicates on other plates look wrong.
    """
    findings: list[Finding] = []
    left = list(controls)
    while left:
        shares = {name: shares_of(plates[name], one) for name, one in controls.items()}
        found: dict[str, list[Move]] = {}
        for name in left:
            others = {
                other: its
                for other, its in shares.items()
                if other != name and not plates[other].refused
            }
            peers = find_peers(plates[name], doses_elsewhere(others, plates))
            noise = controls[name].noise
            found[name] = find_moves(plan.form(name), peers, shares[name], noise)
            if not found[name] and not count_evidence(peers, shares[name]):
                findings.append(_not_checked(name))
        suspected = {name: moves for name, moves in found.items() if moves}
        if not suspected:
            break
        worst = max(suspected, key=lambda name: suspected[name][0].gain)
        wells = list(plates[worst].wells.values())
        for move in suspected[worst]:
            moved = [wells[at] for at in move.wells]
            findings.append(_act_on(plates[worst], move, moved, worst in accepted))
        left = [name for name in suspected if name != worst]
    return findings


def _not_checked(name: str) -> Finding:
    return Finding(
        "told", "order of wells not checked", name, (), "no replicates and no dose series",
        "wells that vouch for each other", "only the controls were compared with the plan", "",
    )  # fmt: skip


def _act_on(plate: PlateResult, move: Move, moved: list[WellResult], is_accepted: bool) -> Finding:
    what = "all controls exchanged" if move.is_of_controls else "moved wells"
    used = [one for one in moved if one.is_kept]
    where = () if move.is_whole else named(one.planned.place for one in used)
    basis = f"signals that fit the plan better if {move.told}"
    advice = f"correct the file, or give {ACCEPT} {plate.name} if it is right as it is"
    if is_accepted:
        for one in used:
            one.marks.append(f"accepted though it seems that {move.told}")
        done = "kept as they are in the file, as you accept the plate"
        return Finding("told", what, plate.name, where, basis, "the plan", done, "")
    if move.is_certain and not move.is_whole:
        for one in used:
            one.left_out.append(f"it seems that {move.told}")
        done = "these wells are left out, the others are kept"
        return Finding("left out", what, plate.name, where, basis, "the plan", done, advice)
    plate.refuse(f"it seems that {move.told}")
    doubt = "" if move.is_certain else ", which other moves explain nearly as well"
    done = f"the plate is refused{doubt}"
    return Finding("refused", what, plate.name, where, basis, "the plan", done, advice)


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
    common = wanted or _common_direction(used)
    for name, controls in used.items():
        if name in accepted or controls.positive is None:
            continue
        reasons = []
        if controls.direction != common:
            told = "you say that it" if wanted else "on most plates it"
            reasons.append(
                f"a signal that {controls.direction} from the negative to the positive controls, "
                f"while {told} {common}"
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
