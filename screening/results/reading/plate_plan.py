"""The plan of a run's assay plates as its files have it: wells, doses, registered predictions.

``lab/plates.csv`` and ``hits.csv`` are compared with the hashes in the run's manifest before they
are used, so that every prediction is the one that was registered before the assay.
"""

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import StringIO
from typing import NamedTuple

from chem.disk.bounded_read import read_regular
from chem.errors import InputError
from chem.records.message_text import did_you_mean
from screening.errors import AlteredError
from screening.lab.layout import NEGATIVE, POSITIVE, SAMPLE
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.objective.terms import Primary
from screening.objective.wells import FORMATS, PlateFormat, Well
from screening.results.reading.well_names import read_well
from screening.runs.runfolder import MANIFEST, SCREEN, RunFolder
from screening.text.cells import unescape_cell

PLATES, HITS, DICTIONARY = "lab/plates.csv", "hits.csv", "columns.csv"
MOST = 256_000_000
"""Bytes of a file of a run."""
PACTIVITY = "pActivity"


class Predicted(NamedTuple):
    """A prediction as it was registered before the assay. NaN where the run has no number."""

    value: float
    low: float
    """The lower end of the 90 % interval; NaN if the prediction is no potency, so that no potency
    is compared with an interval in another unit."""
    high: float


class Compound(NamedTuple):
    """A compound that was picked."""

    rank: int
    """In the hit list; two compounds may have one ID, but never one rank."""
    compound_id: str
    key: str
    """The registration key."""
    smiles: str
    predicted: Predicted
    """Of the target that the plates measure."""


class PlannedWell(NamedTuple):
    """A well of a plate as it was planned."""

    plate: str
    place: Well
    role: str
    compound_id: str
    name: str
    rank: int
    """0 for a well without a sample."""
    replicate: int
    dose: int
    """The number of the dose, 1 is the highest; 0 for a well without a sample."""
    concentration_um: float
    """NaN for an empty well."""

    @property
    def is_sample(self) -> bool:
        """True for a sample."""
        return self.role == SAMPLE

    @property
    def is_control(self) -> bool:
        """True for a positive or negative control."""
        return self.role in (POSITIVE, NEGATIVE)


@dataclass(frozen=True)
class PlatePlan:
    """All plates of a run, and the target that they measure."""

    run: RunFolder
    screen: Screen
    task: str
    """The predicted column of the target, such as ``activity_EGFR``."""
    target: str
    """Its short name, such as ``EGFR``."""
    is_potency: bool
    """True if its predictions are pActivities, so that potencies can be compared with them."""
    wells: dict[str, dict[Well, PlannedWell]]
    """Every well, including empty ones, by plate and position, in the order of the file."""
    compounds: dict[int, Compound]
    """By rank."""
    own_columns: frozenset[str] = frozenset()
    """Columns that the run wrote into its hit list, without a vendor's: never measured values."""
    other_targets: tuple[str, ...] = ()
    """The short names of the screen's other primary targets."""

    @property
    def plates(self) -> list[str]:
        """The names of the plates."""
        return list(self.wells)

    def form(self, plate: str) -> PlateFormat:
        """Return the grid of a plate."""
        return FORMATS[len(self.wells[plate])]

    @cached_property
    def by_id(self) -> dict[str, list[int]]:
        """The ranks of the compounds by ID, in lower case."""
        found: dict[str, list[int]] = {}
        for rank, one in self.compounds.items():
            found.setdefault(one.compound_id.strip().lower(), []).append(rank)
        return found

    @cached_property
    def by_key(self) -> dict[str, int]:
        """The rank of the first compound by registration key."""
        found: dict[str, int] = {}
        for rank, one in self.compounds.items():
            found.setdefault(one.key, rank)
        return found


