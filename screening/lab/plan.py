"""The whole plan of a lab's work: assay wells, source wells, and what goes from where to where."""

from typing import NamedTuple

from screening.lab.layout import EMPTY, POSITIVE, SAMPLE, AssayWell, arrange
from screening.lab.sources import Liquid, Mix, Rack, SourceWell
from screening.objective.lab_settings import Lab
from screening.objective.wells import Well

DMSO = Liquid("DMSO")
REFERENCE = Liquid("reference")


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
