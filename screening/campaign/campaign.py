"""Opens a campaign folder: the events of its log, and the tables that are current.

    campaign/
        log.jsonl        one line per event, chained by hashes
        results/001/     the first event: input/, wells.csv, compounds.csv, findings.csv
        models/001/      a bundle that is or was current; see ``screening/campaign/models.py``

Nothing in it is ever rewritten. A later event may replace plates or values of an earlier one; the
earlier files stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from chem.disk.bounded_read import read_regular
from chem.errors import InputError
from screening.campaign.event import FIRST, AnyEvent, Event, ModelEvent, read_line, write_line
from screening.campaign.tables import (
    COMPOUNDS,
    FINDINGS,
    WELLS,
    CompoundRow,
    FindingRow,
    WellRow,
    read_compounds,
    read_findings,
    read_wells,
)
from screening.errors import AlteredError

LOG, RESULTS, EVENT = "log.jsonl", "results", "event.json"
"""Names in the folder; ``event.json`` of an event is its line of the log."""
MOST_LOG, MOST_FILE = 256_000_000, 1_000_000_000
"""Bytes of a log and of a file of an event."""
Dated = tuple[Event, CompoundRow]


@dataclass(frozen=True)
class Campaign:
    """A campaign as it was when it was opened; the chain of its log was checked then."""

    folder: Path
    lines: tuple[AnyEvent, ...]
    """All events in order of time; empty for a new campaign."""
    head: str
    """The hash of the last line."""
    without_line: str = ""
    """The number of a folder after the last event's that has no line: that of an event that is
    being written, or whose writer was killed, or whose line was removed. Empty if there is none."""

    @property
    def told_of_folder(self) -> str:
        """A note on the folder without a line; empty if there is none."""
        if not self.without_line:
            return ""
        return (
            f"{self.folder / RESULTS / self.without_line} has no line in {LOG}, so it does not "
            "count: it is unfinished, or its line was removed; the next `hitlist results` that "
            f"keeps something adds the line from its {EVENT}"
        )

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events of results, in order of time."""
        return tuple(one for one in self.lines if isinstance(one, Event))

    @cached_property
    def model_events(self) -> tuple[ModelEvent, ...]:
        """The changes of the current model, in order of time."""
        return tuple(one for one in self.lines if isinstance(one, ModelEvent))

    @property
    def next_number(self) -> str:
        """The number of the next line."""
        return f"{len(self.lines) + 1:03d}"

    def folder_of(self, event: Event) -> Path:
        """Return the folder with the files of an event."""
        return self.folder / RESULTS / event.number

    def wells(self, event: Event) -> list[WellRow]:
        """Return all wells of an event. Raises AlteredError if the file was changed."""
        return read_wells(self.read(event, WELLS))

    def compounds(self, event: Event) -> list[CompoundRow]:
        """Return the values of an event, also superseded ones. Raises AlteredError likewise."""
        return read_compounds(self.read(event, COMPOUNDS))

    def findings(self, event: Event) -> list[FindingRow]:
        """Return the findings of an event. Raises AlteredError likewise."""
        return read_findings(self.read(event, FINDINGS))

    def read(self, event: Event, name: str) -> bytes:
        """Return a file of an event whose hash is that of the log; AlteredError otherwise."""
        path = self.folder_of(event) / name
        try:
            content = read_regular(path, MOST_FILE)
        except OSError as error:
            raise AlteredError(
                f"{path} cannot be read ({error.strerror or error}), expected the file that the "
                "log names; put it back from a backup"
            ) from None
        if sha256(content).hexdigest() != event.files.get(name):
            raise AlteredError(
                f"{path} is not the file that was kept: its hash differs from that in {LOG}; put "
                "it back from a backup"
            )
        return content

    @cached_property
    def valid_events(self) -> list[Event]:
        """The events that no later one withdrew."""
        withdrawn = {number for event in self.events for number in event.withdraws}
        return [event for event in self.events if event.number not in withdrawn]

    @cached_property
    def place_in_time(self) -> dict[str, int]:
        """The place in time of each event by its number, from 0.

        It is that of the first event that had these plates or values: the assay was made then, and
        a correction does not make its results newer.
        """
        found: dict[str, int] = {}
        for at, event in enumerate(self.events):
            found[event.number] = min((found[one] for one in event.supersedes), default=at)
        return found

    @cached_property
    def newest_of_plate(self) -> dict[tuple[str, str, str], Event]:
        """The newest event of each plate, by run id, task and name of the plate.

        A plate may be read for several targets, each with results of its own.
        """
        return {
            (event.run, event.task, plate): event
            for event in self.valid_events
            for plate in event.plates
        }

    @cached_property
    def newest_of_value(self) -> dict[tuple[str, str, int], Event]:
        """The newest event with a final value of each compound, by run id, task and rank."""
        return {
            (event.run, event.task, rank): event
            for event in self.valid_events
            if event.kind == "compounds"
            for rank in event.ranks
        }

    def ranks_that_count(self, event: Event) -> list[int]:
        """Return the compounds of which an event of final values has the newest one."""
        newest = self.newest_of_value
        return [rank for rank in event.ranks if newest.get((event.run, event.task, rank)) is event]

    def plates_that_count(self, event: Event) -> list[str]:
        """Return the plates of which an event is the newest one."""
        newest = self.newest_of_plate
        return [name for name in event.plates if newest.get((event.run, event.task, name)) is event]

    def is_current(self, event: Event) -> bool:
        """Tell whether no plate and no final value of an event was replaced."""
        if event.kind == "compounds":
            return self.ranks_that_count(event) == event.ranks
        return self.plates_that_count(event) == event.plates

    def current_wells(self) -> Iterator[tuple[Event, WellRow]]:
        """Yield the wells of each plate and target from its newest event."""
        for event in self.events:
            if event.kind == "plates":
                for row in self.wells(event):
                    if self.newest_of_plate.get((event.run, event.task, row.plate)) is event:
                        yield event, row

    def current_values(self) -> list[Dated]:
        """Return the newest value of each compound, by run, target and kind of event.

        A value counts only if no plate behind it was replaced by a later event. A row without a
        value takes the place of a value only if its wells were used, such as those of a curve that
        could not be fitted: a plate that was refused, or left empty, says nothing.
        """
        found: dict[tuple[str, str, str, int], Dated] = {}
        for event in self.valid_events:
            for row in self.compounds(event):
                plates = {well.partition(":")[0] for well in row.wells.split(" ") if ":" in well}
                keys = ((event.run, event.task, name) for name in plates)
                newest = (self.newest_of_plate.get(key) for key in keys)
                is_current = event.kind == "compounds" or all(one is event for one in newest)
                if is_current and (row.qualifier or plates):
                    found[event.run, event.task, event.kind, row.rank] = (event, row)
        return [one for one in found.values() if one[1].qualifier]

    def check_files(self) -> list[str]:
        """Return the faults of the files of results against the log; empty if there are none."""
        faults: list[str] = []
        before = FIRST
        for event in self.lines:
            line, before = write_line(event, before)
            faults += self._check_event(event, line) if isinstance(event, Event) else []
        return faults

    def _check_event(self, event: Event, line: str) -> list[str]:
        """Return the faults of the files of one event, whose line is given."""
        faults = self._check_copy(event, line)
        for name in event.files:
            try:
                self.read(event, name)
            except AlteredError as error:
                faults.append(str(error))
        folder = self.folder_of(event)
        known = {*event.files, EVENT}
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        return faults + [f"{folder / name} is not in the log" for name in sorted(there - known)]

    def _check_copy(self, event: Event, line: str) -> list[str]:
        """Return the fault of an event's copy of its line, if there is one."""
        path = self.folder_of(event) / EVENT
        try:
            if read_regular(path, MOST_LOG) == line.encode():
                return []
        except OSError as error:
            return [f"{path} cannot be read ({error.strerror or error})"]
        return [f"{path} is not line {int(event.number)} of {LOG}; put it back from a backup"]


