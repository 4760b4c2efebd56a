"""One event of a campaign, and its line in the log.

A line holds the event, the hash of the line before, and a hash over both. Every byte of a line can
be made again from what it says, so that any change of one is found, also in the last line.
"""

import json
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field

from chem.disk.bounded_read import parse_json
from screening.storage.json_shapes import Hash, PathInside, Shape, check_shape

FIRST = "0" * 64
"""The hash before the first line."""
Number = Annotated[str, Field(pattern=r"^\d{3,9}$")]


class Input(Shape):
    """A file that a user gave."""

    name: str
    """Its name then."""
    kept_as: PathInside
    """Its copy, from the folder of the event."""
    sha256: Hash


class ReadAs(Shape):
    """What the user said of the files, by the options of `hitlist results`."""

    value_column: str | None
    decimal: str | None
    units: str | None
    direction: str | None
    """The change of the signal with inhibition."""
    plates: list[str]
    """Other names of plates, such as ``BC0017=kinase_P1``, in alphabetical order."""
    accepted: list[str]
    """What was accepted in spite of a suspicion, in alphabetical order."""


class ErrorCurve(Shape):
    """The correlation of two compounds' errors by their similarity, as a bundle's card has it."""

    similarities: list[float]
    """Ascending; at least one."""
    series: list[float]
    """The correlation at each of these similarities."""


class Registered(Shape):
    """What the run and its model said about a target before the assay, beside the predictions."""

    unit: str
    """Of the predictions."""
    level: float | None
    """The pActivity at which the primary term has half of its desirability: from there on a
    compound counts as active. None for predictions of another unit."""
    correlations: ErrorCurve | None
    """None if the bundle's card has none, or the bundle is gone."""


class Event(Shape):
    """Results that were kept at one time."""

    number: Number
    """From 001; the name of its folder in ``results/``."""
    time: str
    """UTC, such as ``2026-01-31T12:00:00Z``."""
    what: Literal["results"] = "results"
    run: str
    """The id of the run that picked the compounds."""
    run_name: str
    """The name of the run's folder."""
    screen: str
    task: str
    """The predicted column of the target."""
    target: str
    kind: Literal["plates", "compounds"]
    """``plates``: signals of wells; ``compounds``: final values."""
    plates: list[str]
    """The plates of which wells are kept; empty for final values."""
    ranks: list[int]
    """The compounds with a value, by their rank in the run."""
    supersedes: list[Number]
    """Earlier events of which plates or values are replaced."""
    withdraws: list[Number]
    """Those of them of which nothing counts any more: their files are read otherwise now."""
    options: ReadAs
    inputs: list[Input]
    registered: Registered | None = None
    """None if it was not recorded."""
    files: dict[PathInside, Hash]
    """Hash of every file of the event, by its path from the event's folder."""
    summary: str
    """One line for people."""


class HeldOut(Shape):
    """The held-out results on which a promotion was decided."""

    results: int
    """Exact results of the newest event of each target; no model of the comparison knew them."""
    events: list[Number]
    rmse: float
    """Root mean squared error of the promoted kind of model, made from earlier events only."""
    rmse_before: float
    """That of the model that was current."""
    gain: float
    """1 - rmse / rmse_before."""
    gain_lo: float
    """The lower end of its 90 % interval, by a bootstrap of compounds with all their results."""
    gain_hi: float
    coverage: float
    """Share of the results in the 90 % interval of the promoted kind of model."""
    margin: float
    """The gain that was asked for."""


class ModelEvent(Shape):
    """A change of the current model of a campaign."""

    number: Number
    """The number of its line. Model events have no folder in ``results/``."""
    time: str
    what: Literal["promoted", "rolled back", "chosen"]
    model: Number
    """The model that is current from now on, the name of its folder in ``models/``."""
    sha256: Hash
    """The content hash of the bundle in that folder."""
    replaced: Number
    """The model that was current before."""
    replaced_sha256: Hash
    how: Literal["moved", "retrained", ""]
    """How a promoted model was made; empty for a roll back."""
    base: str
    """The bundle from which it was made, as it was named; empty for a roll back."""
    base_sha256: Hash
    """The content hash of the base; that of the current model for a roll back."""
    held_out: HeldOut | None
    """None for a roll back."""
    files: dict[PathInside, Hash]
    """Hash of every file that was added, by its path from ``models/``."""
    summary: str
    """One line for people."""


AnyEvent = Event | ModelEvent


class _Line(Shape):
    event: dict[str, Any]
    before: Hash
    sha256: Hash


def write_line(event: AnyEvent, before: str) -> tuple[str, str]:
    """Return the line of an event, with its line end, and the hash of the line."""
    content = event.model_dump()
    digest = sha256(f"{before}\n{_text(content)}".encode()).hexdigest()
    return f"{_text({'event': content, 'before': before, 'sha256': digest})}\n", digest


def read_line(line: bytes, before: str) -> tuple[AnyEvent, str]:
    """Read a line that follows one with the hash ``before``; return its event and its hash.

    Raises:
        ValueError: The line is not exactly what its event gives, or follows another line.
    """
    found = check_shape(_Line, parse_json(line))
    event: AnyEvent
    if found.event.get("what") == "results":
        event = check_shape(Event, found.event)
    else:
        event = check_shape(ModelEvent, found.event)
    if found.before != before:
        raise ValueError("it does not follow the line before it")
    expected, digest = write_line(event, before)
    if expected.encode() != line:
        raise ValueError("its hash does not fit its text")
    return event, digest


def _text(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
