"""Finds the columns of ids and names, by their names and by their cells.

The cells of the file's first records decide between several columns: an id column is filled and its
values differ. If there is no id column, the name takes its place; if there is neither, compounds
are called ``row<N>``.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.library.columns.column_names import (
    CAS_NAMES,
    ID_NAMES,
    INCHIKEY_NAMES,
    NAME_NAMES,
    OF_MEASUREMENTS,
    REGISTRY_NAMES,
    VAGUE_NAMES,
    are_smiles,
    fold,
    may_be_id,
    normalize,
)
from chem.library.columns.columns import NamedColumns, is_no_id
from chem.records.numbers import is_plain_number

_MOSTLY = 0.9
_ALTERED = re.compile(
    r"\d(?:[.,]\d+)?E[+-]\d+|#{3,}|#[A-Z]+[?!]|\d{1,2}[-. ]{1,2}(?:jan|feb|mar|apr|may|mai|jun|jul|"
    r"aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?(?:[-. ]\d{2,4})?",
    re.IGNORECASE,
)
"""Texts into which spreadsheets turn ids: ``1.0E+05``, ``12-Mar``."""
_INDEX_WORDS = ("", "column1", "unnamedno0", "unnamed0", "rowname", "rownames")
_REPEATED = ("na", "nan", "?", "unknown", "tbd", "tba")
"""Words that stand for a missing id if no other value is as frequent."""


class _Column(NamedTuple):
    """One column of the first records."""

    name: str
    word: str
    """The name, folded."""
    plain: str
    """The name as written, without case, blanks and punctuation."""
    cells: tuple[str, ...]
    filled: float
    """Share of records that have a value; 1 where no record was seen."""
    different: float
    """Share of the values that differ; 1 where no record was seen."""
    counts_up: bool
    """True if the values are 1, 2, 3, …: perhaps the numbers of rows."""

    @property
    def quality(self) -> int:
        """Return 0: filled, and its values differ; 1: half filled; 2: mostly blank."""
        unlike = self.different >= _MOSTLY or self.word in OF_MEASUREMENTS
        if self.filled >= _MOSTLY and unlike:
            return 0
        return 1 if self.filled >= 0.5 else 2


def find_id_and_name(
    path: Path,
    cells: Mapping[str, Sequence[str]],
    wanted: NamedColumns,
    words: Mapping[str, str],
    names: Sequence[str],
    structures: int = 0,
) -> tuple[str | None, str | None, tuple[str, ...], frozenset[str]]:
    """Find the id and the name column; either may be missing.

    Args:
        path: The file, for messages.
        cells: Cells of the first records by column: the columns that may be chosen.
        wanted: Columns that the user named, which need not be among them.
        words: Name of each column as the header has it, before it was made unique.
        names: All columns.
        structures: Number of different structures among the first records, if known.

    Returns:
        The id column, the name column, the notes to report, and the words that stand for a missing
        id in this file.
    """
    columns = {name: _look(name, words[name], texts) for name, texts in cells.items()}
    name = named_column(path, names, wanted.name, "--name-column")
    if name is None:
        name = _best(path, columns, NAME_NAMES, "--name-column")
    if name is None:
        name = _best(path, _telling(columns), VAGUE_NAMES, "--name-column")
    found = named_column(path, names, wanted.id, "--id-column") or _find_id(
        path, columns, name, structures
    )
    if found is None:
        return None, name, ("no id column: rows are numbered",), frozenset()
    absent = _absent_words(cells.get(found, ()))
    return found, name, (_tell_id(columns.get(found), found, name),), absent


def same_column(one: str, other: str) -> bool:
    """Tell whether two column names differ at most in case, blanks and punctuation."""
    return one == other or normalize(one) == normalize(other)


def rank_of_id(name: str) -> int | None:
    """Return a column name's rank among names of ids, smaller is better; None if it is no id."""
    word = fold(name)
    known = (*ID_NAMES, *CAS_NAMES, *INCHIKEY_NAMES)
    return known.index(word) if word in known else None


def _find_id(
    path: Path, columns: Mapping[str, _Column], name: str | None, structures: int
) -> str | None:
    names = set(columns[name].cells) if name is not None and name in columns else set()
    compounds = max(structures, len(names))
    usable = {
        key: one
        for key, one in columns.items()
        if one.filled > 0 and not are_smiles(one.cells) and not _groups(one, compounds)
    }
    counters = [key for key, one in usable.items() if one.counts_up]
    plain = {key: one for key, one in usable.items() if key not in counters}
    named = None if name is None else usable.get(name)
    for some in (plain, usable):
        best = _best(path, some, ID_NAMES, "--id-column")
        if best is not None and (
            named is None or some[best].filled >= _MOSTLY or named.filled <= 1.5 * some[best].filled
        ):
            return best
        if some is plain and (best := _best_unknown(some)) is not None:
            return best
    perfect = {k: one for k, one in plain.items() if one.filled == one.different == 1}
    if (best := _best(path, perfect, CAS_NAMES, "--id-column")) is not None:
        return best
    if named is not None and named.filled >= 0.5:
        return name
    if named is None and (index := _index_of_rows(columns)) is not None:
        return index
    return _best(path, usable, INCHIKEY_NAMES, "--id-column") or name


