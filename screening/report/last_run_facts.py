"""The content of ``changes.json``: what a run tells of the last run of its screen."""

from pydantic import Field

from chem.disk.bounded_read import parse_json
from chem.errors import InputError
from screening.storage.json_shapes import Count, Shape, check_shape

CHANGES, FACTS = "changes.csv", "changes.json"
"""The files of a run on its changes since the last run. A first run has no ``changes.csv``."""


class Number(Shape):
    """A number with its name."""

    name: str
    count: Count


class Kind(Shape):
    """The changes of one kind, such as those that entered, with their causes."""

    name: str
    count: Count
    causes: list[Number]
    by_others: Count = 0
    """How many have their old score, and moved only because of other compounds."""


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


class Elsewhere(Shape):
    """The newest run of the screen on another library, with which a run is not compared."""

    folder: str
    finished: str
    library: str
    """The library of that run, as its screen names it."""
    own: str
    """The library of this run, in the same way."""


class CellChanges(Shape):
    """How many hits have another price, or another stock, than in the library of the last run."""

    column: str
    changed: Count
    hits: Count
    """The number of all hits."""
    first: list[str] = Field(default_factory=list)
    """The first of them with both cells; prices with the largest ratio come first."""


class LeftHit(Shape):
    """A compound that left, for links to it in older reports."""

    compound_id: str
    inchikey: str
    rank_before: str
    cause: str


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
    score_before: str = ""
    score_now: str = ""
    detail: str = ""


class Mark(Shape):
    """What the tile of a hit shows beside its columns."""

    rank: str
    change: str
    """``entered``, or ``moved from 7``; empty for a hit that stayed."""
    cause: str
    decision: str
    decision_comment: str
    price: str = ""
    """The old price and the new one; empty if it is the same or not known."""
    was: str = ""
    """The old price, if it changed."""
    stock: str = ""
    """The old stock and the new one; empty if it is the same or not known."""
    record: str = ""
    """The records if another one stands for the hit, with their prices."""


class GivenDecision(Shape):
    """A line of the file of decisions about one of the compounds of this run."""

    compound_id: str
    inchikey: str
    decision: str
    comment: str
    date: str
    by: str
    key: str = ""
    """The registration key, if the ID is that of another run."""


class OldId(Shape):
    """An ID that a hit had in an earlier run, for links to it."""

    compound_id: str
    rank: str
    """The rank of the hit now."""


class OrderDecision(Shape):
    """The cells of a hit in ``lab/order.csv`` about what was decided."""

    rank: str
    decision: str
    comment: str
    shown: str = ""
    """The name of the hit, or its ID if it has none."""


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
    """How many decisions are about IDs that were found nowhere."""
    names: list[str]
    """The first of these IDs."""
    away: Count = 0
    """How many decisions are about compounds that are known and no hits."""
    away_names: list[str] = Field(default_factory=list)
    """The first of these compounds, each with its decision and when it was a hit."""
    left_names: list[str] = Field(default_factory=list)
    """The first of the compounds that left, each with its decision."""
    orders: list[OrderDecision] = Field(default_factory=list)
    """All hits with a decision, by rank."""
    file: str = ""
    """The name of the file."""
    lines: list[GivenDecision] = Field(default_factory=list)
    """All lines of the file, so that the page can export them with its own marks."""


class Since(Shape):
    """The content of ``changes.json``: a run compared with the last one."""

    ranks: str
    """The name of the run whose scores were ranked again; empty for a run that scored."""
    last: LastRun | None
    """None for the first run of a screen on its library in its folder."""
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
    elsewhere: Elsewhere | None = None
    prices: CellChanges | None = None
    stocks: CellChanges | None = None
    records: Count = 0
    """How many hits stayed for which another record stands, with another price or stock."""
    first_records: list[str] = Field(default_factory=list)
    """The first of them, with both records."""
    lines: Count = 0
    """The number of lines of ``changes.csv``."""
    left: list[LeftHit] = Field(default_factory=list)
    same_library: bool = False
    """True if the library's file has the content of the last run's."""
    old_ids: list[OldId] = Field(default_factory=list)
    """The IDs that hits of the page had before, other than those that they have now."""

    @property
    def order_cells(self) -> dict[str, tuple[str, str]]:
        """The decision and its comment for ``lab/order.csv``, by rank."""
        return {one.rank: (one.decision, one.comment) for one in self.decisions.orders}

    @property
    def first(self) -> bool:
        """True for the first run of a screen in its folder."""
        return self.last is None and not self.ranks and self.elsewhere is None

    @property
    def quiet(self) -> bool:
        """True if nothing changed: neither the library nor a hit nor a rank."""
        known = self.last is not None and not self.problem and self.same_library
        return known and not self.changed and not self.notes

    @property
    def changed(self) -> int:
        """The number of compounds that entered, left or moved."""
        return sum(kind.count for kind in self.kinds)

    @property
    def listed(self) -> bool:
        """True if ``changes.csv`` has a line."""
        return bool(self.lines)


def read_since(content: bytes) -> Since:
    """Read ``changes.json``; raise InputError, one line, if it is damaged."""
    try:
        return check_shape(Since, parse_json(content))
    except ValueError as error:
        raise InputError(f"{FACTS} is damaged ({error}); run the screen again") from None
