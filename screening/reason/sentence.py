"""The facts, phrases and order of phrases behind the reason of a hit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from screening.evidence.evidence import Flag, Neighbour
from screening.objective.screen_settings import Screen
from screening.objective.terms import Prediction
from screening.score.card_facts import DrugQuantiles, ErrorCorrelations
from screening.score.predicted_columns import Limits, bundle_of, distance_column, unit_of
from screening.text.applicability import Outside, outside_of
from screening.text.drug_percentile import among_drugs, percent_below

ATerm = TypeVar("ATerm", bound=Prediction)


@dataclass(frozen=True)
class HitFacts:
    """The known facts of a hit. Facts that are not given are left out of its reason."""

    row: Mapping[str, Any]
    """Its row of the ranked frame."""
    screen: Screen
    units: Mapping[str, str]
    """Unit of each predicted task."""
    limits: Limits = field(default_factory=dict)
    neighbours: Mapping[str, Sequence[Neighbour]] = field(default_factory=dict)
    """Measured compounds of each primary task, nearest first."""
    flags: Sequence[Flag] = ()
    """Structural alerts with their atoms."""
    drugs: DrugQuantiles = field(default_factory=dict)
    correlations: Mapping[str, ErrorCorrelations] = field(default_factory=dict)
    """How errors go together, by bundle."""

    @property
    def smiles(self) -> str:
        """Its standardized structure."""
        return str(self.row["smiles"])

    def number(self, column: str) -> float:
        """Return the number in a column."""
        return float(self.row[column])

    def near(self, term: Prediction) -> Sequence[Neighbour]:
        """Return the measured compounds of a term's task, nearest first."""
        return self.neighbours.get(term.task, ())

    def unit_of(self, term: Prediction) -> str:
        """Return the unit of a term's task."""
        return unit_of(term.task, self.screen, self.units)

    def distance(self, term: Prediction) -> float | None:
        """Return the distance to the training compounds of a term's model; None if unknown."""
        distance = self.row.get(distance_column(term.task, self.limits))
        return None if distance is None else float(distance)

    def shared(self, one: Prediction, other: Prediction) -> float:
        """Return the correlation of the errors of two terms: 0 if unknown, or of two bundles."""
        bundles = {bundle_of(term.task, self.limits) for term in (one, other)}
        known = self.correlations.get(min(bundles)) if len(bundles) == 1 else None
        return (known.targets or 0.0) if known is not None else 0.0

    @cached_property
    def outsides(self) -> dict[str, Outside]:
        """The domains that the hit lies outside of, by bundle."""
        return outside_of(self.row, self.limits)

    def percent_of_drugs(self, term: Prediction) -> float | None:
        """Return how many percent of the approved drugs are predicted lower; None if unknown."""
        quantiles = self.drugs.get(term.task)
        return None if not quantiles else percent_below(self.number(term.task), quantiles)

    @property
    def among_drugs(self) -> dict[str, str]:
        """How each liability compares with approved drugs, by task; none outside its domain."""
        inside = (term for term in self.screen.objective.liabilities if not self.is_outside(term))
        found = {term.task: self.percent_of_drugs(term) for term in inside}
        return {task: among_drugs([one]) for task, one in found.items() if one is not None}

    def is_outside(self, term: Prediction) -> bool:
        """Tell whether the hit lies outside the domain of a term's model."""
        return bundle_of(term.task, self.limits) in self.outsides

    def by_outside(self, terms: Iterable[ATerm]) -> dict[Outside, list[ATerm]]:
        """Return the terms with a model whose domain the hit lies outside of, by domain."""
        found: dict[Outside, list[ATerm]] = {}
        for term in terms:
            if self.is_outside(term):
                bundle = bundle_of(term.task, self.limits)
                found.setdefault(self.outsides[bundle], []).append(term)
        return found


class Place(IntEnum):
    """The place of a phrase in the sentence."""

    VERDICT = 0
    """The grade of a primary target, a contradiction, or a note that it is not reliable. It comes
    first, so it survives truncation."""
    STRENGTH = 1
    FACT = 2
    """Neither good nor bad."""
    WARNING = 3


class Phrase(NamedTuple):
    """A phrase of the sentence."""

    place: Place
    text: str


Phrases = Iterator[Phrase]


def joined(phrases: Iterable[Phrase]) -> str:
    """Join phrases into one sentence, sorted by place and otherwise in the given order.

    >>> joined([Phrase(Place.WARNING, "hERG risk 0.71"), Phrase(Place.VERDICT, "potent on EGFR")])
    'potent on EGFR; hERG risk 0.71'
    """
    return "; ".join(phrase.text for phrase in sorted(phrases, key=lambda phrase: phrase.place))


def listed(names: Sequence[str]) -> str:
    """Join names as a list in words.

    >>> listed(["AURKA"]), listed(["AURKA", "CDK2", "INSR"])
    ('AURKA', 'AURKA, CDK2 and INSR')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
