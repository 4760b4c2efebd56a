"""The data dictionary in ``columns.csv`` and the workbook: one row for each column of the hits."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from chem.assess.accessibility import ACCESSIBILITY
from chem.assess.alerts import CITATIONS, SOURCES
from chem.assess.costly_properties import COSTLY
from chem.features.properties import PROPERTIES
from gnn.bundle.inactivity_columns import IF_ACTIVE, P_INACTIVE, TaskInactivity
from screening.hits.error_meanings import (
    explain_active,
    explain_cautious,
    explain_deviation,
    explain_inactive,
    explain_interval,
    explain_spread,
)
from screening.hits.fixed_meanings import ECFP4, GUARD, IDENTITY, STRUCTURE, Meaning
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
from screening.text.words import ALERTS, describe_margins, describe_objective, endpoint

_CITED = re.compile(r"^(?P<what>.*), (?P<source>[^,]+ \d{4} \(doi [^()]+\))$")
_BUNDLE = "the bundle's card: hitlist bundles show "


class Definition(NamedTuple):
    """One row of ``columns.csv``."""

    column: str
    group: str
    type: str
    """``text``, ``whole number``, ``number``, or ``number or bound`` (``<5.00``)."""
    unit: str
    decimals: str
    """Number of decimals."""
    range: str
    meaning: str
    source: str


_EXACT = "Three significant figures, as its columns _std, _lo and _hi have."


def define_columns(
    table: HitTable,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
    logarithms: Collection[str] = (),
    inactivity: Mapping[str, TaskInactivity] | None = None,
) -> tuple[Definition, ...]:
    """Return one definition for each column of a table, in its order.

    Args:
        table: the hits.
        screen: the screen.
        units: unit of each predicted task.
        calibrated: the tasks with a 90 % interval (``has_interval``).
        logarithms: the tasks that are learned as logarithms.
        inactivity: the tasks with a probability of inactivity.

    Raises:
        ValueError: a column that is not a vendor's has no definition.
    """
    sure = {
        task for task in screen.objective.tasks if has_interval(task, screen, units, calibrated)
    }
    known = dict(_meanings(table, screen, units, _Errors(sure, logarithms, inactivity or {})))
    found = []
    for column in table.columns:
        if column.group == "vendor":
            named = f"Column {column.source} of the library"
            text = named if column.source else "Column of the library without a name"
            meaning = Meaning(f"{text}, unchanged. {GUARD}", source="the library")
        elif column.name in known:
            meaning = known[column.name]
        else:
            raise ValueError(f'the column "{column.name}" has no meaning in the data dictionary')
        decimals = "" if column.decimals is None else str(column.decimals)
        one = (column.name, column.group, _type(column), meaning.unit, decimals, meaning.range)
        found.append(Definition(*one, meaning.text, meaning.source))
    return tuple(found)


def _type(column: Column) -> str:
    if column.is_measurement:
        return "number or bound"
    if not column.is_number:
        return "text"
    return "whole number" if column.decimals == 0 else "number"


class _Errors(NamedTuple):
    """The tasks whose errors are explained in a way of their own."""

    sure: Collection[str]
    """Those with a 90 % interval."""
    logarithms: Collection[str]
    """Those that are learned as logarithms."""
    inactivity: Mapping[str, TaskInactivity]
    """Those with a probability of inactivity."""


def _meanings(
    table: HitTable, screen: Screen, units: Mapping[str, str], errors: _Errors
) -> Iterator[tuple[str, Meaning]]:
    """Yield the meaning of every column that a table of this screen may have, without vendors'."""
    domains = {column.name: 1.0 for column in table.columns if column.group == "domain"}
    for one in table.derived:
        yield one.name, Meaning(one.meaning, one.unit, "", one.source or _card(one.task, domains))
    yield from IDENTITY.items()
    tasks = screen.objective.tasks
    yield from _score(screen, units, errors, domains)
    for task in tasks:
        card = _card(task, domains)
        yield from _prediction(task, unit_of(task, screen, units), errors, card)
    for name in domains:
        yield name, _distance(name.removesuffix("_distance"))
    for term in screen.objective.primary:
        unit = unit_of(term.task, screen, units)
        source = f"the training data of {bundle_of(term.task, domains)}"
        yield from _neighbours(term.name, term.task, unit, source)
    yield "alerts", _alerts()
    for name, text in {**PROPERTIES, "qed": COSTLY["qed"], "sa_score": ACCESSIBILITY}.items():
        yield name, _read(text)
    yield from STRUCTURE.items()


