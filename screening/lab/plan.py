"""The whole plan of a lab's work: assay wells, source wells, and what goes from where to where.

Compounds are on source plates S as they were ordered, their intermediate dilutions on plates D, the
reference and DMSO on plates C. A liquid gets as many wells as it needs, side by side; no well gives
more than it holds above what has to stay in it.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from screening.lab.layout import EMPTY, POSITIVE, SAMPLE, AssayWell, arrange
from screening.objective.lab_settings import Lab
from screening.objective.wells import PlateFormat, Well


class Liquid(NamedTuple):
    """What a source well holds."""

    kind: Literal["compound", "reference", "DMSO"]
    hit: int = -1
    """Of a compound: its place among the hits, from 0."""
    level: int = 0
    """0: the stock; n: its n-th dilution."""

    @property
    def group(self) -> str:
        """The letter of its plates."""
        if self.kind != "compound":
            return "C"
        return "D" if self.level else "S"


DMSO = Liquid("DMSO")
REFERENCE = Liquid("reference")


class SourceWell(NamedTuple):
    """One source well, when all that is wanted of it is known."""

    position: int
    """From 0: plate by plate, S before D before C, column by column."""
    plate: str
    well: Well
    liquid: Liquid
    taken: int
    """Picoliters."""


class Mix(NamedTuple):
    """One intermediate dilution: ``volume`` of a source well, filled up with DMSO."""

    level: int
    source: int
    target: int
    """Numbers of source wells in the rack."""
    volume: int
    """Picoliters."""


class Rack:
    """Source wells, opened as they are needed.

    room: picoliters that a well gives. pipetted: picoliters of the level before it that go into
    a well of a dilution.
    """

    def __init__(self, room: int, pipetted: int):
        self.room = room
        self.pipetted = pipetted
        self.liquids: list[Liquid] = []
        self.taken: list[int] = []
        self.mixes: list[Mix] = []
        self._open: dict[Liquid, int] = {}

    def take(self, liquid: Liquid, volume: int) -> int:
        """Take a volume from one well of a liquid and return the well's number.

        The well is the last opened one, or a new one when that has too little left. A new well of
        a dilution takes from the level before it. Raises ValueError for more than a whole well.
        """
        if volume > self.room:
            raise ValueError(f"{volume} pl is more than the {self.room} pl of a source well")
        at = self._open.get(liquid)
        if at is None or self.taken[at] + volume > self.room:
            at = self._new_well(liquid)
        self.taken[at] += volume
        return at

    def _new_well(self, liquid: Liquid) -> int:
        at = self._open[liquid] = len(self.liquids)
        self.liquids.append(liquid)
        self.taken.append(0)
        if liquid.level:
            before = self.take(liquid._replace(level=liquid.level - 1), self.pipetted)
            self.mixes.append(Mix(liquid.level, before, at, self.pipetted))
        return at

    def place(self, prefix: str, form: PlateFormat) -> list[SourceWell]:
        """Put every well on a plate of its group; the list has them in the rack's numbers.

        A plate is filled column by column: by compound, then by level; the reference before DMSO.
        """
        found: dict[int, SourceWell] = {}
        for group in "SDC":
            members = [at for at, liquid in enumerate(self.liquids) if liquid.group == group]
            members.sort(key=self._order)
            places = _places(f"{prefix}_{group}", form)
            for at, (plate, well) in zip(members, places, strict=False):
                liquid, taken = self.liquids[at], self.taken[at]
                found[at] = SourceWell(len(found), plate, well, liquid, taken)
        return [found[at] for at in range(len(self.liquids))]

    def _order(self, at: int) -> tuple[bool, int, int, int]:
        liquid = self.liquids[at]
        return (liquid.kind == "DMSO", liquid.hit, liquid.level, at)


def _places(name: str, form: PlateFormat) -> Iterator[tuple[str, Well]]:
    number = 1
    while True:
        for well in form.wells():
            yield f"{name}{number}", well
        number += 1


class Transfer(NamedTuple):
    """One liquid into one assay well."""

    source: int
    """Number of the source well in the plan."""
    plate: int
    """Of the assay, from 1."""
    well: Well
    volume: int
    """Picoliters, whole drops."""


class LabPlan(NamedTuple):
    """All that is done in the lab, before it is written to any file."""

    lab: Lab
    prefix: str
    """Begins every plate's name."""
    hits: int
    wells: list[AssayWell]
    """Every well of every assay plate, in their order."""
    sources: list[SourceWell]
    transfers: list[Transfer]
    """By source plate, so that each is loaded once, then by assay plate and source well."""
    mixes: list[Mix]
    """Intermediate dilutions, each after what it is made from."""

    @property
    def plates(self) -> int:
        """Assay plates."""
        return self.wells[-1].plate if self.wells else 0

    def wells_of(self, plate: int) -> list[AssayWell]:
        """The wells of an assay plate (from 1), row by row."""
        size = self.lab.plate
        return self.wells[(plate - 1) * size : plate * size]

    def plate_name(self, plate: int) -> str:
        """``kinase_P1``: the name of an assay plate."""
        return f"{self.prefix}_P{plate}"


def make_plan(hits: int, lab: Lab, name: str) -> LabPlan:
    """Plan the work for that many hits. name: the screen's, where the settings give no prefix."""
    prefix = lab.prefix or name
    wells = arrange(hits, lab)
    rack = Rack(lab.source_room, lab.pipetted)
    transfers = []
    for well in wells:
        for liquid, drops in _contents(well, lab):
            volume = drops * lab.drop
            source = rack.take(liquid, volume)
            transfers.append(Transfer(source, well.plate, well.well, volume))
    sources = rack.place(prefix, lab.source_form)
    mixes = sorted(rack.mixes, key=lambda mix: (mix.level, sources[mix.target]))
    place = {plate: at for at, plate in enumerate(dict.fromkeys(s.plate for s in sorted(sources)))}
    transfers.sort(key=lambda t: (place[sources[t.source].plate], t.plate, sources[t.source]))
    return LabPlan(lab, prefix, hits, wells, sources, transfers, mixes)


def _contents(well: AssayWell, lab: Lab) -> list[tuple[Liquid, int]]:
    """What goes into a well, in drops; with its DMSO all have the same."""
    if well.role == EMPTY:
        return []
    contents, free = list[tuple[Liquid, int]](), lab.dispense.most
    if well.recipe is not None:
        if well.role == SAMPLE:
            assert well.hit is not None
            liquid = Liquid("compound", well.hit, well.recipe.level)
        else:
            assert well.role == POSITIVE
            liquid = REFERENCE
        contents.append((liquid, well.recipe.drops))
        free -= well.recipe.drops
    if free:
        contents.append((DMSO, free))
    return contents
