"""Formats a compound's dossier: as tables for a terminal, and as a page with pictures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from chem.output.depict import TENTHS, Depiction, depict
from chem.structure.stereo.stereo_status import STEREO_WORDS
from gnn.bundle.inactivity_columns import inactivity_of
from screening.evidence.evidence import Contributions, Neighbour
from screening.hits.derived_columns import nanomolar
from screening.hits.table import PROPERTY_DECIMALS
from screening.reason.measurements import measured_text, structure_difference
from screening.reason.other_targets import compare
from screening.reason.sentence import HitFacts
from screening.report.report import page_template
from screening.runs.dossier import Dossier, Evaluation
from screening.runs.dossier_liabilities import LIABILITY_HEADER, liability_rows
from screening.runs.dossier_mutants import MUTANT_HEADER, mutant_rows
from screening.runs.past_run import PastRun
from screening.score.predicted_columns import (
    PACTIVITY,
    PROBABILITY,
    bundle_of,
    calibrated_tasks,
    distance_column,
    logarithm_tasks,
    scale_of,
    target_words,
    unit_of,
)
from screening.text.applicability import NOT_RELIED_ON, outside_of
from screening.text.cells import format_number
from screening.text.digits import LOGARITHM_FIGURES, digits_of
from screening.text.inactivity_words import describe_level, describe_percent

PICTURE = (420, 300)
"""The width and height of the structures of a page in pixels."""
SMALL = (220, 150)
"""The width and height of neighbours in pixels."""
_HIGHEST = 5
"""The number of predictions of each unit that are shown beside the screen's own."""
_RADIUS = 16
"""The radius in pixels of an atom's disc for the largest contribution."""


class Section(NamedTuple):
    """One table."""

    title: str
    header: list[str]
    rows: list[list[str]]


class Picture(NamedTuple):
    """A drawn structure with a caption."""

    caption: str
    svg: Markup
    compound_id: str = ""
    """The id of a measured compound."""


def sections(dossier: Dossier, past: PastRun, whole: bool = True) -> Iterator[Section]:
    """Yield every table of a dossier, in reading order.

    whole: show every task of every bundle, not only the screen's and the highest of the others.
    """
    about = [
        ["id", dossier.compound_id],
        ["name", dossier.name],
        ["row", f"{dossier.row:,} of {past.prepared.library}"],
        ["as given", dossier.input_smiles or "a molblock"],
        *([key, text] for key, text in dossier.extra.items()),
        ["outcome", dossier.outcome],
        *([["reason", dossier.evaluation.said]] if dossier.evaluation is not None else []),
    ]
    yield Section("Record", ["what", "value"], about)
    steps = [[change, smiles] for change, smiles in dossier.steps] or [["nothing changed", ""]]
    if dossier.evaluation is None:
        return
    found = [
        ["standardized", dossier.smiles],
        ["stereochemistry", f"{dossier.stereo} ({STEREO_WORDS[dossier.stereo]})"],
        ["key", dossier.key],
    ]
    yield Section("Standardization", ["step", "result"], [*steps, *found])
    yield from _evaluation(dossier.evaluation, past, whole)


