"""What short names stand for, and a screen's objective in words, for people who do not read TOML.

The assays of Tox21: Huang 2016, Front. Environ. Sci. 3, 85 (doi 10.3389/fenvs.2015.00085).
"""

from collections.abc import Mapping
from typing import NamedTuple

from screening.objective.screen_settings import Screen
from screening.objective.terms import OffTarget, Prediction, Primary, Window

ENDPOINTS: Mapping[str, str] = {
    "NR-AR": "activates the androgen receptor",
    "NR-AR-LBD": "activates the ligand-binding domain of the androgen receptor",
    "NR-AhR": "activates the aryl hydrocarbon receptor",
    "NR-Aromatase": "inhibits aromatase, which makes estrogens",
    "NR-ER": "activates the estrogen receptor",
    "NR-ER-LBD": "activates the ligand-binding domain of the estrogen receptor",
    "NR-PPAR-gamma": "activates PPAR gamma, a receptor of fat metabolism",
    "SR-ARE": "raises the cells' answer to oxidative stress",
    "SR-ATAD5": "damages DNA, seen by ATAD5 in cells",
    "SR-HSE": "raises the cells' heat shock answer",
    "SR-MMP": "lowers the membrane potential of mitochondria, a general stress of cells",
    "SR-p53": "activates p53, the cells' answer to damaged DNA",
    "herg": "blocks the hERG potassium channel of the heart: arrhythmia",
    "ames": "mutagenic in bacteria, the Ames test",
    "dili": "drug-induced liver injury in people",
    "ld50_zhu": "acute oral toxicity in rats",
}
"""By the task's name without its bundle."""
ALERTS: Mapping[str, str] = {
    "PAINS": "disturb many assays",
    "BRENK": "toxic, reactive or bad for pharmacokinetics",
    "NIH": "reactive, or avoided by the NIH's chemists",
    "KAZIUS": "go with mutagenicity in bacteria",
}
"""What the substructures of each collection of ``chem.assess.alerts`` are said to do."""
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
"""Names that chemists write otherwise than tasks and columns are called."""


def endpoint(task: str) -> str:
    """Return what a task such as ``toxicity_herg`` tells, or "" where that is not known here.

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
    """Its desirability's column, such as ``d_EGFR``."""
    label: str
    """Short, for a bar: ``EGFR``, ``not AURKA``, ``hERG``, ``MW``."""
    wanted: str
    """What earns everything and what earns nothing."""
    share: float
    """Its share of all weights, 0 to 1."""


def describe_objective(screen: Screen) -> list[TermWords]:
    """Every term in the order of the desirability columns."""
    columns = [name for name in screen.objective.columns if name.startswith("d_")]
    total = sum(term.weight for term in screen.objective.terms)
    return [
        TermWords(column, *_words(term), term.weight / total)
        for column, term in zip(columns, screen.objective.terms, strict=True)
    ]


def _words(term: Prediction | Window) -> tuple[str, str]:
    if isinstance(term, Window):
        name = spoken(term.property)
        return name, f"{name} {_range(term)}"
    scale = f"{term.full:g} earns everything, {term.zero:g} nothing"
    if isinstance(term, Primary):
        unit = "standard deviation" if term.caution == 1 else "standard deviations"
        doubt = f" minus {term.caution:g} {unit}" if term.caution else ""
        return term.name, f"{term.name} as predicted{doubt}: {scale}"
    if isinstance(term, OffTarget):
        wanted = f"how well it spares {term.name}, the margin of the best primary target over it"
        return f"not {term.name}", f"{wanted}: {scale}"
    name = spoken(term.name)
    says = f" ({known})" if (known := endpoint(term.task)) else ""
    return name, f"{name} as predicted{says}: {scale}"


def _range(window: Window) -> str:
    low = high = fades = ""
    if window.full_from is not None:
        low, fades = f"from {window.full_from:g}", f"below {window.zero_below:g}"
    if window.full_to is not None:
        high = f"{' ' if low else ''}up to {window.full_to:g}"
        fades += f"{' or ' if fades else ''}above {window.zero_above:g}"
    return f"{low}{high} earns everything, {fades} nothing"
