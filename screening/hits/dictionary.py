"""What each column of a hit list says, in plain English, with its unit, range and source.

``columns.csv`` and the workbook have it of the columns of a run's ``hits.csv``, in their order.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from chem.assess.accessibility import ACCESSIBILITY
from chem.assess.alerts import CITATIONS, SOURCES
from chem.assess.clusters import SIMILAR
from chem.assess.costly_properties import COSTLY
from chem.features.properties import PROPERTIES
from screening.hits.table import Column, HitTable
from screening.objective.screen_settings import Screen
from screening.reason.measurements import ENDS, column_name
from screening.score.predicted_columns import (
    PACTIVITY,
    PROBABILITY,
    Limits,
    bundle_of,
    has_interval,
    unit_of,
)
from screening.text.words import ALERTS, describe_objective, endpoint

_CITED = re.compile(r"^(?P<what>.*), (?P<source>[^,]+ \d{4} \(doi [^()]+\))$")
_BUNDLE = "the bundle's card: hitlist bundles show "
_GUARD = (
    "In CSV files a text that a spreadsheet would run has one apostrophe before it; take it off."
)
_ECFP4 = "ECFP4, Rogers 2010 (doi 10.1021/ci100050t)"


class Meaning(NamedTuple):
    """What a column says, apart from how it is written."""

    text: str
    """Plain English."""
    unit: str = ""
    range: str = ""
    source: str = ""
    """Where the definition comes from."""


class Definition(NamedTuple):
    """One row of ``columns.csv``."""

    column: str
    group: str
    type: str
    """``text``, ``whole number``, ``number``, or ``number or bound`` (``<5.00``)."""
    unit: str
    decimals: str
    """Decimals that numbers are rounded to."""
    range: str
    meaning: str
    source: str


def define_columns(
    table: HitTable,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
) -> tuple[Definition, ...]:
    """Return one definition for each column of a table, in its order.

    calibrated: the tasks with a 90 % interval; see ``has_interval``. Raises ValueError for a
    column of ours that has no meaning here.
    """
    known = dict(_meanings(table, screen, units, calibrated))
    found = []
    for column in table.columns:
        if column.group == "vendor":
            text = f"The library's own column {column.source}"
            text = text if column.source else "A column without name"
            meaning = Meaning(f"{text}, as it came. {_GUARD}", source="the library")
        elif column.name in known:
            meaning = known[column.name]
        else:
            raise ValueError(f'the column "{column.name}" has no meaning in the data dictionary')
        decimals = "" if column.decimals is None else str(column.decimals)
        written = (column.name, column.group, _type(column), meaning.unit, decimals)
        found.append(Definition(*written, meaning.range, meaning.text, meaning.source))
    return tuple(found)


def _type(column: Column) -> str:
    if column.is_measurement:
        return "number or bound"
    if column.decimals is None:
        return "text"
    return "number" if column.decimals else "whole number"


def _meanings(
    table: HitTable, screen: Screen, units: Mapping[str, str], calibrated: Collection[str] | None
) -> Iterator[tuple[str, Meaning]]:
    """Yield every column of ours that a table of this screen may have, with its meaning."""
    yield from _IDENTITY.items()
    domains = {column.name: 1.0 for column in table.columns if column.group == "domain"}
    sure = {
        task for task in screen.objective.tasks if has_interval(task, screen, units, calibrated)
    }
    yield from _score(screen, units, sure, domains)
    for task in screen.objective.tasks:
        card = _card(task, domains)
        yield from _prediction(task, unit_of(task, screen, units), task in sure, card)
    for name in domains:
        yield name, _distance(name.removesuffix("_distance"))
    for term in screen.objective.primary:
        unit = unit_of(term.task, screen, units)
        source = f"the training data of {bundle_of(term.task, domains)}"
        yield from _neighbours(term.name, term.task, unit, source)
    yield "alerts", _alerts()
    for name, text in {**PROPERTIES, "qed": COSTLY["qed"], "sa_score": ACCESSIBILITY}.items():
        yield name, _read(text)
    yield from _STRUCTURE.items()


def _score(
    screen: Screen, units: Mapping[str, str], sure: Collection[str], domains: Limits
) -> Iterator[tuple[str, Meaning]]:
    """Yield the columns of the objective. sure: the tasks with a 90 % interval."""
    for words in describe_objective(screen):
        text = f"What the compound is worth: {words.wanted}; {100 * words.share:.0f} % of the score"
        yield words.column, Meaning(f"{text}.", "", "0 to 1", "screen.toml")
    for term in screen.objective.primary:
        unit, card = unit_of(term.task, screen, units), _card(term.task, domains)
        text = f"Prediction of {term.task}, which d_{term.name} judges."
        yield term.name, Meaning(text, unit, _span(unit), card)
        doubt = _doubt(term.name, unit, term.task in sure)
        yield f"{term.name}_std", Meaning(doubt, unit, "from 0", card)
        text = f"{term.name} judged cautiously: minus {term.caution:g} times its deviation."
        yield f"{term.name}_lower", Meaning(text, unit, "", "screen.toml")
    best = (
        "best primary prediction"
        if len(screen.objective.primary) > 1
        else screen.objective.primary[0].name
    )
    for off in screen.objective.off_targets:
        unit = unit_of(off.task, screen, units)
        tenfold = "; 1 is tenfold selectivity" if unit == PACTIVITY else ""
        text = (
            f"Margin: {best} minus the prediction of {off.task}{tenfold}. Both have a ± of their "
            "own: a margin below the root of the sum of their squares is no selectivity yet."
        )
        yield f"selectivity_{off.name}", Meaning(text, unit, "", "screen.toml")


def _prediction(
    task: str, unit: str, with_interval: bool, card: str
) -> Iterator[tuple[str, Meaning]]:
    span = _span(unit)
    what = "Calibrated probability" if unit == PROBABILITY else "Prediction"
    says = f": {known}" if (known := endpoint(task)) else ""
    yield task, Meaning(f"{what} of {task}{says}.", unit, span, card)
    yield f"{task}_std", Meaning(_doubt(task, unit, with_interval), unit, "from 0", card)
    for end, side in (("_lo", "Lower"), ("_hi", "Upper")):
        reach = _interval(task, unit) if with_interval else _spread(task, unit)
        yield task + end, Meaning(f"{side} end of {reach}", unit, span, card)


def _doubt(name: str, unit: str, with_interval: bool) -> str:
    """Say what a standard deviation is; see ``gnn.calibration.calibration``."""
    if unit == PROBABILITY and with_interval:
        return f"Doubt about {name}: the width of its interval over 3.3, as in a normal one."
    if unit == PROBABILITY:
        return (
            f"Doubt about {name}, from its spread: how far its networks disagree, more with "
            "distance. 0 is no certainty: all of them recall a compound that they were trained on."
        )
    return f"Standard deviation of {name}: how far off the prediction may well be."


def _interval(name: str, unit: str) -> str:
    """Say what a calibrated interval is; see ``gnn.calibration.calibration``."""
    if unit == PROBABILITY:
        return (
            f"the 90 % interval (calibrated) of {name}: where, with 90 % confidence, the share of "
            "positives lies among compounds with such a prediction; wider with few of them, the "
            "networks' disagreement and distance."
        )
    return (
        f"the 90 % interval (calibrated) of {name}: as wide as held 90 % of measured values that "
        "the model had not seen, at a like distance."
    )


def _spread(name: str, unit: str) -> str:
    """Say what the same columns are where they are no interval."""
    if unit == PROBABILITY:
        return (
            f"the spread of the networks, no interval, of {name}: how far they disagree, more "
            "with distance. It is no share of hits and misses; at distance 0 it says little."
        )
    return (
        f"the spread of the models, no interval, of {name}: there were too few values that the "
        "model had not seen to calibrate one."
    )


def _distance(bundle: str) -> Meaning:
    return Meaning(
        f"Tanimoto distance to the nearest training compound of {bundle}: 0 is one of them or its "
        "stereoisomer, whose values it may recall; 1 shares nothing. Beyond its limit, which "
        f"reason tells, nothing is graded; max_{bundle}_distance is a filter.",
        "",
        "0 to 1",
        f"{_BUNDLE}{bundle}; {_ECFP4}",
    )


def _neighbours(label: str, task: str, unit: str, source: str) -> Iterator[tuple[str, Meaning]]:
    nearest = f"the measured compound of {task} that is most like the hit"
    value = (
        "1 is active, 0 is not"
        if unit == PROBABILITY
        else "< is an upper bound, inactive as far as it was tested, > a lower one"
    )
    meanings = (
        Meaning(f"Id of {nearest}, as its source has it.", source=source),
        Meaning(f"Structure of {nearest}, standardized (SMILES).", source=source),
        Meaning(f"Tanimoto similarity of {nearest}.", "", "0 to 1", _ECFP4),
        Meaning(f"What was measured of {nearest}; {value}.", unit, _span(unit), source),
        Meaning("The next ones: id, measured value and, in brackets, similarity.", source=source),
    )
    for end, meaning in zip(ENDS, meanings, strict=True):
        yield column_name(label, end), meaning


def _alerts() -> Meaning:
    known = "; ".join(f"{name}: {ALERTS[name]}" for name in SOURCES)
    text = f"Structural alerts by source and name: look, do not condemn. {known}."
    return Meaning(text, source="; ".join(CITATIONS[name] for name in SOURCES))


def _read(text: str) -> Meaning:
    """Take apart ``unit or range; meaning, citation``."""
    first, _, rest = text.partition("; ")
    unit, span = ("", first) if first[:1].isdigit() else (first, "")
    if unit == "count":
        span = "from 0"
    cited = _CITED.match(rest)
    what, source = (cited["what"], cited["source"]) if cited else (rest, "RDKit")
    return Meaning(f"{what[:1].upper()}{what[1:]}.", unit, span, source)


def _span(unit: str) -> str:
    return "0 to 1" if unit == PROBABILITY else ""


def _card(task: str, domains: Limits) -> str:
    return f"{_BUNDLE}{bundle_of(task, domains)}"


_IDENTITY: Mapping[str, Meaning] = {
    "rank": Meaning("Place among the hits, best first.", "", "from 1"),
    "compound_id": Meaning(f"The library's own id, as it came. {_GUARD}", source="the library"),
    "smiles": Meaning(
        "The structure that was judged, as in every file: the parent without its salt, neutral, "
        "written one way (SMILES; what |…| adds after a blank is stereochemistry too).",
        source="RDKit",
    ),
    "score": Meaning(
        "What the list is ordered by: weighted geometric mean of the columns d_…, each of which "
        "counts as 0.01 at least.",
        "",
        "0.01 to 1",
        "Derringer 1980 (doi 10.1080/00224065.1980.11980968)",
    ),
    "name": Meaning(f"The library's own name, as it came. {_GUARD}", source="the library"),
    "picked_by": Meaning("The rule that made the compound a hit.", source="screen.toml"),
    "list_rank": Meaning(
        "Place in the ranked list that the hits were chosen from.", "", "from 1", "screen.toml"
    ),
    "reason": Meaning(
        "Prediction, strengths, facts, warnings. By the cautious value: potent 7, active 6; "
        "uncertain: only the prediction is 6; weak 5. Similar: "
        f"{SIMILAR:g}. Nothing alike: none on this target; novel: nor on any; extrapolated: far, "
        "not graded. More: README.",
        source="screen.toml",
    ),
}
_STRUCTURE: Mapping[str, Meaning] = {
    "scaffold": Meaning(
        "Rings and what joins them (SMILES); empty without rings.",
        source="Bemis 1996 (doi 10.1021/jm9602928)",
    ),
    "cluster": Meaning(
        "Hits of one number are alike: each is similar to the cluster's first hit.",
        "",
        "from 1",
        _ECFP4,
    ),
    "stereo": Meaning(
        "What the judged structure states of stereochemistry: none (nothing to draw), single, "
        "racemic (&1), one_of_two (o1), mixture, undefined (flat) or partly_undefined. The models "
        "see none: stereoisomers get equal predictions."
    ),
    "variant_of": Meaning(
        "Rank of the first hit that is the same compound but for stereochemistry or isotope "
        "labels, and what differs; empty for all others."
    ),
    "key": Meaning(
        "Equal keys are one compound, whatever tautomer, salt, protonation or drawing came in; "
        "duplicates and lists of compounds are found by it."
    ),
    "changes": Meaning("What was changed of the structure as it came to reach the column smiles."),
    "row": Meaning("Number of the record in the library, from 1.", "", "from 1", "the library"),
    "input_smiles": Meaning(
        "The structure as it came (SMILES); empty where it came as a molblock.",
        source="the library",
    ),
}