def _score(
    screen: Screen, units: Mapping[str, str], errors: _Errors, domains: Limits
) -> Iterator[tuple[str, Meaning]]:
    """Yield the columns of the objective."""
    for words in describe_objective(screen):
        text = f"Desirability ({words.wanted}); weight {100 * words.share:.0f} % of the score"
        yield words.column, Meaning(f"{text}.", "", "0 to 1", "screen.toml")
    for term in screen.objective.primary:
        unit, card = unit_of(term.task, screen, units), _card(term.task, domains)
        text = f"The same prediction as in {term.task}, the basis of d_{term.name}."
        yield term.name, Meaning(text, unit, _span(unit), card)
        is_log = term.task in errors.logarithms
        doubt = explain_deviation(term.name, unit, term.task in errors.sure, is_log)
        yield f"{term.name}_std", Meaning(doubt, unit, "from 0", card)
        text = explain_cautious(term, is_log)
        yield f"{term.name}_lower", Meaning(text, unit, "", "screen.toml")
    names = [term.name for term in screen.objective.primary]
    best = "best primary prediction" if names[1:] else names[0]
    for name, other, task in describe_margins(screen):
        unit = unit_of(task, screen, units)
        tenfold = "; 1 is tenfold selectivity" if unit == PACTIVITY else ""
        text = (
            f"Margin: {best} minus {other}{tenfold}. Both are predictions, also if the compound "
            "itself was measured, and have an error: a margin below the root of the sum of their "
            "squares shows no selectivity."
        )
        yield name, Meaning(text, unit, "", "screen.toml")


def _prediction(task: str, unit: str, errors: _Errors, card: str) -> Iterator[tuple[str, Meaning]]:
    span, is_log = _span(unit), task in errors.logarithms
    with_interval = task in errors.sure
    what = "Calibrated probability of" if unit == PROBABILITY else "Predicted"
    given = f", in {unit}" if unit and unit != PROBABILITY else ""
    says = f": {words}" if (words := endpoint(task)) else ""
    exact = f" {_EXACT}" if is_log else ""
    yield task, Meaning(f"{what} {task}{given}{says}.{exact}", unit, span, card)
    yield (
        f"{task}_std",
        Meaning(explain_deviation(task, unit, with_interval, is_log), unit, "from 0", card),
    )
    for end, side in (("_lo", "Lower"), ("_hi", "Upper")):
        reach = (explain_interval if with_interval else explain_spread)(task, unit)
        yield task + end, Meaning(f"{side} end of {reach}", unit, span, card)
    if (known := errors.inactivity.get(task)) is not None:
        text = explain_inactive(task, known.numbers.level)
        yield f"{task}{P_INACTIVE}", Meaning(text, PROBABILITY, "0 to 1", card)
        yield f"{task}{IF_ACTIVE}", Meaning(explain_active(task), unit, span, card)


def _distance(bundle: str) -> Meaning:
    return Meaning(
        f"Tanimoto distance to the nearest training compound of {bundle}, perhaps measured for "
        f"another endpoint. 0: its values may be recalled; 1: nothing shared. Beyond the limit, "
        f"no grade. Filter: max_{bundle}_distance.",
        "",
        "0 to 1",
        f"{_BUNDLE}{bundle}; {ECFP4}",
    )


def _neighbours(label: str, task: str, unit: str, source: str) -> Iterator[tuple[str, Meaning]]:
    nearest = f"the most similar compound measured on {task}"
    value = (
        "1 is active, 0 is not"
        if unit == PROBABILITY
        else "< is an upper bound (inactive up to the highest dose), > a lower bound"
    )
    meanings = (
        Meaning(f"ID of {nearest}, from its source.", source=source),
        Meaning(f"Standardized SMILES of {nearest}.", source=source),
        Meaning(f"Tanimoto similarity of the hit to {nearest}.", "", "0 to 1", ECFP4),
        Meaning(f"Measured value of {nearest}; {value}.", unit, _span(unit), source),
        Meaning("The next similar compounds: ID, measured value, (similarity).", source=source),
    )
    for end, meaning in zip(ENDS, meanings, strict=True):
        yield column_name(label, end), meaning


def _alerts() -> Meaning:
    known = "; ".join(f"{name}: {ALERTS[name]}" for name in SOURCES)
    text = f"Structural alerts by source and name, for a chemist to check. {known}."
    return Meaning(text, source="; ".join(CITATIONS[name] for name in SOURCES))


def _read(text: str) -> Meaning:
    """Parse a text of the form ``unit or range; meaning, citation``."""
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
