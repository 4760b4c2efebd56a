"""A screen's objective in words, for people who do not read TOML."""

from typing import NamedTuple

from screening.objective.parts import OffTarget, Prediction, Primary, Window
from screening.objective.screen import Screen
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


class PartWords(NamedTuple):
    """One part of the objective, explained."""

    column: str
    """Its desirability's column, such as ``d_EGFR``."""
    label: str
    """Short, for a bar: ``EGFR``, ``not AURKA``, ``hERG``, ``MW``."""
    wanted: str
    """What earns everything and what earns nothing."""
    share: float
    """Its part of all weights, 0 to 1."""


def explain_objective(screen: Screen) -> list[PartWords]:
    """Every part in the order of the desirability columns."""
    columns = [name for name in screen.objective_columns if name.startswith("d_")]
    total = sum(part.weight for part in screen.parts)
    return [
        PartWords(column, *_words(part), part.weight / total)
        for column, part in zip(columns, screen.parts, strict=True)
    ]


def _words(part: Prediction | Window) -> tuple[str, str]:
    if isinstance(part, Window):
        name = spoken(part.property)
        return name, f"{name} {_range(part)}"
    scale = f"{part.full:g} earns everything, {part.zero:g} nothing"
    if isinstance(part, Primary):
        unit = "standard deviation" if part.caution == 1 else "standard deviations"
        doubt = f" minus {part.caution:g} {unit}" if part.caution else ""
        return part.name, f"{part.name} as predicted{doubt}: {scale}"
    if isinstance(part, OffTarget):
        wanted = f"how well it spares {part.name}, the margin of the best primary target over it"
        return f"not {part.name}", f"{wanted}: {scale}"
    name = spoken(part.name)
    says = f" ({known})" if (known := endpoint(part.task)) else ""
    return name, f"{name} as predicted{says}: {scale}"


def _range(window: Window) -> str:
    low = high = fades = ""
    if window.full_from is not None:
        low, fades = f"from {window.full_from:g}", f"below {window.zero_below:g}"
    if window.full_to is not None:
        high = f"{' ' if low else ''}up to {window.full_to:g}"
        fades += f"{' or ' if fades else ''}above {window.zero_above:g}"
    return f"{low}{high} earns everything, {fades} nothing"
