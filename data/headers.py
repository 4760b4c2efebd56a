"""What the header of an assay column says: which quantity, in which unit."""

import re
import unicodedata
from typing import Literal, NamedTuple

from data.units import find_molar_unit

MeasureKind = Literal["concentration", "pactivity", "percent", "class", "number"]

_NAMES = "ic50|ec50|xc50|ac50|cc50|gi50|ed50|lc50|ic90|ki|kd|kb|kinact|potency"
_MEASURE = re.compile(f"({_NAMES})", re.IGNORECASE)
_GLUED = re.compile(f"({_NAMES})(.+)", re.IGNORECASE)
_PACTIVITY = re.compile(f"p({_NAMES}|activity|act|affinity|chembl)", re.IGNORECASE)
_SPACED_50 = re.compile(r"(?<![^\W_])(p?(?:ic|ec|xc|ac|cc|gi|ed|lc))[\s_-]+50", re.IGNORECASE)
_TOKEN = re.compile(r"%|[^\W_]+(?:/[^\W_]+)?")

_PERCENT = {"%", "percent", "pct", "perc"}
_MORE = {"inhibition", "inhib", "inh", "activation", "displacement", "effect", "response"}
_LESS = {"control", "remaining", "residual", "viability", "survival"}
_CLASS = {"active", "activity", "class", "label", "outcome", "hit", "toxic", "binder", "inhibitor"}
_UNCERTAINTY = {"sd", "std", "stdev", "sem", "se", "stderr", "error", "err", "ci", "ci95", "cv"}
_UNCERTAINTY |= {"hill", "slope", "n", "count"}
_DOSE = {"dose", "conc", "concentration", "tested", "top", "max", "min"}


class Measure(NamedTuple):
    """A column of measurements."""

    column: str
    kind: MeasureKind
    unit: str
    """A key of ``data.units.MOLAR`` for a concentration; ``""`` when the header names none."""
    task: str
    """Name of the task it becomes: letters, digits, ``_`` and ``-``."""
    direction: Literal["up", "down"] = "up"


def understand(column: str) -> Measure | None:
    """Return what a header announces, or None when it is no column of measurements.

    >>> understand("EGFR IC50 (nM)")
    Measure(column='EGFR IC50 (nM)', kind='concentration', unit='nM', task='EGFR_pIC50', \
direction='up')

    A class is a guess by name: check that the cells are classes too. Columns of uncertainties
    (``IC50 SD nM``) and of tested doses (``conc uM``) are no measurements.
    """
    tokens = _tokens(column)
    words = {token.lower() for token in tokens}
    if not tokens or words & _UNCERTAINTY:
        return None
    name = "_".join(token for token in tokens if token != "%")
    if words & _PERCENT:
        if not words & (_MORE | _LESS | {"activity", "binding"}):
            return None
        return Measure(column, "percent", "%", name, "down" if words & _LESS else "up")
    if any(_PACTIVITY.fullmatch(token) for token in tokens):
        return Measure(column, "pactivity", "pActivity", name)
    measures = [token for token in tokens if _MEASURE.fullmatch(token)]
    units = [unit for token in tokens if (unit := find_molar_unit(token))]
    if measures or (units and units != ["M"] and not words & _DOSE):
        others = [t for t in tokens if t not in measures and not find_molar_unit(t)]
        task = "_".join([*others, *(f"p{measure}" for measure in measures)]) or "pActivity"
        return Measure(column, "concentration", units[-1] if units else "", task)
    if tokens[-1].lower() in _CLASS or words & {"active"}:
        return Measure(column, "class", "", name)
    return None


def _tokens(column: str) -> list[str]:
    text = _SPACED_50.sub(r"\g<1>50", unicodedata.normalize("NFKC", column))
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        glued = _GLUED.fullmatch(token)
        if glued and find_molar_unit(glued[2].lstrip("/")):  # IC50nM, IC50/nM
            tokens += [glued[1], glued[2].lstrip("/")]
        elif "/" in token and not find_molar_unit(token):
            tokens += token.split("/")
        else:
            tokens.append(token)
    return tokens
