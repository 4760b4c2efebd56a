"""The hits as one table of text, from which all output files take their cells."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from chem.features.properties import PROPERTIES
from gnn.bundle.inactivity_columns import IF_ACTIVE, P_INACTIVE
from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.derived_columns import Derived, HitNumbers, derived_columns
from screening.hits.dose_range import tell_doses
from screening.hits.expected_actives import tell_expected
from screening.hits.hit_rows import hit_rows
from screening.objective.screen_settings import Screen
from screening.reason.measurements import ENDS, Contradiction, column_name, neighbour_cells
from screening.reason.other_targets import Comparison, compared_targets
from screening.reason.panel_profile import Profile, profiles_of
from screening.reason.pick import HIT_PROBABILITY, KNOWLEDGE
from screening.reason.reason import contradictions, doubts, not_assessed, reason
from screening.reason.risks import bad_liabilities, count_groups
from screening.reason.sentence import HitFacts
from screening.score.card_facts import CardFacts
from screening.score.predicted_columns import PROBABILITY, unit_of
from screening.score.target_panel import TargetPanel
from screening.text.applicability import Outside
from screening.text.cells import Figures, format_number
from screening.text.digits import PROBABILITY_DECIMALS, digits_of

Group = Literal[
    "identity",
    "score",
    "prediction",
    "efficiency",
    "others",
    "panel",
    "domain",
    "neighbours",
    "alerts",
    "property",
    "structure",
    "input",
    "vendor",
]
"""Groups of columns, in order."""
PROPERTY_DECIMALS = {"mw": 2, "logp": 2, "tpsa": 1, "qed": 2, "sa_score": 1}
"""Decimals of properties; others are counts."""
VENDOR_PREFIX = "vendor_"
"""Prefix of a vendor's column if its name is taken."""

UNNAMED = "vendor_column"
"""Name of a vendor's column without one: SD fields and spreadsheets need a name."""


Digits = int | Figures | None
"""The digits of a column's numbers; None for text."""


class Column(NamedTuple):
    """One column of the hit list."""

    name: str
    """Header, unique in the table."""
    source: str
    """Column of the ranked frame, or the name of the vendor's field."""
    decimals: int | None
    """Decimals of a number; None for text."""
    group: Group
    is_measurement: bool = False
    """Whether the text is a measured value: a number, or a bound such as ``<5.00``."""
    figures: int | None = None
    """Significant figures of a number without fixed decimals, such as a concentration or a
    prediction of a task that is learned as logarithms."""

    @property
    def is_number(self) -> bool:
        """True if the cells are numbers, or bounds."""
        return self.decimals is not None or self.figures is not None or self.is_measurement


