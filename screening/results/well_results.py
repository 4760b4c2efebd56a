"""One well of a planned plate with its signal: kept or left out, and why."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from screening.objective.wells import Well
from screening.results.reading.plate_plan import PlannedWell


@dataclass
class WellResult:
    """A planned well with what was measured in it."""

    planned: PlannedWell
    signal: float = math.nan
    """As in the file; NaN without a number."""
    inhibition: float = math.nan
    """In percent, by the controls of its plate; NaN if it is not known."""
    left_out: list[str] = field(default_factory=list)
    """The reasons why it is not used; empty if it is kept."""
    marks: list[str] = field(default_factory=list)
    """Remarks on a well that is kept, such as ``outlier among replicates``."""

    @property
    def is_kept(self) -> bool:
        """True if its signal is used."""
        return not self.left_out and not math.isnan(self.signal)


@dataclass
class PlateResult:
    """A plate of the plan that a file has."""

    name: str
    wells: dict[Well, WellResult]
    """Every well, including empty ones."""
    refused: str = ""
    """The reason why no well of it is kept; empty for a plate that is used."""

    def kept(self) -> Iterator[WellResult]:
        """Yield the wells that are used, without empty ones."""
        for well in self.wells.values():
            if well.is_kept and (well.planned.is_sample or well.planned.is_control):
                yield well

    def controls(self, role: str) -> list[WellResult]:
        """Return the controls of a kind that are used."""
        return [well for well in self.kept() if well.planned.role == role]

    def refuse(self, reason: str) -> None:
        """Leave out every well of the plate."""
        self.refused = self.refused or reason
        for well in self.wells.values():
            if not well.left_out:
                well.left_out.append(f"plate refused: {reason}")
