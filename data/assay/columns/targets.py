"""Keeps the rows of one target if a column of an assay file names targets."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from chem.errors import InputError
from chem.records.message_text import counted, did_you_mean
from data.assay.cells.cells import is_missing
from data.assay.cells.raw_rows import AssayRows
from data.catalogue.panel import human_kinases

_COLUMNS = {"target", "target name", "target id", "target chembl id", "kinase", "gene"}
_COLUMNS |= {"gene symbol", "protein", "uniprot", "uniprot id", "accession", "target chemblid"}
_COLUMNS |= {"target pref name", "protein name", "receptor", "enzyme", "isoform", "target gene"}
_COLUMNS |= {"entrez id", "target uniprot", "symbol", "cell line", "cell line name", "strain"}
_COLUMNS |= {"putative target", "aenm", "assay component endpoint name", "assay endpoint name"}
_ASSAYS = {"protocol", "protocol name", "assay", "assay name"}
_ORGANISMS = {"organism", "target organism", "species", "target species", "pathogen"}
_ORGANISMS |= {"target source organism according to curator or datasource", "microorganism"}
_NO_PROTEIN = _ORGANISMS | _ASSAYS | {"cell line", "cell line name"}
_NO_PROTEIN |= {"strain", "aenm", "assay component endpoint name"}
_NO_PROTEIN |= {"assay endpoint name"}
"""Columns whose names are not those of proteins, so that they are not looked up in the panel."""
_SHOWN = 3
_CHEMBL_ID = re.compile(r"CHEMBL\d+", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9]+")


def names_proteins(column: str) -> bool:
    """Tell by its header whether a column names proteins or genes, and no cells or organisms."""
    return _fold(column) in _COLUMNS - _NO_PROTEIN


def keep_target(
    rows: AssayRows, measured: set[str], target: str | Sequence[str] | None
) -> tuple[AssayRows, list[str]]:
    """Return the rows of one target, and notes on it; ``measured`` are columns of values.

    target: the word that rows must have; several if several columns distinguish rows, such as a
    target and a cell line.

    Raises:
        InputError: The rows are of several targets, whose values would be mixed in one task, or
            none is of the target that the user named.
    """
    columns = [column for column in rows.columns if _is_target(column) and column not in measured]
    notes: list[str] = []
    wanted = [target] if isinstance(target, str) else list(target or ())
    others = [column for column in rows.columns if column not in measured | set(columns)]
    for at, name in enumerate(wanted):
        rows, note = _select(rows, columns, others, name, wanted[:at])
        notes.append(note)
    told = {column: _count(rows.cells[column]) for column in columns}
    proteins = [counts for column, counts in told.items() if _fold(column) in _COLUMNS]
    one_target = bool(wanted) or any(len(counts) == 1 for counts in proteins)
    several: list[str] = []
    for column, counts in told.items():
        what = _what(column)
        if len(counts) > 1 and (
            (what == "organisms" and wanted) or (what == "assays" and one_target)
        ):
            shown = _say_counts(counts)
            notes.append(
                f"column {column!r} names {len(counts)} {what}, whose rows are together in one "
                f"task: {shown}"
            )
        elif len(counts) > 1:
            several.append(column)
        else:
            for name in counts if _fold(column) not in _NO_PROTEIN else ():
                notes += _say_unknown(column, name)
    _refuse_several(rows, several, wanted)
    return rows, notes


def _refuse_several(rows: AssayRows, columns: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse rows of several targets; give the options that name one of them completely."""
    names: dict[str, list[str]] = {}
    for column in columns:
        told = list(dict.fromkeys(c.strip() for c in rows.cells[column] if not is_missing(c)))
        if len(told) > 1:
            names[column] = told
    if not names:
        return
    each = zip(*(rows.cells[column] for column in names), strict=True)
    whole = ([cell.strip() for cell in cells] for cells in each)
    counts = Counter(tuple(cells) for cells in whole if not any(map(is_missing, cells)))
    # If no row names all of them, ask for the first column's target first.
    most, count = counts.most_common(1)[0] if counts else ((next(iter(names.values()))[0],), 0)
    told = []
    for column, found in names.items():
        shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        told.append(f"column {column!r} names {len(found)} {_what(column)} ({shown})")
    named = dict.fromkeys([*wanted, *most])
    options = " ".join(f"--target {name!r}" for name in named)
    rest = f" ({counted(count, 'row')})" if count else ""
    each_of = "the one to train on" if len(told) == 1 else "one of each column"
    raise InputError(
        f"{', '.join(told)}, expected one per model; name {each_of}, such as {options}{rest}."
    )


def _is_target(column: str) -> bool:
    return _fold(column) in _COLUMNS | _ORGANISMS | _ASSAYS


def _what(column: str) -> str:
    """Return the plural of what a column names: organisms, assays or targets."""
    if _fold(column) in _ORGANISMS:
        return "organisms"
    return "assays" if _fold(column) in _ASSAYS else "targets"


def _say_counts(counts: Counter[str]) -> str:
    told = [f"{name} ({counted(n, 'row')})" for name, n in counts.most_common(_SHOWN)]
    return ", ".join(told) + (", …" if len(counts) > _SHOWN else "")


def _count(cells: list[str]) -> Counter[str]:
    return Counter(cell.strip() for cell in cells if not is_missing(cell))


def _fold(column: str) -> str:
    return " ".join(column.lower().replace("_", " ").replace("-", " ").split())


def _select(
    rows: AssayRows,
    columns: list[str],
    others: list[str],
    target: str,
    before: Sequence[str],
) -> tuple[AssayRows, str]:
    wanted = target.strip().lower()
    for column in [*columns, *others]:
        cells = rows.cells[column]
        kept = np.array([cell.strip().lower() == wanted for cell in cells], bool)
        if kept.any():
            note = f"{int(kept.sum())} of {len(kept)} rows are of {target!r} in column {column!r}"
            return rows.select(kept), note
    names = [cell.strip() for column in columns for cell in dict.fromkeys(rows.cells[column])]
    hint = did_you_mean(target, {name: repr(name) for name in names}, cutoff=0.5)
    hint = f"; {hint}" if hint else ""
    told = [f"{column!r}: {_say_counts(_count(rows.cells[column]))}" for column in columns]
    plural = "s" if len(told) > 1 else ""
    where = f"column{plural} {'; '.join(told)}" if told else "any column of targets"
    among = f" among the rows of {' and '.join(map(repr, before))}" if before else ""
    raise InputError(f"{rows.path}: found no row of target {target!r}{among} in {where}{hint}")


def _say_unknown(column: str, name: str) -> list[str]:
    """Return a note if a name cannot be compared with the shipped model's kinases.

    The model knows them by gene symbol and UniProt accession, so another spelling of one of them
    (``Epidermal growth factor receptor``, ``HER2``) looks like a protein that the model lacks.
    """
    panel = human_kinases()
    genes = {kinase.gene.upper(): kinase.gene for kinase in panel.values()}
    known = {*genes, *panel}
    # A name may end in the symbol: Tyrosine-protein kinase JAK2.
    if _CHEMBL_ID.fullmatch(name) or known & {word.upper() for word in _WORD.findall(name)}:
        return []
    hint = did_you_mean(name.upper(), genes)
    hint = f" ({hint})" if hint else ""
    return [
        f"column {column!r} says {name!r}, which was not compared with the {len(panel)} kinases of "
        "the shipped activity model: these are known by gene symbol or UniProt accession, such as "
        f"EGFR or P00533{hint}; nothing depends on it, as the model is trained on this file alone"
    ]
