"""The section of ``report.html`` on the changes since the last run, from the run's own facts.

The facts are kept in the run's ``changes.json``. So the section can be made again even if the run
with which it was compared is gone.
"""

from typing import NamedTuple

from markupsafe import Markup

from chem.disk.bounded_read import parse_json
from chem.errors import InputError
from chem.structure.inchi_key import inchi_key
from screening.hits.table import HitTable
from screening.report.report import SHOWN, page_template
from screening.report.report_data import as_json
from screening.storage.json_shapes import Count, Manifest, Shape, check_shape

CHANGES, FACTS = "changes.csv", "changes.json"
"""The files of a run on its changes since the last run. A first run has no ``changes.csv``."""
NAMED = 5
"""The most compounds of one kind that the section names beside their number."""
_SECTION, _DATA = "<!-- since the last run -->", "<!-- data of the last run -->"
"""The places in ``report.html`` that are filled. No text of a library can hold them."""


class Number(Shape):
    """A number with its name."""

    name: str
    count: Count


class Kind(Shape):
    """The changes of one kind, such as those that entered, with their causes."""

    name: str
    count: Count
    causes: list[Number]


class Compared(Shape):
    """A count of the last run and of this one."""

    name: str
    before: Count
    now: Count


class LastRun(Shape):
    """The run with which a run was compared."""

    folder: str
    """The name of its folder."""
    run_id: str
    finished: str


class ShownChange(Shape):
    """A change that the section lists."""

    change: str
    compound_id: str
    name: str
    rank_before: str
    rank_now: str
    cause: str
    decision: str
    decision_comment: str


class Mark(Shape):
    """What the tile of a hit shows beside its columns."""

    rank: str
    change: str
    """``entered``, or ``moved from 7``; empty for a hit that stayed."""
    cause: str
    decision: str
    decision_comment: str


class GivenDecision(Shape):
    """A line of the file of decisions about one of the compounds of this run."""

    compound_id: str
    inchikey: str
    decision: str
    comment: str
    date: str
    by: str


class DecisionFacts(Shape):
    """What the file of decisions held."""

    problem: str
    """The reason that it could not be read; empty without one."""
    used: list[GivenDecision]
    """The decisions about hits, and about compounds that entered, left or moved."""
    hits: list[Number]
    """How many hits have each decision."""
    left: Count
    """How many compounds that left have one."""
    others: Count
    """How many decisions are about other compounds."""
    names: list[str]
    """The first of these compounds."""


class Since(Shape):
    """The content of ``changes.json``: a run compared with the last one."""

    ranks: str
    """The name of the run whose scores were ranked again; empty for a run that scored."""
    last: LastRun | None
    """None for the first run of a screen in its folder."""
    problem: str
    """The reason that the runs could not be compared; empty if they were."""
    counts: list[Compared]
    kinds: list[Kind]
    stable: Count
    """The number of hits with the same rank in both runs."""
    notes: list[str]
    shown: list[ShownChange]
    steady_runs: Count
    """The number of last runs, this one among them, whose hits were read; 7 at most."""
    steady_hits: Count
    """The number of hits that were hits in all of them."""
    decisions: DecisionFacts
    marks: list[Mark]

    @property
    def first(self) -> bool:
        """True for the first run of a screen in its folder."""
        return self.last is None and not self.ranks

    @property
    def changed(self) -> int:
        """The number of changes; ``changes.csv`` has all of them."""
        return sum(kind.count for kind in self.kinds)


class Stamp(NamedTuple):
    """What identifies a run in its report."""

    run_id: str
    finished: str
    library: str
    sha256: str
    rows: int

    @property
    def when(self) -> str:
        """The time to the minute, such as ``2026-01-31 02:04 UTC``."""
        return spoken_time(self.finished)


def stamp_of(run_id: str, manifest: Manifest) -> Stamp:
    """Return what identifies a run; ``run_id`` is that of its folder."""
    library = manifest.library if isinstance(manifest.library, dict) else {}
    name, digest = (str(library.get(key, "")) for key in ("name", "sha256"))
    return Stamp(run_id, manifest.finished, name, digest, manifest.counts.get("rows", 0))


def spoken_time(finished: str) -> str:
    """Return a time of a manifest to the minute.

    >>> spoken_time("2026-01-31T02:04:05+00:00"), spoken_time("")
    ('2026-01-31 02:04 UTC', 'an unknown time')
    """
    if not finished:
        return "an unknown time"
    return f"{finished[:10]} {finished[11:16]} UTC" if finished.endswith("+00:00") else finished


def read_since(content: bytes) -> Since:
    """Read ``changes.json``; raise InputError, one line, if it is damaged."""
    try:
        return check_shape(Since, parse_json(content))
    except ValueError as error:
        raise InputError(f"{FACTS} is damaged ({error}); run the screen again") from None


def insert_since(page: str, since: Since, stamp: Stamp, table: HitTable) -> str:
    """Return a report with the section on the last run, and with marks at its hits.

    Args:
        page: The page of ``render_report``.
        since: The facts of the comparison.
        stamp: What identifies the run.
        table: The hits.
    """
    for place in (_SECTION, _DATA):
        if page.count(place) != 1:
            raise ValueError(f"the report has {page.count(place)} places {place!r}, expected 1")
    section = page_template("last_run.html", "screening.report").render(
        since=since,
        stamp=stamp,
        when="" if since.last is None else spoken_time(since.last.finished),
        table=CHANGES,
        named=NAMED,
        ids={cells["compound_id"] for cells in table.first(SHOWN).records()},
    )
    data = {
        "marks": [mark.model_dump() for mark in since.marks],
        "keys": [inchi_key(cells["smiles"]) for cells in table.first(SHOWN).records()],
    }
    block = Markup('<script type="application/json" id="since">{}</script>').format(
        Markup(as_json(data))
    )
    return page.replace(_SECTION, section, 1).replace(_DATA, block, 1)
