"""Compares concentrations in a file with those of the plan, and finds a wrong unit.

Curves are always fitted to the concentrations of the plan, so a wrong unit alone spoils nothing. It
is told because the same file may be used elsewhere. Other differences mean that a well holds
something else than was planned.
"""

import math
from collections import defaultdict
from collections.abc import Iterator

from chem.records.numbers import find_style
from data.assay.cells.cells import Reading, is_missing, read_cell
from data.assay.headers.units import power_of_ten
from screening.objective.wells import Well
from screening.results.reading.findings import Finding, named
from screening.results.reading.plate_plan import PlatePlan
from screening.results.reading.signals import SignalFile
from screening.results.well_results import PlateResult

SAME = math.log10(1.1)
"""Log units that rounding, or a nominal for a dispensed dose, explains."""
_MICROMOLAR = -6


def check_concentrations(
    plan: PlatePlan, plates: dict[str, PlateResult], file: SignalFile
) -> Iterator[Finding]:
    """Yield wells that differ from the plan by a power of ten, and by anything else."""
    for plate, by_power in _differences(plan, plates, file).items():
        _join_odd_powers(by_power)
        of_file = f"column {file.concentration_column!r}"
        for power, wells in by_power.items():
            if power is None:
                for place in wells:
                    plates[plate].wells[place].left_out.append("another concentration in the file")
                yield Finding(
                    "left out", "another concentration", plate, named(wells),
                    f"other concentrations in {of_file}", "those of the plan", "left out",
                    "check what was dispensed; correct the column, or leave it out of the file",
                )  # fmt: skip
            elif power:
                written = file.concentration_unit or "µM, as no unit is named"
                yield Finding(
                    "told", "wrong unit", plate, named(wells),
                    f"concentrations in {of_file} (read in {written}) that are "
                    f"{_times(power)} those of the plan", "equal ones",
                    "kept with the concentrations of the plan", "correct the unit of the column",
                )  # fmt: skip


def _join_odd_powers(by_power: dict[int | None, list[Well]]) -> None:
    """Take a power that no prefix of a unit has as another concentration, unless all wells have it.

    In a tenfold series, a well that holds the next dose differs by a factor of ten.
    """
    count = sum(map(len, by_power.values()))
    for power in [one for one in by_power if one is not None and one % 3]:
        if len(by_power[power]) < count:
            by_power[None] += by_power.pop(power)


def _times(power: int) -> str:
    """Return a power of ten in words."""
    return f"{10**power:,} times" if power > 0 else f"1/{10**-power:,} of"


def _differences(
    plan: PlatePlan, plates: dict[str, PlateResult], file: SignalFile
) -> dict[str, dict[int | None, list[Well]]]:
    """Return the wells by plate and power of ten; None for a difference that is no such power."""
    texts = [one.raw.concentration for one in file.signals]
    style = find_style([text for text in texts if not is_missing(text)]).style
    found: dict[str, dict[int | None, list[Well]]] = defaultdict(lambda: defaultdict(list))
    for signal, text in zip(file.signals, texts, strict=True):
        raw = signal.raw
        if raw.place is None or raw.plate not in plates or is_missing(text):
            continue
        planned = plan.wells[raw.plate].get(raw.place)
        if planned is None or not planned.is_sample:
            continue
        read = read_cell(text, style)
        if isinstance(read, Reading) and read.number > 0:
            unit = read.unit if read.unit not in ("", "%") else file.concentration_unit
            power = power_of_ten(unit) if unit else _MICROMOLAR
            logs = math.log10(read.number) + power - _MICROMOLAR
            apart = logs - math.log10(planned.concentration_um)
            is_power = abs(apart - round(apart)) <= SAME
            found[raw.plate][round(apart) if is_power else None].append(raw.place)
        else:
            found[raw.plate][None].append(raw.place)
    return found
