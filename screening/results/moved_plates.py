"""Acts on plates with moved wells: two rows are left out, a plate that was turned is refused."""

from collections.abc import Collection, Mapping

from screening.results.controls import Controls
from screening.results.peers import doses_elsewhere, find_peers, shares_of
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlatePlan
from screening.results.swaps import Move, count_evidence, find_moves
from screening.results.well_results import PlateResult, WellResult

ACCEPT = "--accept"
"""The option that keeps a plate as it is in the file."""
_RIVAL = 0.5
"""Share of the gain of the worst plate from which another one may as well be the wrong one."""


def check_moves(
    plan: PlatePlan,
    plates: Mapping[str, PlateResult],
    controls: Mapping[str, Controls],
    accepted: Collection[str],
) -> list[Finding]:
    """Act on the plate with the strongest suspicion, then look at the others without its wells.

    A plate whose wells moved makes its replicates on other plates look wrong. If two plates
    contradict each other and nothing tells which is right, both are refused.
    """
    findings: list[Finding] = []
    left = list(controls)
    while left:
        found: dict[str, list[Move]] = {}
        shares = {
            name: shares_of(plates[name], one)
            for name, one in controls.items()
            if not plates[name].refused
        }
        for name in left:
            others = {other: its for other, its in shares.items() if other != name}
            peers = find_peers(plates[name], doses_elsewhere(others, plates))
            noise = controls[name].noise
            found[name] = find_moves(plan.form(name), peers, shares[name], noise)
            if not found[name] and not count_evidence(peers, shares[name]):
                findings.append(_not_checked(name))
        suspected = {name: moves for name, moves in found.items() if moves}
        if not suspected:
            break
        acted = _with_rivals(suspected)
        for name, moves in acted.items():
            wells = list(plates[name].wells.values())
            for move in moves:
                moved = [wells[at] for at in move.wells]
                findings.append(_act_on(plates[name], move, moved, name in accepted))
        left = [name for name in suspected if name not in acted]
    return findings


def _with_rivals(suspected: Mapping[str, list[Move]]) -> dict[str, list[Move]]:
    """Return the worst plate, with any other that has the same suspicion nearly as strongly."""
    worst = max(suspected, key=lambda name: suspected[name][0].gain)
    first = suspected[worst][0]
    rivals = [
        name
        for name, moves in suspected.items()
        if moves[0].told == first.told and moves[0].gain >= _RIVAL * first.gain
    ]
    if len(rivals) == 1:
        return {worst: suspected[worst]}
    return {name: [suspected[name][0]._replace(is_certain=False)] for name in rivals}


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
    doubt = "" if move.is_certain else "; another move, or plate, may be wrong in place of it"
    done = f"the plate is refused{doubt}"
    return Finding("refused", what, plate.name, where, basis, "the plan", done, advice)
