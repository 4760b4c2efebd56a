"""Which compounds of a library are excluded, and which are controls: lists held against it.

A compound is the same as one of a list's where their registration keys are equal: salt, solvate,
charge, tautomer, explicit hydrogens and spelling make no difference; stereochemistry and isotopes
do. A flat drawing, a racemate and an enantiomer are three statements, so a list that has one does
not name the others: what differs in stereochemistry alone is counted, because many lists are drawn
flat, and whoever gave one should hear of it. An id is the same where its text is, to the letter. A
record that repeats an earlier structure stands for the same compound as that one.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.errors import InputError
from chem.records.text import counted
from chem.structure.variants import without_stereo
from screening.prepare.prepared import DUPLICATES, Prepared, read_prepared
from screening.select.lists import INLINE, CompoundList
from screening.storage.schema import ACCEPTED, REJECTED

Rows = npt.NDArray[np.int64]
NO_ROWS: Rows = np.empty(0, np.int64)
_SHOWN = 3
"""Compounds that an error names."""
STEPS = {"mw": 20.0, "logp": 100.0, "tpsa": 10.0, "heavy_atoms": 1.0}
"""Properties that stereoisomers share, each with the steps in which it is compared."""
STRUCTURE_COLUMNS = ["smiles", *STEPS]
"""What is read of entries and of the library."""


class ListMatches(NamedTuple):
    """Excluded compounds and controls of a library, by the row of the first such record."""

    excluded: Rows = NO_ROWS
    """Ascending; controls are not among them."""
    reason_of: Rows = NO_ROWS
    """Of each excluded row, the place in ``reasons`` of the first list that names it."""
    reasons: tuple[str, ...] = ()
    """``excluded: owned.csv`` of each list, in the screen's order."""
    controls: Rows = NO_ROWS
    """Ascending."""
    lists: tuple[dict[str, Any], ...] = ()
    """What became of each list, for the manifest."""

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
"""Of a screen without lists."""


class _Named(NamedTuple):
    """What a list names, as values of a column of prepared libraries."""

    column: str
    """``key`` or ``compound_id``."""
    values: pa.Array
    labels: list[str]
    """How each value is told to people."""
    unreadable: int
    """Records of the list without a readable structure."""
    structures: pa.Table | None = None
    """``STRUCTURE_COLUMNS`` of each value; None for a list of ids."""


class _Found(NamedTuple):
    """What a library has of a list."""

    rows: Rows
    values: pa.Array
    """Of ``_Named.column`` in those rows."""


def match_lists(prepared: Prepared, lists: Sequence[CompoundList], hits: int) -> ListMatches:
    """Hold lists, prepared before, against a prepared library. hits: how many are asked for.

    A compound of an exclusion list that the library lacks is nothing to tell. Raises InputError
    for a control, or an id written in the screen itself, that the library lacks or could not read;
    for a control whose own record cannot be read; and for more controls than hits.
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
            f"found {counted(len(controls), 'control')} to include, but only "
            f"{counted(hits, 'hit')} asked for in all; ask for more hits, or include fewer controls"
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
            # Ids have no stereochemistry.
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
            "mend its structure or take it off the list"
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
    """Return what a library has of a list; raises InputError where it must have all of it."""
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
    """Return the rows of each compound's first record, ascending."""
    repeats = prepared.store.read_table(DUPLICATES, ["row", "first_row"])
    order = np.argsort(repeats["row"].to_numpy())
    repeated, first = (repeats[c].to_numpy()[order] for c in ("row", "first_row"))
    if len(repeated):
        at = np.minimum(np.searchsorted(repeated, rows), len(repeated) - 1)
        rows = np.where(repeated[at] == rows, first[at], rows)
    return np.unique(rows)


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
    """Return how many entries of each list a library has as another stereoisomer, or flat.

    lists: ``STRUCTURE_COLUMNS`` of those accepted entries [n] whose keys the library lacks. The
    library is read once for all lists, and not at all where no entry is left. Structures are
    compared only where all of ``STEPS`` agree, which are few.
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
    """Return a number for each row [n] that stereoisomers share."""
    found = np.zeros(table.num_rows, dtype=np.int64)
    for name, steps in STEPS.items():
        values = np.rint(table[name].to_numpy().astype(np.float64) * steps).astype(np.int64)
        found = found * 1_000_003 + values
    return found
