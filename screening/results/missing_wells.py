"""Tells which planned wells a file lacks, whole rows and columns by their name."""

from collections.abc import Iterator

from chem.records.message_text import counted
from screening.lab.layout import EMPTY
from screening.objective.wells import PlateFormat, Well
from screening.results.reading.findings import Finding, named
from screening.results.reading.well_names import row_letters
from screening.results.well_results import PlateResult

_ADVICE = "export the plate again with all its wells"


def tell_missing(form: PlateFormat, plate: PlateResult, missing: set[Well]) -> Iterator[Finding]:
    """Yield a finding for each missing column and row, and one for all other missing wells."""
    for well in missing:
        plate.wells[well].left_out.append("no value in the file")
    used = {place for place, well in plate.wells.items() if well.planned.role != EMPTY}
    if missing == used:
        plate.refuse("the file has no value of it")
        yield Finding(
            "refused", "missing wells", plate.name, (), "no value of any well",
            counted(len(used), "value"), "the plate is refused", _ADVICE,
        )  # fmt: skip
        return
    rest = set(missing)
    for column in range(form.columns):
        whole = {well for well in used if well.column == column}
        if whole and whole <= missing:
            rest -= whole
            yield _missing(plate, f"column {column + 1}", whole)
    for row in range(form.rows):
        whole = {well for well in used if well.row == row}
        if whole and whole <= missing and whole & rest:
            rest -= whole
            yield _missing(plate, f"row {row_letters(row)}", whole)
    if rest:
        yield Finding(
            "left out", "missing wells", plate.name, named(rest),
            f"no value of {counted(len(rest), 'well')}", counted(len(used), "value"),
            "left out", _ADVICE,
        )  # fmt: skip


def _missing(plate: PlateResult, what: str, wells: set[Well]) -> Finding:
    kind = what.split()[0]
    return Finding(
        "left out", f"missing {kind}", plate.name, named(wells), f"no value in {what}",
        counted(len(wells), "value"), "left out", _ADVICE,
    )  # fmt: skip
