"""Layout of controls and samples on assay plates.

Samples fill the wells column by column, so a half-full plate has its samples together. Positions
are randomized: items are sorted by a hash of the seed and their number, so the same seed gives the
same plates on every machine and with every software version. A dose series stays on one plate.
Replicates follow one another, so each has its own columns or plates.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from typing import Final, Literal, NamedTuple, TypeVar

from screening.objective.dispensing import Recipe
from screening.objective.plate_settings import Lab
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
    """Index of a sample's hit, from 0."""
    replicate: int | None = None
    """Replicate of a sample, from 1."""
    recipe: Recipe | None = None
    """Recipe of a sample or a positive control."""


class Sample(NamedTuple):
    """One sample that needs a well."""

    hit: int
    replicate: int
    recipe: Recipe


def arrange(hits: int, lab: Lab) -> list[AssayWell]:
    """Return every well, including empty ones, plate by plate and row by row."""
    wells, order = list[AssayWell](), sorted(lab.form.wells())
    for plate, samples in enumerate(_plates(hits, lab), 1):
        filled = _fill(plate, samples, lab)
        wells += [filled.get(well, AssayWell(plate, well, EMPTY)) for well in order]
    return wells


def draw(things: Sequence[T], *purpose: object) -> list[T]:
    """Return the things in a random order that depends only on the purpose and their number."""

    def place(at: int) -> str:
        return sha256("/".join(map(str, (*purpose, at))).encode()).hexdigest()

    return [things[at] for at in sorted(range(len(things)), key=place)]


def _plates(hits: int, lab: Lab) -> list[list[Sample]]:
    """Return the samples of each plate. All doses of one replicate are on the same plate."""
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
    """Return the used wells of one plate."""
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
    """Return positive and negative in turn, or always negative."""
    return POSITIVE if lab.positive_controls and number % 2 == 0 else NEGATIVE


def _columns(lab: Lab) -> dict[Well, Role]:
    """Return controls in the outer columns, as a chessboard: both kinds in every row and column."""
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
    """Return controls among the samples: one in each equal stretch of used wells, kinds in turn."""
    wanted = 2 * lab.controls_of_a_kind
    area = lab.form.usable(lab.edge_wells)[: samples + wanted]
    chosen: dict[Well, Role] = {}
    for number in range(wanted):
        stretch = area[number * len(area) // wanted : (number + 1) * len(area) // wanted]
        order = draw(stretch, lab.seed, "controls", plate, number) if lab.randomize else stretch
        chosen[order[0]] = _kind(number, lab)
    return chosen
