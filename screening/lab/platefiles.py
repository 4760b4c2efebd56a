"""Rows of ``plates.csv`` for programs, and of ``plate_1.csv`` and so on for people."""

from collections.abc import Iterator

from screening.hits.table import HitTable
from screening.lab.layout import EMPTY, NEGATIVE, SAMPLE, AssayWell
from screening.lab.plan import LabPlan
from screening.objective.dispensing import nl_text, number_text
from screening.objective.screen_settings import Screen

COLUMNS = (
    *("plate", "well", "row", "column", "role", "compound_id", "name", "rank", "replicate"),
    *("dose", "nominal_uM", "concentration_uM", "volume_nl", "dmso_nl"),
)
"""Columns before the predictions."""
PREDICTED = "predicted_"
"""Prefix of predictions, so that results of the same names can be joined."""
NO_COMPOUND = "DMSO"
"""Compound ID of a negative control."""


def predicted(table: HitTable, screen: Screen) -> list[str]:
    """Return the columns of the hit list that every well repeats.

    These are the predictions of primary targets with standard deviations and 90 % intervals, then
    the predictions of liabilities.
    """
    wanted = [
        f"{term.task}{end}"
        for term in screen.objective.primary
        for end in ("", "_std", "_lo", "_hi")
    ]
    wanted += [term.task for term in screen.objective.liabilities]
    known = {column.name for column in table.columns if column.group == "prediction"}
    return [name for name in dict.fromkeys(wanted) if name in known]


def plate_header(table: HitTable, screen: Screen) -> list[str]:
    """Return the header of ``plates.csv``."""
    return [*COLUMNS, *(PREDICTED + name for name in predicted(table, screen))]


def plate_rows(plan: LabPlan, table: HitTable, screen: Screen) -> Iterator[list[str]]:
    """Yield one row per well, including empty ones, plate by plate and row by row."""
    hits = table.records()
    names = predicted(table, screen)
    for well in plan.wells:
        cells = hits[well.hit] if well.hit is not None else {}
        place = [plan.plate_name(well.plate), well.well.name, well.well.letter]
        place += [str(well.well.column + 1), well.role]
        compound = [_compound(well, cells, plan), cells.get("name", ""), cells.get("rank", "")]
        compound += [str(well.replicate or "")]
        yield [*place, *compound, *_liquids(well, plan), *(cells.get(name, "") for name in names)]


def _compound(well: AssayWell, cells: dict[str, str], plan: LabPlan) -> str:
    if well.role == SAMPLE:
        return cells["compound_id"]
    if well.role == EMPTY:
        return ""
    return NO_COMPOUND if well.role == NEGATIVE else plan.lab.positive_control


def _liquids(well: AssayWell, plan: LabPlan) -> list[str]:
    """Return dose, concentrations and volumes of a well as text."""
    if well.role == EMPTY:
        return [""] * 5
    lab, recipe = plan.lab, well.recipe
    drops = recipe.drops if recipe else 0
    volumes = [nl_text(drops * lab.drop), nl_text((lab.dispense.most - drops) * lab.drop)]
    if recipe is None:
        return ["", "0", "0", *volumes]
    dose = str(recipe.dose) if well.role == SAMPLE else ""
    return [dose, number_text(recipe.nominal_um), number_text(recipe.concentration_um), *volumes]


def grid(plan: LabPlan, plate: int, table: HitTable) -> list[list[str]]:
    """Return a plate as a grid: a header with column numbers, then one line per row.

    A cell names the compound, and in a dose series also its concentration.
    """
    hits = table.records()
    form = plan.lab.form
    lines = [[plan.plate_name(plate), *(str(n + 1) for n in range(form.columns))]]
    wells = plan.wells_of(plate)
    for start in range(0, len(wells), form.columns):
        line = [wells[start].well.letter]
        for well in wells[start : start + form.columns]:
            text = _compound(well, hits[well.hit] if well.hit is not None else {}, plan)
            if plan.lab.points > 1 and well.recipe is not None:
                text += f" {number_text(well.recipe.concentration_um)} uM"
            line.append(text)
        lines.append(line)
    return lines
