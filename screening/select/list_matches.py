"""Matches exclude and include lists with a library, to find its excluded compounds and controls.

A compound is the same as an entry of a list if their registration keys are equal: salt, solvate,
charge, tautomer, explicit hydrogens and spelling make no difference; stereochemistry and isotopes
do. A flat drawing, a racemate and an enantiomer are three different statements, so a list that has
one does not match the others. Compounds that differ only in stereochemistry are counted, because
many lists are drawn flat and their users should know of it. Ids match if their texts are identical.
A record that repeats an earlier structure stands for the same compound as that record.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.errors import InputError
from chem.records.message_text import counted
from chem.structure.equivalence import without_stereo
from screening.prepare.prepared import DUPLICATES, Prepared, read_prepared
from screening.select.lists import INLINE, CompoundList
from screening.storage.schema import ACCEPTED, REJECTED

Rows = npt.NDArray[np.int64]
NO_ROWS: Rows = np.empty(0, np.int64)
_SHOWN = 3
"""The number of compounds that an error names."""
STEPS = {"mw": 20.0, "logp": 100.0, "tpsa": 10.0, "heavy_atoms": 1.0}
"""Properties that stereoisomers share, each with the steps per unit in which it is compared."""
STRUCTURE_COLUMNS = ["smiles", *STEPS]
"""The columns that are read of entries and of the library."""


class ListMatches(NamedTuple):
    """Excluded compounds and controls of a library, by the row of the first such record."""

    excluded: Rows = NO_ROWS
    """The excluded rows, ascending, without controls."""
    reason_of: Rows = NO_ROWS
    """For each excluded row, the position in ``reasons`` of the first list that names it."""
    reasons: tuple[str, ...] = ()
    """The reason of each list, such as ``excluded: owned.csv``, in the screen's order."""
    controls: Rows = NO_ROWS
    """The rows of controls, ascending."""
    lists: tuple[dict[str, Any], ...] = ()
    """The outcome of each list, for the manifest."""
    details: tuple[tuple[int, str], ...] = ()
    """The whole reasons of rows for which ``reasons`` has only the kind."""

    def exclusions(self, rows: Sequence[int]) -> dict[int, str]:
        """Return the excluded ones among some rows, each with the reason."""
        if not len(self.excluded):
            return {}
        wanted = np.asarray(rows, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.excluded, wanted), len(self.excluded) - 1)
        marked = self.excluded[at] == wanted
        pairs = zip(wanted[marked].tolist(), self.reason_of[at[marked]].tolist(), strict=True)
        return {row: self.reasons[why] for row, why in pairs}

    def are_controls(self, rows: Sequence[int]) -> list[bool]:
        """Tell which rows [n] are controls."""
        found: list[bool] = np.isin(np.asarray(rows, dtype=np.int64), self.controls).tolist()
        return found


NO_MATCHES = ListMatches()
"""The matches of a screen without lists."""


class _Named(NamedTuple):
    """The entries of a list, as values of a column of prepared libraries."""

    column: str
    """The name of the column: ``key`` or ``compound_id``."""
    values: pa.Array
    labels: list[str]
    """The name of each value in messages."""
    unreadable: int
    """The number of records of the list without a readable structure."""
    structures: pa.Table | None = None
    """``STRUCTURE_COLUMNS`` of each value; None for a list of ids."""


class _Found(NamedTuple):
    """The entries of a list that a library has."""

    rows: Rows
    values: pa.Array
    """The values of ``_Named.column`` in those rows."""


def match_lists(prepared: Prepared, lists: Sequence[CompoundList], hits: int) -> ListMatches:
    """Match prepared lists with a prepared library.

    hits: the number of hits asked for.

    An entry of an exclusion list may be missing from the library. Raises InputError for a control,
    or an id written in the screen itself, that the library lacks or could not read; for a control
    whose own record cannot be read; and for more controls than hits.
    """
    if not lists:
        return NO_MATCHES
    named = [_read(one) for one in lists]
    found = [_find(prepared, *both) for both in zip(lists, named, strict=True)]
    rows = [_first_rows(prepared, some.rows) for some in found]
    lacking = [_lacking(*both) for both in zip(named, found, strict=True)]
    counts = iter(count_near_misses(prepared, [one for one in lacking if one is not None]))
    whys = tuple(dict.fromkeys(f"excluded: {x.name}" for x in lists if x.role == "exclude"))
    controls = NO_ROWS
    for one, some in zip(lists, rows, strict=True):
        if one.role == "include":
            controls = np.union1d(controls, some)
    if len(controls) > hits:
        raise InputError(
            f"there are {counted(len(controls), 'control')} to include, but only "
            f"{counted(hits, 'hit')} in all; ask for more hits, or include fewer controls"
        )
    excluded, by = NO_ROWS, NO_ROWS
    for one, some in zip(lists, rows, strict=True):
        if one.role == "exclude":
            new = np.setdiff1d(some, np.concatenate([excluded, controls]))
            excluded = np.concatenate([excluded, new])
            by = np.concatenate([by, np.full(len(new), whys.index(f"excluded: {one.name}"))])
    order = np.argsort(excluded)
    told = tuple(
        {
            **one.told(),
            "compounds": len(some.labels),
            "unreadable": some.unreadable,
            "in_library": len(some_rows),
            # This count makes no sense for ids, which have no stereochemistry.
            **({} if left is None else {"other_stereo": next(counts)}),
        }
        for one, some, some_rows, left in zip(lists, named, rows, lacking, strict=True)
    )
    return ListMatches(excluded[order], by[order], whys, controls, told)