def is_campaign(folder: Path) -> bool:
    """Tell whether a folder has the log of a campaign."""
    return (folder / LOG).is_file()


def open_campaign(folder: Path) -> Campaign:
    """Open a campaign for reading; nothing is locked or written.

    Raises:
        InputError: The folder is no campaign.
        AlteredError: A line of the log was changed, or events and folders do not fit.
    """
    if not is_campaign(folder):
        raise InputError(
            f"{folder} holds no campaign (it has no {LOG}); keep results there with "
            f"`hitlist results RUN FILE --campaign {folder}`"
        )
    found = read_log(folder)
    names = numbered(folder)
    extra = sorted(names - {event.number for event in found.events}, key=int)
    # One more folder may be that of an event that is being written.
    if extra and extra != [found.next_number]:
        raise AlteredError(
            f"{folder / RESULTS} has {', '.join(extra)}, which {LOG} does not name: lines of the "
            "log were removed; put it back from a backup"
        )
    return replace(found, without_line="".join(extra))


def read_log(folder: Path) -> Campaign:
    """Read the log and check its chain; an empty campaign if there is none.

    Raises AlteredError, with the line, if the chain is broken, or a folder of an event is gone.
    """
    path = folder / LOG
    try:
        content = read_regular(path, MOST_LOG) if path.exists() else b""
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error})") from None
    events: list[AnyEvent] = []
    before = FIRST
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        try:
            event, before = read_line(line, before)
            if event.number != f"{number:03d}":
                raise ValueError(f"it has the number {event.number}")
        except (ValueError, UnicodeDecodeError) as error:
            raise AlteredError(
                f"{path}, line {number} is not what was written ({error}); put the log back from a "
                "backup: nothing is read from it or added to it as it is"
            ) from None
        events.append(event)
    found = Campaign(folder, tuple(events), before)
    gone = {event.number for event in found.events} - numbered(folder)
    if gone:
        first = min(gone, key=int)
        raise AlteredError(
            f"{folder / RESULTS / first} is gone, expected the files of line {int(first)} of "
            f"{LOG}; put it back from a backup"
        )
    return found


def numbered(folder: Path) -> set[str]:
    """Return the names of the folders of events."""
    results = folder / RESULTS
    if not results.is_dir():
        return set()
    return {one.name for one in results.iterdir() if one.name.isdigit() and one.is_dir()}
