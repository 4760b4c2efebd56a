"""Finds the hits of earlier runs that decisions are about, and how each run showed them.

A file of decisions belongs to a whole folder of runs, and two libraries may number their compounds
alike. So an ID names a hit of the screen's library first, and one of another library only if no run
on this one can be meant. A line with an ID and an InChIKey is about a hit that has both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.structure.inchi_key import inchi_key
from screening.changes.decided_compounds import MOST_RUNS
from screening.changes.decisions import Decision
from screening.changes.earlier_runs import find_all_runs
from screening.objective.screen_settings import Screen
from screening.rank.structure_columns import is_key
from screening.reason.measurements import column_name
from screening.runs.record_outcome import HITS, ChangedFileError, read_lines
from screening.runs.runfolder import RunFolder
from screening.select.decided import DECIDED_FILE, DecidedCompound, ShownThen, read_decided
from screening.text.cells import unescape_cell

Runs = Sequence[tuple[RunFolder, Screen]]


class _Shown(NamedTuple):
    """A compound as a run showed it."""

    key: str
    then: ShownThen
    knew: frozenset[tuple[str, str]] = frozenset()
    """The decisions, each with its date, that the run knew: they were made about earlier runs."""


@dataclass
class EarlierHits:
    """What earlier runs tell of the compounds that decisions name, the newest first."""

    library: str
    """The library of the screen, as it names it; runs on others count less."""
    by_id: dict[str, list[_Shown]] = field(default_factory=dict)
    by_inchikey: dict[str, list[_Shown]] = field(default_factory=dict)
    by_key: dict[str, list[_Shown]] = field(default_factory=dict)

    def add(self, shown: _Shown, ids: Sequence[str], inchikey: str) -> None:
        """Add what a run showed, under the IDs and the InChIKey that decisions use."""
        for name in dict.fromkeys((*ids, shown.then.compound_id)):
            if name:
                self.by_id.setdefault(name, []).append(shown)
        if inchikey:
            self.by_inchikey.setdefault(inchikey, []).append(shown)
        self.by_key.setdefault(shown.key, []).append(shown)

    def sort(self) -> None:
        """Put the newest first."""
        for found in (self.by_id, self.by_inchikey, self.by_key):
            for shown in found.values():
                shown.sort(key=lambda one: one.then.finished, reverse=True)

    def keys_of(self, line: Decision) -> list[str]:
        """Return the keys of the compounds that a line is about; none if no run is known to.

        An InChIKey alone counts only without a known ID: several compounds may share one.
        """
        if shown := self.named_by(line):
            return [min(shown, key=lambda one: self._doubts(one, line)).key]
        return list(dict.fromkeys(one.key for one in self.by_inchikey.get(line.inchikey, ())))

    def named_by(self, line: Decision) -> list[_Shown]:
        """Return what runs showed under the ID of a line; it has the line's InChIKey, if any."""
        found = self.by_id.get(line.compound_id, ())
        return [
            one
            for one in found
            if not line.inchikey or inchi_key(one.then.smiles) in ("", line.inchikey)
        ]

    def is_certain(self, line: Decision) -> bool:
        """Tell whether a run on this library had the ID of a line as a hit when it was written."""
        return any(not any(self._doubts(one, line)) for one in self.named_by(line))

    def shown_then(self, key: str, line: Decision) -> ShownThen | None:
        """Return how the newest run showed a compound on which a line decides; None if unknown.

        A compound that only runs on other libraries showed is returned anyway, as they are what
        names it; it has no cells to compare if it is unknown on which run the line decides.
        """
        shown = self.by_key[key]
        own = [one for one in shown if one.then.library == self.library]
        for one in own or shown:
            if line.date and one.then.cells and not any(self._doubts(one, line)[:2]):
                return one.then
        return None if own else shown[0].then.model_copy(update={"cells": {}, "measured": {}})

    def _doubts(self, one: _Shown, line: Decision) -> tuple[bool, bool, bool]:
        """Return the reasons why a line may not be about what a run showed, the weightiest first.

        The run knew the line, it finished after the end of the line's day in UTC, or it was on
        another library.
        """
        return (
            (line.decision, line.date) in one.knew,
            bool(line.date) and one.then.finished[:10] > line.date,
            one.then.library != self.library,
        )


