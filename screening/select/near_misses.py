"""Entries of a list that a library has in another stereochemical form alone.

A flat drawing, a racemate and an enantiomer are three statements, so a list that has one does not
name the others: a compound that was tested as a racemate was not tested as an enantiomer. But
many lists are drawn flat, and whoever gave one should hear of it.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.structure.variants import without_stereo
from screening.prepare.prepared import Prepared
from screening.storage.schema import ACCEPTED

STEPS = {"mw": 20.0, "logp": 100.0, "tpsa": 10.0, "heavy_atoms": 1.0}
"""Properties that stereoisomers share, each with the steps in which it is compared."""
COLUMNS = ["smiles", *STEPS]
"""What is read of entries and of the library."""


def count_near_misses(prepared: Prepared, lists: Sequence[pa.Table]) -> list[int]:
    """Return how many entries of each list a library has as another stereoisomer, or flat.

    lists: ``COLUMNS`` of those accepted entries [n] whose keys the library lacks. The library is
    read once for all lists, and not at all where no entry is left. Structures are compared only
    where all of ``STEPS`` agree, which are few.
    """
    wanted = [[without_stereo(smiles) for smiles in one["smiles"].to_pylist()] for one in lists]
    open_ = set(chain.from_iterable(wanted))
    codes = np.concatenate([np.empty(0, np.int64), *map(_property_codes, lists)])
    met: set[str] = set()
    for name in prepared.partitions if open_ else ():
        table = prepared.store.read_table(name, [*COLUMNS, "status"])
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
