"""What each column of a hit list says, in plain English, with its unit, range and source."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from chem.accessibility import ACCESSIBILITY
from chem.alerts import CITATIONS, SOURCES
from chem.clusters import SIMILAR
from chem.describe import PROPERTIES
from chem.examine import EXAMINED
from screening.handover.glossary import ALERTS, endpoint
from screening.handover.nearest import ENDS, column_name
from screening.handover.table import Column, HitTable
from screening.handover.units import PACTIVITY, PROBABILITY, unit_of
from screening.handover.words import explain_objective
from screening.screen import Screen

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


def vendor_meaning(column: Column) -> Meaning:
    """Say whose column a vendor's column is."""
    own = f"The library's own column {column.source}" if column.source else "A column without name"
    return Meaning(f"{own}, as it came. {_GUARD}", source="the library")


def meanings(
    table: HitTable, screen: Screen, units: Mapping[str, str]
) -> Iterator[tuple[str, Meaning]]:
    """Yield every column of ours that a table of this screen may have, with its meaning."""
    yield from _IDENTITY.items()
    yield from _score(screen, units)
    for task in screen.tasks:
        yield from _prediction(task, unit_of(task, screen, units))
    for column in table.columns:
        if column.group == "domain":
            yield column.name, _distance(column.name.removesuffix("_distance"))
    for part in screen.primary:
        unit = unit_of(part.task, screen, units)
        yield from _neighbours(part.name, part.task, unit)
    yield "alerts", _alerts()
    for name, text in {**PROPERTIES, "qed": EXAMINED["qed"], "sa_score": ACCESSIBILITY}.items():
        yield name, _read(text)
    yield from _STRUCTURE.items()


def _score(screen: Screen, units: Mapping[str, str]) -> Iterator[tuple[str, Meaning]]:
    for words in explain_objective(screen):
        text = f"What the compound is worth: {words.wanted}; {100 * words.share:.0f} % of the score"
        yield words.column, Meaning(f"{text}.", "", "0 to 1", "screen.toml")
    for part in screen.primary:
        unit = unit_of(part.task, screen, units)
        span = _span(unit)
        yield (
            part.name,
            Meaning(
                f"Prediction of {part.task}, which d_{part.name} judges.",
                unit,
                span,
                _card(part.task),
            ),
        )
        yield f"{part.name}_std", Meaning(_doubt(part.name, unit), unit, "from 0", _card(part.task))
        text = f"{part.name} judged cautiously: minus {part.caution:g} times its deviation."
        yield f"{part.name}_lower", Meaning(text, unit, "", "screen.toml")
    best = "best primary prediction" if len(screen.primary) > 1 else screen.primary[0].name
    for off in screen.off_targets:
        unit = unit_of(off.task, screen, units)
        tenfold = "; 1 is tenfold selectivity" if unit == PACTIVITY else ""
        text = (
            f"Margin: {best} minus the prediction of {off.task}{tenfold}. Both have a ± of their "
            "own: a margin below either is no selectivity yet."
        )
        yield f"selectivity_{off.name}", Meaning(text, unit, "", "screen.toml")


def _prediction(task: str, unit: str) -> Iterator[tuple[str, Meaning]]:
    span, card = _span(unit), _card(task)
    what = "Calibrated probability" if unit == PROBABILITY else "Prediction"
    says = f": {known}" if (known := endpoint(task)) else ""
    yield task, Meaning(f"{what} of {task}{says}.", unit, span, card)
    yield f"{task}_std", Meaning(_doubt(task, unit), unit, "from 0", card)
    for end, side in (("_lo", "Lower"), ("_hi", "Upper")):
        yield task + end, Meaning(f"{side} end of {_interval(task, unit)}", unit, span, card)


def _doubt(name: str, unit: str) -> str:
    """Say what a standard deviation is; see ``gnn.calibration``."""
    if unit == PROBABILITY:
        return f"Doubt about {name}: the width of its interval over 3.3, as in a normal one."
    return f"Standard deviation of {name}: how far off the prediction may well be."


def _interval(name: str, unit: str) -> str:
    """Say what an interval is; see ``gnn.calibration``."""
    if unit == PROBABILITY:
        return (
            f"{name}: where, with 90 % confidence, the share of positives lies among compounds "
            "with such a prediction. It is wider with few calibration compounds, with the "
            "networks' disagreement, and with distance."
        )
    return (
        f"the 90 % interval of {name}: as wide as held 90 % of measured values that the model "
        "had not seen, at a like distance."
    )


def _distance(bundle: str) -> Meaning:
    return Meaning(
        f"Tanimoto distance to the nearest training compound of {bundle}, of any target: 0 is one "
        "of them or its stereoisomer, whose values the model may recall; 1 shares nothing with "
        "any. The card says from where on it is out of its domain.",
        "",
        "0 to 1",
        f"{_BUNDLE}{bundle}; {_ECFP4}",
    )


def _neighbours(label: str, task: str, unit: str) -> Iterator[tuple[str, Meaning]]:
    nearest = f"the measured compound of {task} that is most like the hit"
    value = "1 is active, 0 is not" if unit == PROBABILITY else "< and > are bounds"
    source = f"the training data of {task.split('_', 1)[0]}"
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


def _card(task: str) -> str:
    return f"{_BUNDLE}{task.split('_', 1)[0]}"


_IDENTITY: Mapping[str, Meaning] = {
    "rank": Meaning("Place among the hits, best first.", "", "from 1"),
    "compound_id": Meaning(f"The library's own id, as it came. {_GUARD}", source="the library"),
    "smiles": Meaning(
        "The structure that was judged: largest organic part, neutral, written one way (SMILES).",
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
        "Strengths, then all warnings. Halfway between zero and full divides good from bad; potent "
        "and active are said of the cautious value; novel is less than "
        f"{SIMILAR:g} similar to all that the model was trained on, on any target.",
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
    "changes": Meaning("What was changed of the structure as it came."),
    "row": Meaning("Number of the record in the library, from 1.", "", "from 1", "the library"),
    "input_smiles": Meaning(
        "The structure as it came; empty where it came as a molblock.", source="the library"
    ),
}