def _groups(column: _Column, compounds: int) -> bool:
    """Tell whether a filled column has so few values that each stands for several compounds.

    An example is a ``Reference`` of articles. A column of a company's own numbers always counts as
    ids.
    """
    if column.word in (*OF_MEASUREMENTS, *REGISTRY_NAMES):
        return False
    return column.filled >= _MOSTLY and 2 * len(set(column.cells)) < compounds


def _telling(columns: Mapping[str, _Column]) -> dict[str, _Column]:
    """Return the columns whose cells are differing texts, and no SMILES."""
    return {
        key: one
        for key, one in columns.items()
        if one.cells
        and one.quality == 0
        and not are_smiles(one.cells)
        and sum(map(is_plain_number, one.cells)) * 2 < len(one.cells)
    }


def _index_of_rows(columns: Mapping[str, _Column]) -> str | None:
    """Return the first column if it has no name, as pandas and R write their indices."""
    first = next(iter(_telling(columns)), None)
    if first is None or first != next(iter(columns)):
        return None
    return first if columns[first].word in _INDEX_WORDS else None


def _best_unknown(columns: Mapping[str, _Column]) -> str | None:
    """Return the first column of unknown name that looks like an id by name and by values."""
    for key, one in columns.items():
        if one.quality == 0 and may_be_id(key) and fold(key) not in (*CAS_NAMES, *INCHIKEY_NAMES):
            decimals = [text for text in one.cells if "." in text and is_plain_number(text)]
            if not decimals:
                return key
    return None


def _best(
    path: Path, columns: Mapping[str, _Column], known: Sequence[str], option: str
) -> str | None:
    """Return the best filled column with a known name: of equal ones, the first known."""
    found = [one for one in columns.values() if one.word in known and one.filled > 0]
    if not found:
        return None
    first = min(
        found,
        key=lambda one: (
            one.quality,
            -round(one.filled, 1) if one.quality == 2 else 0,
            known.index(one.word),
        ),
    )
    same = [one for one in found if one.plain == first.plain]
    same = [one for one in same if one.quality == first.quality] or [first]
    most = max(one.filled * one.different for one in same)
    best = [one for one in same if one.filled * one.different == most]
    if len(best) > 1 and (not best[0].cells or any(one.cells != best[0].cells for one in best)):
        shown = " and ".join(repr(one.name) for one in best)
        raise InputError(f"{path}: columns {shown} match equally; choose one with {option}")
    return best[0].name


def _look(name: str, header: str, cells: Sequence[str]) -> _Column:
    values = [text.strip() for text in cells if not is_no_id(text)]
    filled = len(values) / len(cells) if cells else 1.0
    different = len(set(values)) / len(values) if values else 1.0
    numbers = [int(text) for text in values if text.isascii() and text.isdigit()]
    counts_up = (
        len(values) == len(numbers) > 1
        and numbers[0] in (0, 1)
        and all(after - before == 1 for before, after in pairwise(numbers))
        and not values[-1].startswith("0")
    )
    return _Column(
        name, fold(header), normalize(header), tuple(values), filled, different, counts_up
    )


def _absent_words(cells: Sequence[str]) -> frozenset[str]:
    found = Counter(text.strip().casefold() for text in cells if not is_no_id(text))
    others = max((n for word, n in found.items() if word not in _REPEATED), default=0)
    return frozenset(word for word in _REPEATED if found[word] > max(others, 1))


def _tell_id(column: _Column | None, found: str, name: str | None) -> str:
    told = f'ids from column "{found}"'
    if name is not None and name != found:
        told += f', names from "{name}"'
    if column is None or not column.cells:
        return told
    faults = []
    if column.filled < 1:
        faults.append(f"blank in {1 - column.filled:.0%} of the first records")
    if column.different < 1:
        faults.append(f"{1 - column.different:.0%} of the first ids are repeats")
    if altered := [text for text in column.cells if _ALTERED.fullmatch(text)]:
        faults.append(
            f"{len(altered)} such as {altered[0]!r}, into which a spreadsheet turns other ids"
        )
    return told + (f" ({', '.join(faults)})" if faults else "")


def named_column(path: Path, names: Sequence[str], wanted: str | None, option: str) -> str | None:
    """Return the column that the user named, if any."""
    if wanted is None or wanted in names:
        return wanted
    same = [name for name in names if normalize(name) == normalize(wanted)]
    if len(same) == 1:
        return same[0]
    raise InputError(
        f"{path}: found no column {wanted!r}; {option} must be one of {list_names(names)}"
    )


def list_names(names: Sequence[str]) -> str:
    """Return the names for a message: of many, only the first twenty."""
    return ", ".join(repr(name) for name in names[:20]) + (" …" if len(names) > 20 else "")
