"""A screen's objective in words, for people who do not read TOML."""

from typing import NamedTuple

from screening.objective.screen_settings import Screen
from screening.objective.terms import OffTarget, Prediction, Primary, Window
from screening.text.glossary import endpoint

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
    columns = [name for name in screen.objective_columns if name.startswith("d_")]
    total = sum(term.weight for term in screen.terms)
    return [
        TermWords(column, *_words(term), term.weight / total)
        for column, term in zip(columns, screen.terms, strict=True)
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