def find_earlier_hits(
    lines: Sequence[Decision], screen: Screen, out: Path, offers: Sequence[str]
) -> EarlierHits:
    """Find the hits that decisions are about in the earlier runs in a folder and beside it.

    Hits are looked for by their IDs on the library of the screen, then on others, then by their
    InChIKeys on this one: those have to be computed, so only for lines that no ID settles, and once
    for each structure.

    Args:
        lines: The decisions.
        screen: The screen of the run.
        out: The folder of the run. A finished run in it is among the earlier ones.
        offers: The library's columns of prices and of stock; empty if not known.
    """
    found = EarlierHits(screen.library)
    runs = find_all_runs(out.absolute().parent)
    own = [(run, of) for run, of in runs if of.library == screen.library][:MOST_RUNS]
    others = [(run, of) for run, of in runs if of.library != screen.library][:MOST_RUNS]
    kept = [*_kept_cells(screen), *filter(None, offers)]
    for some in (own, others):
        wanted = {one.compound_id for one in lines if not found.is_certain(one)} - {""}
        _add_recorded(found, some, wanted if some is others else None)
        if wanted:
            _add_hits(found, some, kept, _names(wanted))
    inchikeys = {one.inchikey for one in lines if not found.named_by(one)} - {""}
    known: dict[str, str] = {}

    def has_inchikey(_: str, smiles: str) -> bool:
        if smiles not in known:
            known[smiles] = inchi_key(smiles)
        return known[smiles] in inchikeys

    if inchikeys:
        _add_hits(found, own, kept, has_inchikey, with_inchikey=True)
    found.sort()
    return found


def _names(wanted: set[str]) -> Callable[[str, str], bool]:
    """Return a function that tells whether the ID of a hit is a wanted one."""
    return lambda name, _: name in wanted


def _add_recorded(found: EarlierHits, runs: Runs, wanted: set[str] | None) -> None:
    """Add what runs recorded of decided compounds, which are no hits any more.

    wanted: The IDs to add; None for all.
    """
    seen = set[tuple[str, str, str]]()
    for run, _ in runs if wanted is None or wanted else ():
        for one in _recorded(run):
            if one.then is None or (wanted is not None and one.compound_id not in wanted):
                continue
            if (of := (one.key, one.then.finished, one.compound_id)) not in seen:
                seen.add(of)
                found.add(_Shown(one.key, one.then), (one.compound_id,), one.inchikey)


def _add_hits(
    found: EarlierHits,
    runs: Runs,
    kept: Sequence[str],
    is_wanted: Callable[[str, str], bool],
    with_inchikey: bool = False,
) -> None:
    """Add the hits of runs of which the ID and the SMILES are wanted."""
    for run, own in runs:
        recorded = _recorded(run)
        for line in _hits(run):
            name, smiles = (unescape_cell(line.get(of, "")) for of in ("compound_id", "smiles"))
            if is_wanted(name, smiles):
                then = _then_of(run, own.library, line, kept)
                shown = _Shown(line["key"], then, _known_decisions(recorded, line["key"], then))
                found.add(shown, (), inchi_key(smiles) if with_inchikey else "")


def _kept_cells(screen: Screen) -> list[str]:
    """Return the columns of a hit list that are compared, but for price and stock."""
    ends = ("", "_lo", "_hi")
    names = [term.name for term in screen.objective.primary]
    near = [column_name(name, end) for name in names for end in ("smiles", "value")]
    return [*(f"{task}{end}" for task in screen.objective.tasks for end in ends), *near]


def _hits(run: RunFolder) -> list[dict[str, str]]:
    """Return the hits of a run; none if its list was changed since."""
    try:
        return [line for line in read_lines(run, HITS) if is_key(line.get("key", ""))]
    except ChangedFileError:
        return []


def _recorded(run: RunFolder) -> list[DecidedCompound]:
    """Return what a run recorded of decided compounds; nothing if that was changed since."""
    try:
        found = read_decided(run.folder, run.manifest.files.get(DECIDED_FILE))
    except InputError:
        return []
    return [] if found is None else [one for one in found.compounds if is_key(one.key)]


def _known_decisions(
    recorded: Sequence[DecidedCompound], key: str, then: ShownThen
) -> frozenset[tuple[str, str]]:
    """Return the decisions, with their dates, that a run knew about a hit or its ID."""
    return frozenset(
        (one.decision, one.date)
        for one in recorded
        if one.key == key or one.compound_id == then.compound_id
    )


def _then_of(
    run: RunFolder, library: str, line: Mapping[str, str], kept: Sequence[str]
) -> ShownThen:
    return ShownThen(
        run=run.folder.name,
        finished=run.manifest.finished,
        library=library,
        compound_id=unescape_cell(line.get("compound_id", "")),
        smiles=unescape_cell(line["smiles"]),
        standardizer=run.manifest.standardizer,
        cells={name: unescape_cell(line[name]) for name in kept if name in line},
        measured=run.manifest.measured,
    )
