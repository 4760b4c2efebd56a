"""Finds columns that measure the same: replicates of one assay, and one value in two forms."""

import re
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from chem.errors import InputError
from chem.records.message_text import counted
from data.activities.activity import EXACT
from data.activities.repeats import APART, merge_bounded
from data.assay.cells.measure import Measure
from data.assay.cells.values import Values
from data.assay.headers.headers import Header

_SAME = 0.06
"""Log units between an IC50 and its pIC50 that rounding explains."""
_AGREE = {"pactivity": 0.5, "percent": 20.0}
"""Median difference between replicates of one assay: threefold, or 20 percentage points."""
_ENOUGH = 5
_CORRELATED = 0.5
_REPLICATE = re.compile(r"(?:rep|run|replicate|exp|trial)\d*", re.IGNORECASE)
_NO_NAMES = {"fit", "standard", "published", "log", "final", "text", "txt", "num", "number"}
_NO_NAMES |= {"numeric", "string", "display", "formatted", "raw"}
"""Words of headers that name no target."""


class Read(NamedTuple):
    """A measure with its values."""

    measure: Measure
    values: Values


def merge_replicates(
    read: list[Read], headers: dict[str, Header]
) -> tuple[list[Read], dict[str, str]]:
    """Merge replicate columns into one task, and say what each dropped column is.

    Columns are replicates if their headers differ only in a number or in a word such as mean, and
    their values agree. If one is called a mean, it is taken as it is; otherwise each row gets the
    median of its replicates.
    """
    gone: dict[str, str] = {}
    for group in _groups(read, headers):
        means = [one for one in group if headers[one.measure.column].mean]
        if not all(_agree(group[0], other) for other in group[1:]):
            others = ", ".join(repr(one.measure.column) for one in group[1:])
            group[0].values.notes.append(
                f"its values differ from those of {others}, so they are kept apart and not taken "
                "as replicates"
            )
            continue
        columns = [one.measure.column for one in group]
        if means:
            kept, name = means[0], _stem(group, headers)
            merged = Read(kept.measure._replace(task=name), kept.values)
            words = f"is a replicate of {kept.measure.column!r}"
        else:
            kept = group[0]
            measure = kept.measure._replace(
                task=_stem(group, headers), replicates=tuple(columns[1:])
            )
            merged = Read(measure, _median(group))
            words = (
                f"is a replicate, merged into {kept.measure.column!r} (median of the replicates)"
            )
        gone |= {column: words for column in columns if column != kept.measure.column}
        read = [merged if one is kept else one for one in read if one is kept or one not in group]
    return read, gone


def drop_repeats(
    read: list[Read], headers: dict[str, Header], path: str
) -> tuple[list[Read], dict[str, str]]:
    """Leave out a column that repeats the values of another (``pIC50`` beside ``IC50 nM``).

    Raises:
        InputError: Two columns of one quantity contradict each other, so a unit is wrong.
    """
    gone: dict[str, str] = {}
    kept: list[Read] = []
    first: list[Read] = []
    """Each measure as it was read, before bounds were taken from its repeats."""
    order = sorted(read, key=lambda one: one.measure.kind == "pactivity")
    for one in order:
        for at, other in enumerate(kept):
            if not (_is_potency(one) and _is_potency(other)):
                continue
            apart = _difference(one, other)
            if apart is None:
                continue
            named = one.measure.task.lower() == other.measure.task.lower()
            if apart <= _SAME and _of_one_name(one, other, headers):
                gone[one.measure.column] = f"repeats {other.measure.column!r}"
                kept[at] = _complete(other, one)
                break
            twice = one.measure.kind != other.measure.kind or _of_other_units(one, other, headers)
            if named and twice and apart > APART:
                raise InputError(
                    f"{path}: columns {other.measure.column!r} and {one.measure.column!r} differ "
                    f"by {apart:.2g} log units in the median as −log10(molar), so one of their "
                    "units is wrong; name the right one with --value-column."
                )
        else:
            kept.append(one)
            first.append(one)
    places = [at for one in read for at, each in enumerate(first) if one is each]
    return [kept[at] for at in places], gone


def _complete(kept: Read, repeat: Read) -> Read:
    """Return a measure completed by bounds and values that only its repeating column shows.

    Beside a text such as ``>10000``, many files have 10000 or nothing as a number.
    """
    mine, other = kept.values, repeat.values
    bounded = (np.abs(mine.values - other.values) <= _SAME) & (mine.bounds == EXACT)
    bounded &= other.bounds != EXACT
    filled = ~mine.measured & other.measured
    if kept.measure.only or repeat.measure.only:
        filled[:] = False  # rows of other types
    taken = bounded | filled
    if not taken.any():
        return kept
    where = f"from column {repeat.measure.column!r}, which repeats it"
    counts = {"bound": int(bounded.sum()), "value": int(filled.sum())}
    notes = [
        f"{counted(count, word)} {'is' if count == 1 else 'are'} {where}"
        for word, count in counts.items()
        if count
    ]
    completed = replace(
        mine,
        values=np.where(filled, other.values, mine.values),
        bounds=np.where(taken, other.bounds, mine.bounds),
        notes=[*mine.notes, *notes],
    )
    return Read(kept.measure, completed)


