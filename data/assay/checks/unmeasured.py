"""Why rows of an assay have no value in any task, and what cells without a value say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from chem.records.text import counted
from data.assay.cells.cells import is_missing
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows

_SHOWN = 4


def say_missing(missing: Counter[str]) -> str:
    """Return the words of cells without a value, with their counts, the most frequent first.

    >>> say_missing(Counter({"n.d.": 4, "": 1}))
    "4 'n.d.', 1 empty"
    """
    told = [f"{count:,} {word!r}" if word else f"{count:,} empty" for word, count in _most(missing)]
    return ", ".join(told)


def say_unmeasured(
    rows: AssayRows, kept: npt.NDArray[np.bool_], chosen: Iterable[Measure], read: Sequence[Measure]
) -> list[str]:
    """Return a note for each reason why rows have no value, with their number.

    kept: [n] whether a row has a value. chosen: all measures that were looked at. read: those of
    the tasks.
    """
    others = [measure.column for measure in chosen]
    others = [name for name in dict.fromkeys(others) if name not in {m.column for m in read}]
    types: dict[tuple[str, ...], Counter[str]] = {}
    columns: Counter[str] = Counter()
    unusable = missing = 0
    for at in np.flatnonzero(~kept).tolist():
        row = {name: cells[at] for name, cells in rows.cells.items()}
        if (other := _other_type(row, read)) is not None:
            its, word = other
            types.setdefault(its, Counter())[word] += 1
        elif any(not is_missing(row[measure.column]) for measure in read):
            unusable += 1
        elif beside := next((name for name in others if not is_missing(row[name])), ""):
            columns[beside] += 1
        else:
            missing += 1
    return list(_say(types, columns, unusable, missing, read))


def _say(
    types: dict[tuple[str, ...], Counter[str]],
    columns: Counter[str],
    unusable: int,
    missing: int,
    read: Sequence[Measure],
) -> Iterator[str]:
    for columns_of_type, words in types.items():
        its = " and ".join(map(repr, columns_of_type))
        yield f"{_rows(words)} of another {its} left out: {_each(words)}"
    if columns:
        yield f"{_rows(columns)} left out, measured only in columns not used: {_each(columns)}"
    if unusable:
        yield f"{counted(unusable, 'row')} left out, as no value in them can be used"
    if missing:
        names = list(dict.fromkeys(measure.column for measure in read))
        where = f"column {names[0]!r}" if len(names) == 1 else "any column that is read"
        yield f"{counted(missing, 'row')} without a value in {where} left out"


def _other_type(row: dict[str, str], read: Sequence[Measure]) -> tuple[tuple[str, ...], str] | None:
    """Return the columns that tell tasks apart, and what a row with a value says there.

    None where some task reads this kind of row, or no value stands in it.
    """
    for column in dict.fromkeys(measure.column for measure in read):
        conditions = [measure.only for measure in read if measure.column == column]
        if is_missing(row[column]) or any(_is_of(row, only) for only in conditions):
            continue
        names = tuple(dict.fromkeys(name for only in conditions for name, _ in only))
        return names, ", ".join(row[name].strip() or "none" for name in names)
    return None


def _is_of(row: dict[str, str], only: tuple[tuple[str, str], ...]) -> bool:
    return all(row[name].strip().lower() == word.lower() for name, word in only)


def _rows(counts: Counter[str]) -> str:
    return counted(sum(counts.values()), "row")


def _each(counts: Counter[str]) -> str:
    return ", ".join(f"{word!r} ({counted(count, 'row')})" for word, count in _most(counts))


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the most frequent words; those beyond as one."""
    found = counts.most_common()
    rest = sum(count for _, count in found[_SHOWN:])
    return found[:_SHOWN] + ([("others", rest)] if rest else [])
