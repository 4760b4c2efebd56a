"""The plan of the lab work: assay wells, source wells, transfers and dilutions.

Source plates S hold the ordered stocks, plates D their intermediate dilutions, plates C the
reference and DMSO. A liquid gets as many adjacent wells as it needs. No well gives more than its
volume minus its dead volume.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from screening.lab.layout import EMPTY, POSITIVE, SAMPLE, AssayWell, arrange
from screening.objective.plate_settings import Lab
from screening.objective.wells import PlateFormat, Well


class Liquid(NamedTuple):
    """The liquid in a source well."""

    kind: Literal["compound", "reference", "DMSO"]
    hit: int = -1
    """Index of a compound's hit, from 0."""
    level: int = 0
    """0 is the stock, n its n-th dilution."""

    @property
    def group(self) -> str:
        """Letter of its source plates."""
        if self.kind != "compound":
            return "C"
        return "D" if self.level else "S"


DMSO = Liquid("DMSO")
REFERENCE = Liquid("reference")


class SourceWell(NamedTuple):
    """One source well with the total volume taken from it."""

    position: int
    """Position from 0: plates S, then D, then C, each column by column."""
    plate: str
    well: Well
    liquid: Liquid
    taken: int
    """Picoliters."""


class Mix(NamedTuple):
    """One intermediate dilution: ``volume`` from a source well, filled up with DMSO."""

    level: int
    source: int
    target: int
    """``source`` and ``target`` are numbers of source wells in the rack."""
    volume: int
    """Picoliters."""


class Rack:
    """Source wells, opened as needed.

    Args:
        room: volume that a well can give, in picoliters.
        pipetted: volume of the previous level in a dilution well, in picoliters.
    """

    def __init__(self, room: int, pipetted: int):
        self.room = room
        self.pipetted = pipetted
        self.liquids: list[Liquid] = []
        self.taken: list[int] = []
        self.mixes: list[Mix] = []
        self._open: dict[Liquid, int] = {}

    def take(self, liquid: Liquid, volume: int) -> int:
        """Take a volume from one well of a liquid and return the number of the well.

        A new well is opened if the last one has too little left. A new dilution well takes from
        the previous level. Raises ValueError for more than a whole well.
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
        """Assign every well to a plate of its group; the list is in the order of the rack.

        Plates are filled column by column, by compound and then by level, the reference before
        DMSO.
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
    """The transfer of one liquid into one assay well."""

    source: int
    """Number of the source well in the plan."""
    plate: int
    """Assay plate, from 1."""
    well: Well
    volume: int
    """Picoliters, a whole number of drops."""


class LabPlan(NamedTuple):
    """The whole lab work, before any file is written."""

    lab: Lab
    prefix: str
    """Prefix of the names of plates."""
    hits: int
    wells: list[AssayWell]
    """Every well of every assay plate, in order."""
    sources: list[SourceWell]
    transfers: list[Transfer]
    """Sorted by source plate, so that each is loaded once, then by assay plate and source well."""
    mixes: list[Mix]
    """Intermediate dilutions, each after its source."""

    @property
    def plates(self) -> int:
        """Number of assay plates."""
        return self.wells[-1].plate if self.wells else 0

    def wells_of(self, plate: int) -> list[AssayWell]:
        """Return the wells of an assay plate (from 1), row by row."""
        size = self.lab.plate
        return self.wells[(plate - 1) * size : plate * size]

    def plate_name(self, plate: int) -> str:
        """Return the name of an assay plate, such as ``kinase_P1``."""
        return f"{self.prefix}_P{plate}"


def make_plan(hits: int, lab: Lab, name: str) -> LabPlan:
    """Plan the work for a number of hits; ``name`` is the prefix if the settings give none."""
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
    """Return the liquids of a well in drops, with DMSO up to the same total for all wells."""
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