def _of_other_units(one: Read, other: Read, headers: dict[str, Header]) -> bool:
    """Tell whether two columns of one name differ by a power of ten in every row, as units do."""
    if one.measure.unit == other.measure.unit or not _of_one_name(one, other, headers):
        return False
    both = one.values.measured & other.values.measured
    apart = one.values.values[both] - other.values.values[both]
    tens = float(np.median(apart))
    return bool(np.ptp(apart) < _SAME) and abs(tens - round(tens)) < _SAME


def _groups(read: list[Read], headers: dict[str, Header]) -> list[list[Read]]:
    groups: dict[tuple[object, ...], list[Read]] = {}
    for one in read:
        header, measure = headers[one.measure.column], one.measure
        if measure.kind not in ("concentration", "pactivity", "percent") or measure.only:
            continue
        effect = measure.quantity.lower() if measure.kind != "percent" else ""
        key = (measure.kind, effect, measure.transform, measure.condition, measure.direction)
        groups.setdefault((*key, measure.unit, header.name), []).append(one)
    numbered = [g for g in groups.values() if any(headers[o.measure.column].replicate for o in g)]
    lone = [
        one
        for one in read
        if headers[one.measure.column].mean
        and not headers[one.measure.column].quantity
        and not headers[one.measure.column].name
    ]
    alone = len(numbered) == 1 and len(lone) == 1 and lone[0] not in numbered[0]
    if alone and lone[0].measure.unit == numbered[0][0].measure.unit:
        numbered[0].append(lone[0])
    return [group for group in numbered if len(group) > 1]


def _stem(group: list[Read], headers: dict[str, Header]) -> str:
    """Return the shortest task name, without the number of the replicate."""
    numbered = [one for one in group if headers[one.measure.column].replicate]
    first = min(numbered, key=lambda one: len(one.measure.task))
    index = headers[first.measure.column].replicate
    parts = [part for part in first.measure.task.split("_") if part != index]
    return "_".join(part for part in parts if not _REPLICATE.fullmatch(part))


def _difference(one: Read, other: Read) -> float | None:
    """Return the median difference of exact values in rows that have both; None for too few."""
    both = one.values.measured & other.values.measured
    both &= (one.values.bounds == EXACT) & (other.values.bounds == EXACT)
    if int(both.sum()) < _ENOUGH:
        return None
    return float(np.median(np.abs(one.values.values[both] - other.values.values[both])))


def _of_one_name(one: Read, other: Read, headers: dict[str, Header]) -> bool:
    """Tell whether two columns name the same target, cell line and so on."""
    names = [set(headers[each.measure.column].name) - _NO_NAMES for each in (one, other)]
    return names[0] == names[1]


def _agree(one: Read, other: Read) -> bool:
    """Tell whether two columns can be replicates: close to each other, and correlated."""
    apart = _difference(one, other)
    if apart is None:
        return True
    limit = _AGREE["percent" if one.measure.kind == "percent" else "pactivity"]
    both = one.values.measured & other.values.measured
    first, second = one.values.values[both], other.values.values[both]
    if apart > limit or not first.std() or not second.std():
        return apart <= limit
    return apart <= limit / 4 or float(np.corrcoef(first, second)[0, 1]) >= _CORRELATED


def _is_potency(one: Read) -> bool:
    return one.measure.kind in ("concentration", "pactivity")


def _median(group: list[Read]) -> Values:
    """Merge replicates row by row, as repeated rows of a compound are merged."""
    values = np.stack([one.values.values for one in group])
    bounds = np.stack([one.values.bounds for one in group])
    first = group[0].values
    merged = Values(first.values.copy(), first.bounds.copy(), told=first.told)
    for at in range(values.shape[1]):
        present = ~np.isnan(values[:, at])
        if present.any():
            value, bound = merge_bounded(values[present, at], bounds[present, at])
            merged.values[at], merged.bounds[at] = value, bound
    merged.problems = [problem for one in group for problem in one.values.problems]
    merged.notes = [note for one in group for note in one.values.notes]
    merged.examples = first.examples
    merged.missing = sum((one.values.missing for one in group), Counter())
    conflicts = int((~np.isnan(values)).any(axis=0).sum() - merged.measured.sum())
    if conflicts:
        rows = counted(conflicts, "row")
        merged.notes.append(f"{rows} whose replicates contradict each other left out")
    return merged