def read_plan(run: RunFolder, task: str | None = None) -> PlatePlan:
    """Read the plan of a run's plates.

    task: the target, by its column or its short name; None: the only primary one.

    Raises:
        AlteredError: A file that is read is not what the run wrote.
        InputError: The run has no plates, or several primary targets and none is named.
    """
    screen = load_screen(run.folder / SCREEN)
    primary = _find_task(screen, task)
    columns = _read(run, DICTIONARY)
    units = {cells["column"]: cells["unit"] for cells in columns}
    is_potency = units.get(primary.task, PACTIVITY) == PACTIVITY
    wells: dict[str, dict[Well, PlannedWell]] = {}
    predicted: dict[int, Predicted] = {}
    for cells in _read(run, PLATES):
        well = _planned(cells)
        wells.setdefault(well.plate, {})[well.place] = well
        if well.rank and well.rank not in predicted:
            predicted[well.rank] = _predicted(cells, f"predicted_{primary.task}", is_potency)
    if not wells:
        raise InputError(
            f"{run.folder / PLATES} has no wells: the run picked no compounds; name another run"
        )
    compounds = {
        rank: Compound(rank, cells["compound_id"], cells["key"], cells["smiles"], predicted[rank])
        for cells in _read(run, HITS)
        if (rank := int(cells["rank"])) in predicted
    }
    own = frozenset(cells["column"] for cells in columns if cells["group"] != "vendor")
    others = tuple(term.name for term in screen.objective.primary if term.task != primary.task)
    return PlatePlan(
        run, screen, primary.task, primary.name, is_potency, wells, compounds, own, others
    )


def _find_task(screen: Screen, task: str | None) -> Primary:
    terms = screen.objective.primary
    names = ", ".join(term.task for term in terms)
    if task is None:
        if len(terms) > 1:
            raise InputError(
                f"the screen {screen.name} has {len(terms)} primary targets ({names}), and a plate "
                f"measures one; name it with --task, such as --task {terms[0].task}"
            )
        return terms[0]
    found = [term for term in terms if task.lower() in (term.task.lower(), term.name.lower())]
    if len(found) != 1:
        known = {name: term.task for term in terms for name in (term.task, term.name)}
        hint = did_you_mean(task, known)
        raise InputError(
            f"found no primary target {task!r} in the screen {screen.name}, expected one of "
            f"{names}; {hint or 'name one of these with --task'}"
        )
    return found[0]


def _read(run: RunFolder, name: str) -> list[dict[str, str]]:
    """Read a CSV file of the run, the same bytes that were compared with the manifest."""
    expected = run.manifest.files.get(name)
    if expected is None:
        raise InputError(f"{run.folder} has no {name}: {MANIFEST} does not name it; name a run")
    try:
        content = read_regular(run.folder / name, MOST)
    except OSError as error:
        raise InputError(
            f"{run.folder / name} cannot be read ({error.strerror or error}); put it back"
        ) from None
    if sha256(content).hexdigest() != expected:
        raise AlteredError(
            f"{run.folder / name} is not what the run wrote (its hash differs from {MANIFEST}); "
            "put back the file of the run: results are joined to what was registered"
        )
    csv.field_size_limit(1 << 30)
    rows = csv.DictReader(StringIO(content.decode(), newline=""))
    return [
        {unescape_cell(name): unescape_cell(cell) for name, cell in row.items()} for row in rows
    ]


def _planned(cells: dict[str, str]) -> PlannedWell:
    place = read_well(cells["well"])
    assert place is not None  # the run wrote it
    return PlannedWell(
        cells["plate"],
        place,
        cells["role"],
        cells["compound_id"],
        cells["name"],
        int(cells["rank"] or 0),
        int(cells["replicate"] or 0),
        int(cells["dose"] or 0),
        _number(cells["concentration_uM"]),
    )


def _predicted(cells: dict[str, str], column: str, is_potency: bool) -> Predicted:
    value, low, high = (_number(cells.get(f"{column}{end}", "")) for end in ("", "_lo", "_hi"))
    return Predicted(value, low, high) if is_potency else Predicted(value, math.nan, math.nan)


def _number(text: str) -> float:
    """Return the number of a cell; NaN for an empty one."""
    return float(text) if text else math.nan
