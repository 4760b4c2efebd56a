"""Joins the signals of files to the planned wells: unknown, missing, repeated and unreadable ones.

Nothing is dropped without a finding. A well that is in doubt is left out; its neighbours are kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from chem.records.message_text import counted, did_you_mean, one_line
from screening.lab.layout import EMPTY
from screening.objective.wells import Well
from screening.results.missing_wells import tell_missing
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlannedWell, PlatePlan
from screening.results.reading.signals import MISSING, RawWell, Signal, SignalFile
from screening.results.units import check_concentrations
from screening.results.well_results import PlateResult, WellResult

Read = tuple[SignalFile, Signal]


def join(
    plan: PlatePlan, files: Sequence[SignalFile]
) -> tuple[dict[str, PlateResult], list[Finding]]:
    """Join files to the plan; return the plates that they have, and the findings."""
    findings: list[Finding] = []
    by_plate: dict[str, list[Signal]] = defaultdict(list)
    for file in files:
        for signal in file.signals:
            by_plate[signal.raw.plate].append(signal)
    plates: dict[str, PlateResult] = {}
    for name, signals in by_plate.items():
        if name not in plan.wells:
            findings.append(_unknown_plate(name, signals, plan))
            continue
        plates[name], found = _join_plate(plan, name, signals)
        findings += found
    for file in files:
        findings += check_concentrations(plan, plates, file)
    absent = [name for name in plan.plates if name not in plates]
    if absent and plates:
        findings.append(
            Finding(
                "told", "plate not in the file", ", ".join(absent), (), "no results of it",
                counted(len(plan.plates), "plate"), "the other plates are read",
                "give its file too, in the same command if its wells are replicates of the others",
            )
        )  # fmt: skip
    return {name: plates[name] for name in plan.plates if name in plates}, findings


def _unknown_plate(name: str, signals: Sequence[Signal], plan: PlatePlan) -> Finding:
    hint = did_you_mean(name, plan.plates, "was the right run named?")
    return Finding(
        "left out", "unknown plate", name, (), counted(len(signals), "well"),
        f"a plate of the run ({', '.join(plan.plates)})", "all its wells are left out",
        f"{hint} Correct the name in the file, or give --plate {name}={plan.plates[0]}",
    )  # fmt: skip


def _join_plate(
    plan: PlatePlan, name: str, signals: Sequence[Signal]
) -> tuple[PlateResult, list[Finding]]:
    planned = plan.wells[name]
    plate = PlateResult(name, {place: WellResult(well) for place, well in planned.items()})
    findings: list[Finding] = []
    unknown = [one.raw for one in signals if one.raw.place not in planned]
    if unknown:
        findings.append(_unknown_wells(name, unknown, plan))
    by_place: dict[Well, list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal.raw.place is not None and signal.raw.place in planned:
            by_place[signal.raw.place].append(signal)
    findings += _set_signals(plate, by_place)
    findings += _check_compounds(plan, plate, by_place)
    findings += _tell_empty(plate)
    findings += tell_missing(plan.form(name), plate, _without_value(plate, by_place))
    return plate, findings


def _unknown_wells(name: str, unknown: Sequence[RawWell], plan: PlatePlan) -> Finding:
    form = plan.form(name)
    shown = tuple(dict.fromkeys(one.well or f"line {one.line}" for one in unknown))
    return Finding(
        "left out", "unknown well", name, shown, counted(len(unknown), "row"),
        f"wells of a plate of {form.rows} x {form.columns}", "left out",
        "correct the well's name, or check the size of the plate",
    )  # fmt: skip


def _set_signals(plate: PlateResult, by_place: dict[Well, list[Signal]]) -> Iterator[Finding]:
    """Set the signal of each well; yield repeated wells and cells that are no numbers."""
    repeated: dict[str, list[Well]] = defaultdict(list)
    unreadable: dict[str, list[Well]] = defaultdict(list)
    for place, signals in by_place.items():
        well = plate.wells[place]
        valued = [one for one in signals if one.problem != MISSING]
        problems = {one.problem for one in valued if one.problem}
        for problem in problems:
            unreadable[problem].append(place)
        if problems:
            well.left_out.append("the cell is no number")
        elif len({one.value for one in valued}) > 1:
            repeated["different"].append(place)
            well.left_out.append("the file has two different values")
        elif valued:
            well.signal = valued[0].value
            if len(valued) > 1:
                repeated["equal"].append(place)
    for text, places in unreadable.items():
        yield Finding(
            "left out", "not a number", plate.name, named(places),
            repr(one_line(text, 40)), "a number",
            "left out", "write the number that was measured, or leave the well out",
        )  # fmt: skip
    for kind, places in repeated.items():
        different = kind == "different"
        yield Finding(
            "left out" if different else "told", "same well twice", plate.name, named(places),
            f"{kind} values", "one value per well",
            "all values of these wells are left out" if different else "kept once",
            "keep one reading per well in the file" if different else "",
        )  # fmt: skip


def _check_compounds(
    plan: PlatePlan, plate: PlateResult, by_place: dict[Well, list[Signal]]
) -> Iterator[Finding]:
    """Compare the compounds that a file names with those of the plan."""
    unknown: dict[str, list[Well]] = defaultdict(list)
    other: dict[tuple[str, str], list[Well]] = defaultdict(list)
    for place, signals in by_place.items():
        well = plate.wells[place]
        for text in {one.raw.compound_id.strip() for one in signals} - {""}:
            if _is_planned(text, well.planned):
                continue
            is_known = text.lower() in plan.by_id
            if well.planned.is_sample and not is_known:
                unknown[text].append(place)
                well.left_out.append(f"unknown compound {text}")
            elif is_known:
                planned = well.planned.compound_id or well.planned.role
                other[text, planned].append(place)
                well.left_out.append(f"the file has {text} in it, the plan {planned}")
    for text, places in unknown.items():
        known = list(dict.fromkeys(plate.wells[one].planned.compound_id for one in places))
        hint = did_you_mean(text, known, "correct the ID, or check what was dispensed")
        planned = ", ".join(known)
        yield Finding(
            "left out", "unknown compound", plate.name, named(places),
            repr(one_line(text, 40)), repr(planned),
            "left out", hint,
        )  # fmt: skip
    for (text, planned), places in other.items():
        yield Finding(
            "left out", "another compound", plate.name, named(places),
            repr(one_line(text, 40)), repr(planned),
            "left out", "check which compound was dispensed, and correct the file",
        )  # fmt: skip


def _is_planned(text: str, planned: PlannedWell) -> bool:
    names = {planned.compound_id.lower(), planned.name.lower(), f"hit_{planned.rank}"}
    return text.lower() in names - {""}


def _tell_empty(plate: PlateResult) -> Iterator[Finding]:
    """Tell of signals in wells that are empty in the plan; only the check of rotation uses them."""
    empty = [one for one in plate.wells.values() if one.planned.role == EMPTY]
    for one in empty:
        one.left_out.append("empty in the plan")
    if places := [one.planned.place for one in empty if one.signal == one.signal]:
        yield Finding(
            "told", "signal of an empty well", plate.name, named(places), "numbers",
            "no use of wells that are empty in the plan", "not used as results", "",
        )  # fmt: skip


def _without_value(plate: PlateResult, by_place: dict[Well, list[Signal]]) -> set[Well]:
    """Return the planned wells of which the file has no cell, or none with a text."""
    found: Iterable[Well] = (
        place
        for place, well in plate.wells.items()
        if well.planned.role != EMPTY
        and all(one.problem == MISSING for one in by_place.get(place, ()))
    )
    return set(found)
