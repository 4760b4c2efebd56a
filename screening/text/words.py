"""Explanations of endpoints and alerts, spoken names, and a screen's objective in words.

The assays of Tox21: Huang 2016, Front. Environ. Sci. 3, 85 (doi 10.3389/fenvs.2015.00085).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from screening.objective.screen_settings import Screen
from screening.objective.terms import OffTarget, Prediction, Primary, SelectiveOver, Window

ENDPOINTS: Mapping[str, str] = {
    "NR-AR": "activates the androgen receptor",
    "NR-AR-LBD": "activates the ligand-binding domain of the androgen receptor",
    "NR-AhR": "activates the aryl hydrocarbon receptor",
    "NR-Aromatase": "inhibits aromatase, which makes estrogens",
    "NR-ER": "activates the estrogen receptor",
    "NR-ER-LBD": "activates the ligand-binding domain of the estrogen receptor",
    "NR-PPAR-gamma": "activates PPAR gamma, a receptor of fat metabolism",
    "SR-ARE": "raises the cellular response to oxidative stress",
    "SR-ATAD5": "damages DNA, detected by ATAD5 in cells",
    "SR-HSE": "raises the cellular heat shock response",
    "SR-MMP": "lowers the mitochondrial membrane potential, a sign of general cell stress",
    "SR-p53": "activates p53, the cellular response to DNA damage",
    "herg": "blocks the hERG potassium channel; can cause arrhythmia of the heart",
    "ames": "mutagenic in bacteria, the Ames test",
    "dili": "drug-induced liver injury in people",
    "ld50_zhu": "acute oral toxicity in rats",
}
"""Explanations of endpoints, by the name of the task without its bundle."""
ALERTS: Mapping[str, str] = {
    "PAINS": "interfere with many assays",
    "BRENK": "toxic, reactive or bad for pharmacokinetics",
    "NIH": "reactive, or avoided by the NIH's chemists",
    "KAZIUS": "associated with mutagenicity in bacteria",
}
"""Properties ascribed to the substructures of each collection of ``chem.assess.alerts``."""
SPOKEN = {
    "herg": "hERG",
    "ames": "AMES",
    "dili": "DILI",
    "ld50_zhu": "LD50",
    "mw": "MW",
    "logp": "logP",
    "tpsa": "TPSA",
    "hbd": "HBD",
    "hba": "HBA",
    "qed": "QED",
}
"""Chemists' spelling of the names of tasks and columns, where it differs."""


def endpoint(task: str) -> str:
    """Return the explanation of a task such as ``toxicity_herg``, or "" if none is known.

    >>> endpoint("toxicity_ames"), endpoint("activity_EGFR")
    ('mutagenic in bacteria, the Ames test', '')
    """
    return ENDPOINTS.get(task.partition("_")[2], "")


def spoken(name: str) -> str:
    """Return the name of a task or a property as chemists write it.

    >>> spoken("herg"), spoken("SR-MMP")
    ('hERG', 'SR-MMP')
    """
    return SPOKEN.get(name, name.replace("_", " "))


class TermWords(NamedTuple):
    """One term of the objective in words."""

    column: str
    """Column of its desirability, such as ``d_EGFR``."""
    label: str
    """Short label for a bar: ``EGFR``, ``not AURKA``, ``hERG``, ``MW``."""
    wanted: str
    """Values of full and of zero desirability, in words."""
    share: float
    """Its share of all weights, 0 to 1."""


def describe_objective(screen: Screen) -> list[TermWords]:
    """Return every term in words, in the order of the desirability columns."""
    columns = [name for name in screen.objective.columns if name.startswith("d_")]
    total = sum(term.weight for term in screen.objective.terms)
    return [
        TermWords(column, *_words(term, screen), term.weight / total)
        for column, term in zip(columns, screen.objective.terms, strict=True)
    ]


def describe_margins(screen: Screen) -> Iterator[tuple[str, str, str]]:
    """Yield each column of a margin, what the best primary prediction is compared with, and a task.

    The task has the unit of the margin.
    """
    for off in screen.objective.off_targets:
        yield f"selectivity_{off.name}", f"the prediction of {off.task}", off.task
    for over in screen.objective.selective_over:
        most = f"the highest prediction on a set of targets ({over.described})"
        yield f"selectivity_{over.name}", most, over.known_members[0]


def describe_sets(screen: Screen) -> list[str]:
    """Return what each term ``selective_over`` stands for, a sentence each.

    An example is ``selectivity_group is over group TK, 55 targets``.
    """
    return [
        f"selectivity_{over.name} is over {over.described}"
        for over in screen.objective.selective_over
    ]


def _words(term: Prediction | SelectiveOver | Window, screen: Screen) -> tuple[str, str]:
    if isinstance(term, Window):
        name = spoken(term.property)
        return name, f"{name}: {_range(term)}"
    scale = f"full score at {term.full:g}, zero at {term.zero:g}"
    if isinstance(term, Primary):
        unit = "standard deviation" if term.caution == 1 else "standard deviations"
        unit += " of the logarithm" if term.scale == "log10" else ""
        doubt = f" minus {term.caution:g} {unit}" if term.caution else ""
        return term.name, f"predicted {term.name}{doubt}: {scale}"
    if isinstance(term, SelectiveOver):
        margin = f"the best primary prediction minus the highest on the set ({term.described})"
        return f"not {term.known_as}", f"selectivity over {term.known_as}, {margin}: {scale}"
    if isinstance(term, OffTarget):
        first, *others = screen.objective.primary
        margin = "the margin of the best primary prediction over it"
        margin = margin if others else f"{first.name} minus {term.name}"
        return f"not {term.name}", f"selectivity over {term.name}, {margin}: {scale}"
    name = spoken(term.name)
    says = f" ({known})" if (known := endpoint(term.task)) else ""
    return name, f"predicted {name}{says}: {scale}"


def _range(window: Window) -> str:
    low = high = fades = ""
    if window.full_from is not None:
        low, fades = f"from {window.full_from:g}", f"below {window.zero_below:g}"
    if window.full_to is not None:
        high = f"{' ' if low else ''}up to {window.full_to:g}"
        fades += f"{' or ' if fades else ''}above {window.zero_above:g}"
    return f"full score {low}{high}, zero {fades}"
