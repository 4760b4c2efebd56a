"""``plates.csv`` for a program, and ``plate_1.csv`` and so on for people."""

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
"""Before the predictions."""
PREDICTED = "predicted_"
"""Begins the name of a prediction, so that a result of the same name can be joined to it."""
NO_COMPOUND = "DMSO"
"""The compound id of a negative control."""


def predicted(table: HitTable, screen: Screen) -> list[str]:
    """The columns of the hit list that every well carries.

    Each primary's prediction with its standard deviation and 90 % interval, then each
    liability's.
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
    """Headers of ``plates.csv``."""
    return [*COLUMNS, *(PREDICTED + name for name in predicted(table, screen))]


def plate_rows(plan: LabPlan, table: HitTable, screen: Screen) -> Iterator[list[str]]:
    """One row for each well, the empty ones too: plate by plate, row by row."""
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
    return NO_COMPOUND if well.role == NEGATIVE else plan.lab.reference


def _liquids(well: AssayWell, plan: LabPlan) -> list[str]:
    """Dose, concentrations and volumes of a well as text."""
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
    """A plate as it lies on the bench: the header of columns, then a line for each of its rows.

    A well shows its compound, in a dose series with its concentration.
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