def _evaluation(evaluation: Evaluation, past: PastRun, whole: bool) -> Iterator[Section]:
    arithmetic = [
        [
            term.label,
            term.wanted,
            format_number(term.worth, 3),
            format_number(100 * term.share, 1),
            format_number(term.factor, 3),
        ]
        for term in evaluation.terms
    ]
    product = ["score", "the product of the factors", "", "", format_number(evaluation.score, 4)]
    header = ["term", "wanted", "desirability", "weight %", "factor"]
    against = "; ".join(f"{name} {one.told}" for name, one in evaluation.contradictions.items())
    title = f"Score, from the predictions ({against})" if against else "Score"
    yield Section(title, header, [*arithmetic, product])
    if evaluation.taken_by:
        filters = [[name] for name in evaluation.taken_by]
        yield Section("Filters that remove it", ["filter"], filters)
    tasks = _own_first(past) if whole else _foremost(evaluation.predictions, past)
    yield Section(
        "Predictions" if whole else "Predictions of the screen, and the highest of the others",
        ["task", "value", "std", "from", "to", "kind of range", "unit", "nM"],
        list(_predictions(evaluation.predictions, tasks, past)),
    )
    if mutants := list(mutant_rows(evaluation.predictions, tasks, past)):
        title = "Mutants of these tasks, as differences to the wild type from few compounds"
        yield Section(title, MUTANT_HEADER, mutants)
    if liabilities := list(liability_rows(evaluation.predictions, past)):
        yield Section("Liabilities", LIABILITY_HEADER, liabilities)
    if compared := list(_compared(evaluation, past)):
        yield Section("Selectivity over the other targets", ["what", "result"], compared)
    yield Section(
        "Applicability domains of the models",
        ["model", "distance to its training compounds", "limit", "result"],
        list(_domains(evaluation.predictions, past)),
    )
    if chances := list(_chances(evaluation.predictions, tasks, past)):
        header = ["task", "value", "chance of inactive", "inactive is", "value if active"]
        yield Section("Values as the mean of inactive and active", header, chances)
    yield Section("Nearest measured", *_neighbours(evaluation, past))
    evidence = evaluation.evidence
    flags = [[one.source, one.name, " ".join(map(str, one.atoms))] for one in evidence.flags]
    yield Section("Alerts", ["source", "name", "atoms"], flags or [["none", "", ""]])
    atoms = [
        [
            one.task + _scale(one.task, past),
            format_number(one.base, 2),
            _strongest(one),
            format_number(one.total, 2),
        ]
        for one in evidence.contributions
    ]
    header = ["task", "without atoms", "strongest atoms", "all atoms"]
    yield Section("Atoms, numbered from 0 in the standardized structure", header, atoms)
    found = [
        [name, format_number(value, PROPERTY_DECIMALS.get(name, 0))]
        for name, value in evaluation.properties.items()
    ]
    yield Section("Properties", ["property", "value"], found)


def _scale(task: str, past: PastRun) -> str:
    """Return the scale of atoms' contributions if it is not that of the prediction."""
    if task in logarithm_tasks(past.bundles):
        return " (log10)"
    return " (log odds)" if past.units.get(task) == PROBABILITY else ""


def _own_first(past: PastRun) -> list[str]:
    """Return every task, the screen's own first."""
    return list(dict.fromkeys([*past.screen.objective.tasks, *past.units]))


def _foremost(said: Mapping[str, float], past: PastRun) -> list[str]:
    """Return the screen's tasks, then the highest others of each unit."""
    units = past.units
    others = [task for task in units if task not in past.screen.objective.tasks]
    found = list(past.screen.objective.tasks)
    for unit in dict.fromkeys(units.values()):
        same = [task for task in others if units[task] == unit]
        found += sorted(same, key=lambda task: -said[task])[:_HIGHEST]
    return found


def _predictions(
    said: Mapping[str, float], tasks: Sequence[str], past: PastRun
) -> Iterator[list[str]]:
    sure, outsides = calibrated_tasks(past.bundles), outside_of(said, past.limits)
    logs = logarithm_tasks(past.bundles)
    for task in tasks:
        digits = digits_of(task, past.screen, past.units)
        if task in logs:  # also one that is no task of the screen
            digits = LOGARITHM_FIGURES
        value, std, *ends = (said[f"{task}{end}"] for end in ("", "_std", "_lo", "_hi"))
        least, most = scale_of(past.units[task])
        shown = [min(max(end, least), most) for end in ends]
        spans = "90 % interval" if task in sure else "spread of the networks, not an interval"
        if (bundle := bundle_of(task, past.limits)) in outsides:
            spans = f"not reliable: outside {bundle}'s domain"
        if shown != ends:
            spans += f", cut at {least:g} and {most:g}"
        numbers = (format_number(number, digits) for number in (value, std, *shown))
        molar = nanomolar(value) if past.units[task] == PACTIVITY else ""
        yield [task, *numbers, spans, past.units[task], molar]


def _chances(said: Mapping[str, float], tasks: Sequence[str], past: PastRun) -> Iterator[list[str]]:
    """Yield the tasks with a probability of inactivity, inside the domain of their model."""
    known, outsides = inactivity_of(past.bundles), outside_of(said, past.limits)
    for task in tasks:
        if task in known and bundle_of(task, past.limits) not in outsides:
            predicted = {name: np.array([value]) for name, value in said.items()}
            chance, active = known[task].probability_and_value(task, predicted)
            numbers = (format_number(float(one[0]), 2) for one in (predicted[task], active))
            value, if_active = numbers
            level = describe_level(known[task].numbers.level)
            yield [task, value, describe_percent(float(chance[0])), level, if_active]


