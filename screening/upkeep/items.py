"""The records of an inventory: its items, and the sums of its parts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from screening.upkeep.sizes import Extent

Kind = Literal["prepared", "scores", "run", "at work", "dead", "leftover"]
PREPARED, SCORES = "prepared", "scores"
"""Folders of the cache; a run has a folder of the second name too."""


@dataclass(frozen=True)
class Item:
    """A folder or a file that may be removed as a whole."""

    kind: Kind
    path: Path
    extent: Extent
    used: float
    """When it was last used, in seconds since 1970."""
    name: str = ""
    """The name of the library's file or of the screen."""
    rows: int | None = None
    """The number of its records or rows of scores; None if unknown."""
    made: float = 0.0
    """When it was finished, in seconds since 1970."""
    note: str = ""
    """The reason that it counts as dead or at work, or what is wrong with it."""
    kept: str = ""
    """The reason that it is never removed; empty if there is none."""
    needs: tuple[Path, ...] = ()
    """Folders without which a run cannot be explained or ranked again."""
    ranks: Path | None = None
    """The folder of the run whose scores a run ranks; None for a run that scored."""
    library: str = ""
    """The library that the screen of a run names."""


class StoredPart(NamedTuple):
    """A part of the cache or of the folder of runs, with the sum of what it holds."""

    name: str
    path: Path
    number: int
    bytes: int
    used: float


@dataclass(frozen=True)
class Inventory:
    """All that a cache and a folder of runs hold."""

    cache: Path
    runs: Path
    items: tuple[Item, ...]
    others: tuple[StoredPart, ...]
    """Other folders of the cache, such as downloaded datasets. They are never removed."""

    @property
    def parts(self) -> list[StoredPart]:
        """Each part with its number of items, bytes and last use."""
        places = {
            "prepared": ("prepared libraries", self.cache / PREPARED),
            "scores": ("shared scores", self.cache / SCORES),
            "run": ("finished runs", self.runs),
            "at work": ("folders at work", self.runs),
            "dead": ("dead folders", self.runs),
            "leftover": ("leftovers", self.cache),
        }
        found = list(self.others)
        for kind, (name, path) in places.items():
            own = [item for item in self.items if item.kind == kind]
            size = sum(item.extent.bytes for item in own)
            used = max((item.used for item in own), default=0.0)
            found.append(StoredPart(name, path, len(own), size, used))
        return found