class HitTable(NamedTuple):
    """Hits in rank order. Cells are plain text, not yet escaped for any format."""

    columns: tuple[Column, ...]
    rows: list[list[str]]
    """[hits][columns]"""
    contradictions: tuple[Mapping[str, Contradiction], ...] = ()
    """[hits] measurements that contradict predictions (``reason.contradictions``)."""
    outsides: tuple[tuple[Outside, ...], ...] = ()
    """[hits] bundles whose domain a hit lies outside of."""
    doubts: tuple[tuple[str, ...], ...] = ()
    """[hits] short reasons why predictions are not reliable."""
    risks: tuple[tuple[str, ...], ...] = ()
    """[hits] predicted risks and other bad liabilities, such as ``hERG 0.71``."""
    drugs: tuple[Mapping[str, str], ...] = ()
    """[hits] how each liability compares with approved drugs, in words, by task."""
    groups: tuple[int, ...] = ()
    """[hits] number of atom groups with structural alerts; several alerts can share one group."""
    comparisons: tuple[tuple[Comparison, ...], ...] = ()
    """[hits] each primary target beside the other targets of its bundle, if it has any."""
    derived: tuple[Derived, ...] = ()
    """The columns that were computed from other columns."""
    panel: TargetPanel | None = None
    """The panel of the screen; None without one."""
    profiles: Sequence[Profile] = ()
    """[hits] the predictions on the targets of the panel; empty without one."""
    expected: tuple[str, ...] = ()
    """How many hits are expected to be active, a sentence for each primary target if known, and how
    many are predicted beyond the doses of their plates."""
    not_assessed: tuple[tuple[str, ...], ...] = ()
    """[hits] what cannot be assessed (``reason.not_assessed``)."""

    def first(self, size: int) -> "HitTable":
        """Return the table of the first hits."""
        return self._replace(
            rows=self.rows[:size],
            contradictions=self.contradictions[:size],
            outsides=self.outsides[:size],
            doubts=self.doubts[:size],
            risks=self.risks[:size],
            drugs=self.drugs[:size],
            groups=self.groups[:size],
            comparisons=self.comparisons[:size],
            profiles=self.profiles[:size],
            not_assessed=self.not_assessed[:size],
        )

    def records(self) -> list[dict[str, str]]:
        """Return each row as ``{header: cell}``."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def hit_table(
    hits: pd.DataFrame,
    screen: Screen,
    units: Mapping[str, str],
    extra_columns: Sequence[str] = (),
    evidence: Sequence[Evidence] | None = None,
    cards: CardFacts | None = None,
    panel: TargetPanel | None = None,
) -> HitTable:
    """Lay out ranked hits in the documented order of columns.

    Args:
        hits: ``Ranking.hits`` of a scored frame with ``compound_id, name, smiles, input_smiles,
            changes`` (texts) and ``extra`` (a JSON object or a dict of the vendor's fields). The
            columns ``picked_by, list_rank, alerts, qed, sa_score, scaffold, cluster, stereo,
            variant_of, key`` are optional, and so are those of inactivity
            (:mod:`gnn.bundle.inactivity_columns`).
        screen: the screen.
        units: unit of each predicted task. See ``digits_of`` for their digits.
        extra_columns: order of the vendor's columns in the library. Other fields follow in order
            of appearance.
        evidence: evidence of each hit, in order. Without it there are no columns of neighbours.
        cards: what the cards of the models say, for ``reason``.
        panel: the panel of the screen. Without all of its columns there are none that follow from
            it.
    """
    known = evidence if evidence is not None else [Evidence({}, (), ())] * len(hits)
    extras = (
        [_extra(value) for value in hits["extra"]] if "extra" in hits else [{} for _ in hits.index]
    )
    vendor = dict.fromkeys([*extra_columns, *(key for extra in extras for key in extra)])
    panel = panel if panel is not None and {*panel.columns} <= {*hits} else None
    names = set(map(str, hits))
    others = compared_targets(names, screen, units)
    derived = derived_columns(names, screen, units, others, panel)
    columns = list(_own_columns(hits, screen, units, derived, evidence is not None))
    taken = {column.name for column in columns}
    for field in vendor:
        name = field if field.strip() else UNNAMED
        while name in taken:
            name = VENDOR_PREFIX + name
        taken.add(name)
        columns.append(Column(name, field, None, "vendor"))
    cards = cards or CardFacts()
    rows, against, outsides, doubted, risky, drugs, groups, compared, unknown = (
        [] for _ in range(9)
    )
    profiles = profiles_of(hits, panel) if panel is not None else ()
    each = profiles or [None] * len(hits)
    for hit, extra, one, profile in zip(hit_rows(hits), extras, known, each, strict=True):
        more = (cards.drugs, cards.correlations)
        facts = HitFacts(hit, screen, units, cards.limits, one.neighbours, one.flags, *more)
        against.append(contradictions(facts))
        outsides.append(tuple(facts.outsides.values()))
        doubted.append(tuple(doubts(facts)))
        unknown.append(tuple(not_assessed(facts)))
        risky.append(tuple(bad_liabilities(facts)))
        drugs.append(facts.among_drugs)
        groups.append(count_groups(one.flags))
        compared.append(tuple(other.compare(hit) for other in others))
        numbers = HitNumbers(hit, {found.name: found for found in compared[-1]}, profile)
        cells = {column.name: column.value(numbers) for column in derived}
        why = "; ".join(filter(None, (str(hit.get("shown_again", "")), reason(facts))))
        cells |= {"reason": why, **_neighbour_cells(one.neighbours, screen, units)}
        rows.append([_cell(hit, cells, extra, column) for column in columns])
    told = (tuple(against), tuple(outsides), tuple(doubted), tuple(risky), tuple(drugs))
    last = (tuple(groups), tuple(compared), derived, panel, profiles)
    expected = (
        *tell_expected(hits, screen, units, cards.correlations, cards.limits),
        *tell_doses(hits, screen, units),
    )
    return HitTable(tuple(columns), rows, *told, *last, expected, tuple(unknown))


def distance_columns(hits: pd.DataFrame, screen: Screen) -> list[str]:
    """Return the columns of distances to training compounds, such as ``activity_distance``."""
    own = {*screen.objective.tasks, *screen.objective.columns}
    return [name for name in map(str, hits) if name.endswith("_distance") and name not in own]


def _own_columns(
    hits: pd.DataFrame,
    screen: Screen,
    units: Mapping[str, str],
    derived: Sequence[Derived],
    neighbours: bool,
) -> Iterator[Column]:
    identity = {"rank": 0, "compound_id": None, "smiles": None, "score": 4, "name": None}
    yield from _columns("identity", identity)
    picked = {"picked_by": None, "list_rank": 0, HIT_PROBABILITY: 3, KNOWLEDGE: 2}
    yield from _present(hits, "identity", picked)
    yield from _columns("identity", {"reason": None})
    own: dict[str, Digits] = {
        f"{term.name}{end}": digits_of(term.task, screen, units)
        for term in screen.objective.primary
        for end in ("", "_std", "_lower")
    }
    for name in screen.objective.columns:
        yield _column(name, own.get(name, 3 if name.startswith("d_") else 2), "score")
    for task in screen.objective.tasks:
        digits = digits_of(task, screen, units)
        ends = {f"{task}{end}": digits for end in ("", "_std", "_lo", "_hi")}
        chance: dict[str, Digits] = {f"{task}{P_INACTIVE}": PROBABILITY_DECIMALS}
        yield from _present(hits, "prediction", ends | chance | {f"{task}{IF_ACTIVE}": digits})
        yield from _derived(one for one in derived if (one.group, one.task) == ("prediction", task))
    yield from _derived(one for one in derived if one.group != "prediction")
    for name in distance_columns(hits, screen):
        yield Column(name, name, 2, "domain")
    for term in screen.objective.primary if neighbours else ():
        for end in ENDS:
            name = column_name(term.name, end)
            two = 2 if end == "similarity" else None
            yield Column(name, name, two, "neighbours", is_measurement=end == "value")
    yield from _present(hits, "alerts", {"alerts": None})
    properties = (*PROPERTIES, "qed", "sa_score")
    rounded = {name: PROPERTY_DECIMALS.get(name, 0) for name in properties}
    yield from _present(hits, "property", rounded)
    structure = {"scaffold": None, "cluster": 0, "stereo": None, "variant_of": None}
    yield from _present(hits, "structure", structure)
    yield from _present(hits, "input", {"key": None})
    yield from _columns("input", {"changes": None, "row": 0, "input_smiles": None})


def _derived(columns: Iterable[Derived]) -> Iterator[Column]:
    for one in columns:
        yield Column(one.name, one.name, one.decimals, one.group, figures=one.figures)


def _present(hits: pd.DataFrame, group: Group, digits: Mapping[str, Digits]) -> Iterable[Column]:
    """Yield the columns of these names that the frame has."""
    return _columns(group, {name: n for name, n in digits.items() if name in hits})


def _columns(group: Group, digits: Mapping[str, Digits]) -> Iterable[Column]:
    return (_column(name, n, group) for name, n in digits.items())


def _column(name: str, digits: Digits, group: Group) -> Column:
    if isinstance(digits, Figures):
        return Column(name, name, None, group, figures=digits.number)
    return Column(name, name, digits, group)


def _neighbour_cells(
    known: Mapping[str, Sequence[Neighbour]], screen: Screen, units: Mapping[str, str]
) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for term in screen.objective.primary:
        is_class = unit_of(term.task, screen, units) == PROBABILITY
        digits = digits_of(term.task, screen, units)
        cells |= neighbour_cells(term.name, known.get(term.task, ()), digits, is_class)
    return cells


def _cell(
    hit: Mapping[str, Any], made: Mapping[str, Any], extra: Mapping[str, str], column: Column
) -> str:
    """Return the text of a cell: of the vendor's, of those made here, or of the ranked frame."""
    if column.group == "vendor":
        return extra.get(column.source, "")
    value = made[column.source] if column.source in made else hit[column.source]
    if column.decimals is not None:
        return "" if value is None else format_number(value, column.decimals)
    if column.figures is not None and not isinstance(value, str):
        return format_number(value, Figures(column.figures))
    if column.source == "changes":
        return "; ".join(value)
    return str(value)


def _extra(value: str | Mapping[str, str]) -> Mapping[str, str]:
    loaded: Mapping[str, str] = json.loads(value) if isinstance(value, str) else value
    return {str(key): str(text) for key, text in loaded.items()}
