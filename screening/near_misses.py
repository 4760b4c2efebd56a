"""Entries of a list that a library has in another stereochemical form alone.

A flat drawing, a racemate and an enantiomer are three statements, so a list that has one does not
name the others: a compound that was tested as a racemate was not tested as an enantiomer. But
many lists are drawn flat, and whoever gave one should hear of it.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.flat import without_stereo
from screening.prepared import Prepared
from screening.records import ACCEPTED

STEPS = {"mw": 20.0, "logp": 100.0, "tpsa": 10.0, "heavy_atoms": 1.0}
"""Properties that stereoisomers share, each with the steps in which it is compared."""
COLUMNS = ["key", "smiles", *STEPS]
"""What is read of entries and of the library."""


def count_near_misses(prepared: Prepared, entries: pa.Table) -> int:
    """Return how many entries a library has only as another stereoisomer, or without stereo.

    entries: ``COLUMNS`` of accepted records. Structures are compared only where all of ``STEPS``
    agree, which are few.
    """
    marks, keys, structures = _marks(entries), [entries["key"].combine_chunks().slice(0, 0)], []
    for name in prepared.partitions:
        table = prepared.store.read_table(name, [*COLUMNS, "status"])
        table = table.filter(pc.equal(table["status"], ACCEPTED))
        table = table.filter(pa.array(np.isin(_marks(table), marks)))
        keys.append(table["key"].combine_chunks())
        structures += table["smiles"].to_pylist()
    missed = entries.filter(pc.invert(pc.is_in(entries["key"], pa.concat_arrays(keys))))
    if not missed.num_rows or not structures:
        return 0
    flat = {without_stereo(smiles) for smiles in structures}
    return sum(without_stereo(smiles) in flat for smiles in missed["smiles"].to_pylist())


def _marks(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return a number for each row [n] that stereoisomers share."""
    found = np.zeros(table.num_rows, dtype=np.int64)
    for name, steps in STEPS.items():
        values = np.rint(table[name].to_numpy().astype(np.float64) * steps).astype(np.int64)
        found = found * 1_000_003 + values
    return found