def _compared(evaluation: Evaluation, past: PastRun) -> Iterator[list[str]]:
    """Yield each primary target beside the other targets of its bundle."""
    words, outsides = target_words(past.bundles), outside_of(evaluation.predictions, past.limits)
    row = {**evaluation.predictions, "smiles": ""}
    for one in compare(HitFacts(row, past.screen, past.units, past.limits)):
        far = f" (not reliable: outside {one.bundle}'s domain)" if one.bundle in outsides else ""
        against = evaluation.contradictions.get(one.name)
        yield [one.name, one.sentence(words[one.bundle], against) + far]
        yield ["highest others", one.highest]


def _domains(said: Mapping[str, float], past: PastRun) -> Iterator[list[str]]:
    """Yield for each model whether its domain contains the compound."""
    limits, outsides = past.limits, outside_of(said, past.limits)
    for bundle in past.bundles:
        name = bundle.card.name
        column = distance_column(f"{name}_", limits)
        if column not in limits:
            yield [name, "", "", "does not know its domain"]
            continue
        so = f"outside: {NOT_RELIED_ON}" if name in outsides else "inside"
        numbers = (format_number(value, 2) for value in (said[column], limits[column]))
        yield [name, *numbers, so]


def _neighbours(evaluation: Evaluation, past: PastRun) -> tuple[list[str], list[list[str]]]:
    rows = [
        [task, one.id, format_number(one.similarity, 2), _measured(one, task, past), one.smiles]
        for task, near in evaluation.evidence.neighbours.items()
        for one in near
    ]
    return ["task", "id", "similarity", "measured", "SMILES"], rows or [["none", "", "", "", ""]]


def _measured(one: Neighbour, task: str, past: PastRun) -> str:
    is_class = unit_of(task, past.screen, past.units) == PROBABILITY
    digits = digits_of(task, past.screen, past.units)
    return measured_text(one, digits, is_class) + structure_difference(one)


def _strongest(one: Contributions) -> str:
    """Return up to five atoms with the largest contributions of either sign, largest first."""
    places = np.argsort(-np.abs(one.atoms), kind="stable")[:5]
    return ", ".join(f"{at}: {one.atoms[at]:+.2f}" for at in places)


def render_dossier(dossier: Dossier, past: PastRun) -> str:
    """Return a dossier as one self-contained page, which loads and runs nothing."""
    return page_template("dossier.html", "screening.runs").render(
        dossier=dossier,
        screen=past.screen,
        sections=list(sections(dossier, past)),
        pictures=list(_pictures(dossier, past)),
        neighbours=list(_neighbour_pictures(dossier, past)),
    )


def _pictures(dossier: Dossier, past: PastRun) -> Iterator[Picture]:
    if dossier.evaluation is None:
        return
    drawn = depict(dossier.smiles, *PICTURE)
    for one in dossier.evaluation.evidence.contributions:
        caption = f"{one.task}: {one.total:.2f}{_scale(one.task, past)}"
        yield Picture(caption, Markup(_with_discs(drawn, one)))


def _neighbour_pictures(dossier: Dossier, past: PastRun) -> Iterator[Picture]:
    if dossier.evaluation is None:
        return
    for task, near in dossier.evaluation.evidence.neighbours.items():
        for one in near:
            caption = f"{_measured(one, task, past)} on {task} at similarity {one.similarity:.2f}"
            yield Picture(caption, Markup(depict(one.smiles, *SMALL).svg()), one.id)


def _with_discs(drawn: Depiction, one: Contributions) -> str:
    """Draw a disc behind each atom, larger for a larger contribution; class raises or lowers."""
    largest = max(float(abs(one.atoms).max()), 1e-9)
    discs = "".join(
        f"<circle class='{'raises' if value >= 0 else 'lowers'}' cx='{x}' cy='{y}' "
        f"r='{TENTHS * _RADIUS * (abs(float(value)) / largest) ** 0.5:.0f}'/>"
        for value, (x, y) in zip(one.atoms, drawn.atoms, strict=True)
    )
    head, body = drawn.svg().split(">", 1)
    return f"{head}>{discs}{body}"
