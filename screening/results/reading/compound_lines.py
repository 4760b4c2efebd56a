"""Finds the compounds in a file with one row per compound, and joins them to the hits of a run."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from chem.errors import InputError
from chem.library.columns.column_names import ID_NAMES, fold, is_smiles_name, may_be_id
from chem.records.message_text import did_you_mean
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.assay.headers.units import find_unit, is_other_unit
from screening.results.reading.findings import Finding
from screening.results.reading.plate_plan import Compound, PlatePlan
from screening.results.reading.text_table import TextTable

_HEADER_LINES = 60


class CompoundLine(NamedTuple):
    """A line of a file, with its compound."""

    line: int
    """From 1."""
    cells: list[str]
    rank: int
    """0 if it is none of the hits."""
    is_units: bool = False
    """True for a first row that has nothing but units."""


def find_columns(plan: PlatePlan, table: TextTable) -> tuple[int, int, int]:
    """Return the line of the header, and the columns of the IDs and structures; −1 for none.

    The header is the first line that names one of them, or else the first above IDs of hits.

    Raises:
        InputError: The file names no compounds.
    """
    lines = [at for at, cells in enumerate(table.lines[:_HEADER_LINES]) if len(cells) > 1]
    for at in lines:
        header = table.lines[at]
        smiles = next((n for n, name in enumerate(header) if name and is_smiles_name(name)), -1)
        named = [n for n, name in enumerate(header) if fold(name) in ID_NAMES or may_be_id(name)]
        if named or smiles >= 0:
            return at, _find_ids(plan, table.lines[at + 1 :], named, len(header)), smiles
    for at in lines:
        column = _find_ids(plan, table.lines[at + 1 : at + 2], [], len(table.lines[at]))
        if column >= 0:
            return at, column, -1
    raise InputError(
        f"{table.path}: found neither wells nor grids of a plate nor compounds, expected a column "
        "'well', column numbers above and row letters beside the values, or a column "
        "'compound_id'; export the results in one of these layouts"
    )


def _find_ids(
    plan: PlatePlan, rows: Sequence[Sequence[str]], named: Sequence[int], width: int
) -> int:
    """Return the column with the most IDs of hits, one with the name of an ID before others."""
    hits = [0] * width
    for cells in rows:
        for n, cell in enumerate(cells[:width]):
            hits[n] += cell.lower() in plan.by_id
    best = max(range(width), key=lambda n: (hits[n] > 0, n in named, hits[n]))
    return best if hits[best] else next(iter(named), -1)


def join_rows(
    plan: PlatePlan, table: TextTable, columns: tuple[int, int, int], findings: list[Finding]
) -> Iterator[CompoundLine]:
    """Yield the rows with the rank of their hit, and add what does not fit to the findings."""
    at, id_column, smiles_column = columns
    unknown: list[str] = []
    for number, cells in enumerate(table.lines[at + 1 :], at + 2):
        if not cells:
            continue
        cells = [*cells, *([""] * (len(table.lines[at]) - len(cells)))]
        text = cells[id_column] if id_column >= 0 else ""
        if number == at + 2 and _are_units(cells):
            yield CompoundLine(number, cells, 0, True)
            continue
        key = _key_of(cells[smiles_column]) if smiles_column >= 0 and cells[smiles_column] else ""
        ranks = plan.by_id.get(text.lower(), []) if text else []
        same = [r for r, one in plan.compounds.items() if key and _key_of(one.smiles) == key]
        rank = 0
        if ranks and same and not set(ranks) & set(same):
            findings.append(_other_structure(text, [plan.compounds[r] for r in same]))
        elif len(ranks) > 1 and len(set(ranks) & set(same)) != 1:
            findings.append(_ambiguous(text, len(ranks)))
        elif ranks and key and not same:
            findings.append(_other_structure(text, []))
        elif ranks or same:
            rank = next(iter(set(ranks) & set(same) or ranks or same))
        else:
            unknown.append(text or f"line {number}")
        yield CompoundLine(number, cells, rank)
    for text in dict.fromkeys(unknown):
        known = [one.compound_id for one in plan.compounds.values()]
        hint = did_you_mean(text, known, "correct it, or name the run that picked it")
        findings.append(
            Finding(
                "left out",
                "unknown compound",
                "",
                (text,),
                repr(text),
                "a hit of the run",
                "left out",
                hint,
            )
        )


def _are_units(cells: Sequence[str]) -> bool:
    """Tell whether a row has nothing but units."""
    told = [cell for cell in cells if cell and cell.lower() not in ("unit", "units")]
    return bool(told) and all(find_unit(cell) or is_other_unit(cell) for cell in told)


@cache
def _key_of(smiles: str) -> str:
    """Return the registration key of a structure; empty if it cannot be read."""
    found = standardize(smiles, "smiles")
    return "" if isinstance(found, Failure) else found.key


def _other_structure(text: str, same: Sequence[Compound]) -> Finding:
    of = f"the structure of {same[0].compound_id}" if same else "another structure"
    return Finding(
        "left out", "another structure", "", (text,), f"{of} beside the ID {text!r}",
        "the structure of the hit", "left out", "check which compound was measured",
    )  # fmt: skip


def _ambiguous(text: str, count: int) -> Finding:
    return Finding(
        "left out", "ambiguous compound", "", (text,), f"{text!r}, the ID of {count} hits",
        "one compound", "left out", "add a column of structures that tells them apart",
    )  # fmt: skip
