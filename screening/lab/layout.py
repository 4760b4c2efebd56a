"""Where controls and samples are on the assay's plates.

Samples fill the wells column by column, so that a half-full plate has its samples together.
Which sample is where is drawn: things are sorted by a hash of the seed and of their own number,
so that the same seed gives the same plates on every machine and with every version of anything.
A dose series stays on one plate. Replicates follow each other, so each has columns, or
plates, of its own.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from typing import Final, Literal, NamedTuple, TypeVar

from screening.objective.dispensing import Recipe
from screening.objective.lab_settings import Lab
from screening.objective.wells import Well

SAMPLE: Final = "sample"
POSITIVE: Final = "positive control"
NEGATIVE: Final = "negative control"
EMPTY: Final = "empty"
Role = Literal["sample", "positive control", "negative control", "empty"]
T = TypeVar("T")


class AssayWell(NamedTuple):
    """One well of an assay plate."""

    plate: int
    """From 1."""
    well: Well
    role: Role
    hit: int | None = None
    """Of a sample: its place among the hits, from 0."""
    replicate: int | None = None
    """Of a sample, from 1."""
    recipe: Recipe | None = None
    """Of a sample or positive control."""


class Sample(NamedTuple):
    """What a well is wanted for."""

    hit: int
    replicate: int
    recipe: Recipe


def arrange(hits: int, lab: Lab) -> list[AssayWell]:
    """Every well of every plate, plate by plate and row by row, the empty ones too."""
    wells, order = list[AssayWell](), sorted(lab.form.wells())
    for plate, samples in enumerate(_plates(hits, lab), 1):
        filled = _fill(plate, samples, lab)
        wells += [filled.get(well, AssayWell(plate, well, EMPTY)) for well in order]
    return wells


def draw(things: Sequence[T], *purpose: object) -> list[T]:
    """The things in an order that only the purpose and their number decide."""

    def place(at: int) -> str:
        return sha256("/".join(map(str, (*purpose, at))).encode()).hexdigest()

    return [things[at] for at in sorted(range(len(things)), key=place)]


def _plates(hits: int, lab: Lab) -> list[list[Sample]]:
    """The samples of each plate; all doses of a compound's replicate are on the same one."""
    doses = lab.recipes
    replicates = []
    for replicate in range(1, lab.replicates + 1):
        order = list(range(hits))
        if lab.randomize:
            order = draw(order, lab.seed, "compounds", replicate)
        replicates.append([[Sample(hit, replicate, dose) for dose in doses] for hit in order])
    lists = replicates if lab.replicate_plates else [list(chain(*replicates))]
    size = lab.capacity // len(doses)
    return [
        [sample for series in whole[start : start + size] for sample in series]
        for whole in lists
        for start in range(0, len(whole), size)
    ]


def _fill(plate: int, samples: list[Sample], lab: Lab) -> dict[Well, AssayWell]:
    """The wells of one plate that hold something."""
    controls = _columns(lab) if lab.controls == "columns" else _spread(plate, len(samples), lab)
    columns = lab.form.control_columns(lab.edge_wells) if lab.controls == "columns" else ()
    free = [
        well
        for well in lab.form.usable(lab.edge_wells)
        if well not in controls and well.column not in columns
    ]
    positive = lab.reference_recipe if lab.positive_controls else None
    filled = {
        well: AssayWell(plate, well, role, recipe=positive if role == POSITIVE else None)
        for well, role in controls.items()
    }
    placed = []
    for replicate in sorted({sample.replicate for sample in samples}):
        own = [sample for sample in samples if sample.replicate == replicate]
        placed += draw(own, lab.seed, "wells", plate, replicate) if lab.randomize else own
    for well, sample in zip(free, placed, strict=False):
        filled[well] = AssayWell(plate, well, SAMPLE, *sample)
    return filled


def _kind(number: int, lab: Lab) -> Role:
    """Positive and negative controls in turn, or negative ones alone."""
    return POSITIVE if lab.positive_controls and number % 2 == 0 else NEGATIVE


def _columns(lab: Lab) -> dict[Well, Role]:
    """Controls of the outer columns, like a chessboard: both kinds in every row and column."""
    columns = lab.form.control_columns(lab.edge_wells)
    kinds: tuple[list[Well], list[Well]] = ([], [])
    for well in lab.form.usable(lab.edge_wells):
        if well.column in columns:
            kinds[(well.row + well.column) % 2].append(well)
    chosen: dict[Well, Role] = {}
    for number, wells in enumerate(kinds):
        wells.sort()
        each = lab.controls_of_a_kind
        for at in range(each):
            chosen[wells[at * len(wells) // each]] = _kind(number, lab)
    return chosen


def _spread(plate: int, samples: int, lab: Lab) -> dict[Well, Role]:
    """Controls among the samples: one in each equal stretch of the wells in use, kinds in turn."""
    wanted = 2 * lab.controls_of_a_kind
    area = lab.form.usable(lab.edge_wells)[: samples + wanted]
    chosen: dict[Well, Role] = {}
    for number in range(wanted):
        stretch = area[number * len(area) // wanted : (number + 1) * len(area) // wanted]
        order = draw(stretch, lab.seed, "controls", plate, number) if lab.randomize else stretch
        chosen[order[0]] = _kind(number, lab)
    return chosen
