"""Tells which target the final values of a file are of: its columns of targets, and its headers.

Names are compared word by word. Gene symbols and UniProt accessions of the kinase panel are known,
and some other names of its genes. A column of targets with a text that is no symbol, such as
``Epidermal growth factor receptor``, is not compared, which is told.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from chem.errors import InputError
from data.assay.cells.cells import is_missing
from data.assay.columns.targets import names_proteins
from data.catalogue.panel import human_kinases
from screening.results.reading.compound_lines import CompoundLine
from screening.results.reading.plate_plan import PlatePlan
from screening.results.reading.signals import are_numbers
from screening.results.reading.text_table import TextTable

_OTHER_NAMES = {
    "HER1": "EGFR", "ERBB1": "EGFR", "HER2": "ERBB2", "NEU": "ERBB2", "HER4": "ERBB4",
    "VEGFR1": "FLT1", "VEGFR2": "KDR", "VEGFR3": "FLT4", "TIE2": "TEK", "CMET": "MET",
    "CKIT": "KIT", "CSRC": "SRC", "CFMS": "CSF1R", "ABL": "ABL1", "TRKA": "NTRK1",
    "TRKB": "NTRK2", "TRKC": "NTRK3", "ERK2": "MAPK1", "JNK1": "MAPK8", "JNK2": "MAPK9",
    "JNK3": "MAPK10", "MEK1": "MAP2K1", "MEK2": "MAP2K2", "P38A": "MAPK14", "FAK": "PTK2",
    "ALK5": "TGFBR1", "CHK1": "CHEK1", "CHK2": "CHEK2", "RON": "MST1R", "CRAF": "RAF1",
}  # fmt: skip
"""Genes of the panel by other names in common use, in capitals."""
_ORDINARY = {"KIT", "MET", "RON", "NEU", "SLK", "FER", "FES"}
"""Names that are words of other things, too: only in capitals they are genes."""
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*")
_NO_SYMBOL = re.compile(r"CHEMBL\d+|P?(?:[IEXACG]+C|GI)50|P?K[ID]")
"""Identifiers that the panel does not have, and names of quantities."""
_MUTATION = re.compile(r"\b[ACDEFGHIKLMNPQRSTVWY]\d{2,4}[ACDEFGHIKLMNPQRSTVWY]\b")
_SHOWN = 3


class FileTarget(NamedTuple):
    """The target of a file of final values, as its columns of targets say."""

    selected: str | None = None
    """The word of the rows to read, if a column names several targets."""
    other: str = ""
    """Another target than that of the plan, as the file names it; empty without one."""
    told: tuple[str, ...] = ()
    """What could not be compared."""


def find_file_target(
    plan: PlatePlan, table: TextTable, at: int, rows: Sequence[CompoundLine]
) -> FileTarget:
    """Return the target that the columns of targets name for the rows of hits.

    at: the line of the header, from 0.

    Raises:
        InputError: A column names several targets, and not that of the plan in one spelling.
    """
    selected: str | None = None
    other = ""
    told = []
    for column, header in enumerate(table.lines[at]):
        if not names_proteins(header) or header in plan.own_columns:
            continue
        cells = [row.cells[column] for row in rows if row.rank]
        names = list(dict.fromkeys(cell for cell in cells if not is_missing(cell)))
        if not names or are_numbers(names):
            continue
        if len(names) > 1:
            selected = selected or _select(plan, table, header, names)
        elif is_other(plan, names[0], is_name=True):
            other = other or f"{names[0]!r} in column {header!r}"
        elif not _is_own(plan, names[0]):
            told.append(
                f"column {header!r} says {names[0]!r}, which was not compared with {plan.target}"
            )
    return FileTarget(selected, other, tuple(told))


def is_other(plan: PlatePlan, text: str, is_name: bool = False) -> bool:
    """Tell whether a text names another target than that of the plan, such as a mutant of it.

    is_name: the text is a name and nothing else, so that an unknown symbol is another target.
    """
    if _mutations(text) - _mutations(f"{plan.target} {plan.task}"):
        return True
    named = _longest(text, (plan.target, *plan.other_targets))
    if named:
        return named != plan.target
    own, found = _own_genes(plan), _genes(text)
    if own and found:
        return not own & found
    is_symbol = is_name and bool(own or _is_symbol(plan.target)) and _is_symbol(text)
    return is_symbol and not found


def _is_own(plan: PlatePlan, text: str) -> bool:
    is_named = _fold(plan.target) in _fold(text) or bool(_own_genes(plan) & _genes(text))
    return is_named and not is_other(plan, text)


def _select(plan: PlatePlan, table: TextTable, header: str, names: Sequence[str]) -> str:
    own = [name for name in names if _is_own(plan, name)]
    if len(own) == 1:
        return own[0]
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    raise InputError(
        f"{table.path}: column {header!r} names {len(names)} targets ({shown}), expected "
        f"{plan.target} in one spelling; keep only its rows in the file"
    )


def _mutations(text: str) -> set[str]:
    """Return the mutations that a text names, such as ``T790M``."""
    return set(_MUTATION.findall(text.replace("_", " ")))


def _own_genes(plan: PlatePlan) -> set[str]:
    return _genes(plan.target) or _genes(plan.task)


def _longest(text: str, names: Sequence[str]) -> str:
    """Return the longest of the names that stands in a text as words; or nothing."""
    inside = [name for name in names if _fold(name) in _fold(text)]
    return max(inside, key=len, default="")


def _fold(text: str) -> str:
    """Fold a text to words between underscores, so that whole words can be found in it."""
    return f"_{re.sub(r'[^A-Z0-9]+', '_', text.upper()).strip('_')}_"


def _is_symbol(text: str) -> bool:
    plain = text.strip()
    return bool(_SYMBOL.fullmatch(plain)) and not _NO_SYMBOL.fullmatch(plain)


def _genes(text: str) -> set[str]:
    """Return the genes of the panel that stand in a text as words.

    >>> sorted(_genes("HER-2 IC50 nM, with a kit"))
    ['ERBB2']
    """
    found = set()
    for whole in _WORD.findall(text.replace("_", " ")):
        for word in (whole.replace("-", ""), *whole.split("-")):
            gene = _known().get(word.upper(), "")
            if gene and (word.isupper() or word.upper() not in _ORDINARY):
                found.add(gene)
    return found


@cache
def _known() -> dict[str, str]:
    panel = human_kinases()
    genes = {kinase.gene.upper(): kinase.gene for kinase in panel.values() if kinase.gene}
    accessions = {key: kinase.gene for key, kinase in panel.items() if kinase.gene}
    return {**_OTHER_NAMES, **accessions, **genes}