def _read(one: CompoundList) -> _Named:
    if one.folder is None:
        return _Named("compound_id", pa.array(one.ids, pa.string()), list(one.ids), 0)
    prepared = read_prepared(one.folder)
    read = prepared.store.read_table
    wanted = ["compound_id", "status", "detail", "key", *STRUCTURE_COLUMNS]
    tables = [read(name, wanted) for name in prepared.partitions]
    table = pa.concat_tables(tables)
    bad = table.filter(pc.equal(table["status"], REJECTED))
    if one.role == "include" and bad.num_rows:
        first = bad.slice(0, 1).to_pylist()[0]
        raise InputError(
            f"control {first['compound_id']} of {one.name} cannot be read ({first['detail']}); "
            "correct its structure or take it off the list"
        )
    good = table.filter(pc.equal(table["status"], ACCEPTED))
    labels = good["compound_id"].to_pylist()
    structures = good.select(STRUCTURE_COLUMNS)
    return _Named("key", good["key"].combine_chunks(), labels, bad.num_rows, structures)


def _lacking(named: _Named, found: _Found) -> pa.Table | None:
    """Return the structures of the entries that a library lacks; None for a list of ids."""
    if named.structures is None:
        return None
    return named.structures.filter(pc.invert(pc.is_in(named.values, found.values)))


def _find(prepared: Prepared, one: CompoundList, named: _Named) -> _Found:
    """Return the entries of a list that a library has.

    Raises InputError if entries are missing that the library has to have.
    """
    found, values = [NO_ROWS], [named.values.slice(0, 0)]
    for name in prepared.partitions:
        table = prepared.store.read_table(name, ["row", "status", named.column])
        table = table.filter(pc.equal(table["status"], ACCEPTED))
        table = table.filter(pc.is_in(table[named.column], named.values))
        found.append(table["row"].to_numpy())
        values.append(table[named.column].combine_chunks())
    met = pa.concat_arrays(values)
    if one.role == "include" or one.name == INLINE:
        lacking = pc.invert(pc.is_in(named.values, met)).to_pylist()
        missing = [label for label, lacks in zip(named.labels, lacking, strict=True) if lacks]
        if missing:
            raise _not_found(prepared, one, missing)
    return _Found(np.concatenate(found), met)


def _first_rows(prepared: Prepared, rows: Rows) -> Rows:
    """Return the rows of each compound's first record, ascending, each once."""
    return np.unique(find_first_rows(prepared, rows))


def find_first_rows(prepared: Prepared, rows: Rows) -> Rows:
    """Return for each row [n] the row of the first record of its compound."""
    repeats = prepared.store.read_table(DUPLICATES, ["row", "first_row"])
    order = np.argsort(repeats["row"].to_numpy())
    repeated, first = (repeats[c].to_numpy()[order] for c in ("row", "first_row"))
    if len(repeated):
        at = np.minimum(np.searchsorted(repeated, rows), len(repeated) - 1)
        rows = np.where(repeated[at] == rows, first[at], rows)
    return rows


def _not_found(prepared: Prepared, one: CompoundList, missing: list[str]) -> InputError:
    more = f", ... ({len(missing):,} in all)" if len(missing) > _SHOWN else ""
    some = ", ".join(missing[:_SHOWN]) + more + ("" if one.name == INLINE else f" of {one.name}")
    if one.role == "include":
        what, advice = "control", "controls are scored like all others, so add it to the library"
    else:
        what, advice = "excluded compound", "give an id of the library, or a file such as owned.csv"
    return InputError(
        f"{what} {some} is not among the accepted compounds of {prepared.library}; {advice}, or "
        "take it off the list"
    )


def count_near_misses(prepared: Prepared, lists: Sequence[pa.Table]) -> list[int]:
    """Return the number of entries of each list that a library has as another stereoisomer or flat.

    lists: ``STRUCTURE_COLUMNS`` of the accepted entries [n] whose keys the library lacks. The
    library is read once for all lists, and not at all if there is no such entry. Structures are
    compared only if all properties of ``STEPS`` agree, which is rare.
    """
    wanted = [[without_stereo(smiles) for smiles in one["smiles"].to_pylist()] for one in lists]
    open_ = set(chain.from_iterable(wanted))
    codes = np.concatenate([np.empty(0, np.int64), *map(_property_codes, lists)])
    met: set[str] = set()
    for name in prepared.partitions if open_ else ():
        table = prepared.store.read_table(name, [*STRUCTURE_COLUMNS, "status"])
        table = table.filter(pc.equal(table["status"], ACCEPTED))
        table = table.filter(pa.array(np.isin(_property_codes(table), codes)))
        met |= open_.intersection(map(without_stereo, table["smiles"].to_pylist()))
    return [sum(smiles in met for smiles in one) for one in wanted]


def _property_codes(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return a number for each row [n], which is the same for stereoisomers."""
    found = np.zeros(table.num_rows, dtype=np.int64)
    for name, steps in STEPS.items():
        values = np.rint(table[name].to_numpy().astype(np.float64) * steps).astype(np.int64)
        found = found * 1_000_003 + values
    return found
