"""The columns of prepared libraries and scores, and the checks of them whenever they are read.

A prepared library has one row for each record. Partitions and scores lie in folders to which others
may write, with their hashes beside them. Without the checks, a column of another type, a missing
value or a bond to an atom that does not exist would end in a traceback or a wrong number elsewhere.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.disk.bounded_read import parse_json
from chem.features.graphs import MAX_ATOMS, OTHER_BOND, atom_states
from chem.features.properties import PROPERTIES

ACCEPTED, REJECTED = "accepted", "rejected"
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("compound_id", pa.string()),
        ("name", pa.string()),
        ("input_smiles", pa.string()),  # "" if the record is a molblock
        ("extra", pa.string()),  # the other columns as a JSON object of texts
        ("status", pa.string()),
        ("stage", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
        ("smiles", pa.string()),  # standardized; "" if rejected
        ("changes", pa.list_(pa.string())),
        ("key", pa.binary(16)),  # hash of the registration key; zeros if rejected
        ("atoms", pa.list_(pa.uint16())),
        ("begin", pa.list_(pa.uint16())),
        ("end", pa.list_(pa.uint16())),
        ("bonds", pa.list_(pa.uint8())),
        *((name, pa.float32()) for name in PROPERTIES),
    ]
)
INDEX = pa.schema(
    [
        ("environments", pa.binary(64)),
        ("paths", pa.binary(64)),
        ("scaffold", pa.uint64()),
        ("side_chains", pa.uint64()),
    ]
)
"""The columns by which analogs are searched (``gnn.features.structure_index``); zeros if the record
is rejected."""
GRAPH = ("atoms", "begin", "end", "bonds")
_VARIED = ("row", "compound_id", "input_smiles", "smiles", "key", "logp")
REPETITIVE = tuple(name for name in SCHEMA.names if name not in _VARIED)
"""The columns whose values repeat. A dictionary of the others makes a file a tenth larger."""
KINDS: dict[str, pa.DataType] = {
    **{field.name: field.type for field in (*SCHEMA, *INDEX)},
    "first_row": pa.int64(),
    "text_hash": pa.binary(16),
    "graph_hash": pa.binary(16),
    "promise": pa.float32(),
    "passing": pa.bool_(),
    "lot": pa.uint64(),
}
"""Columns whose types are known; all others are predictions."""
MOST_ROWS = 10**12
_STATUS = pa.array([ACCEPTED, REJECTED])


def check_table(table: pa.Table) -> None:
    """Raise ValueError, one line, for a table that this program did not write."""
    table.validate(full=True)
    names = table.column_names
    if len(set(names)) < len(names):
        raise ValueError("a column occurs twice")
    for name in names:
        if (wanted := KINDS.get(name)) is not None:
            _check_column(table[name], name, wanted)
    known = [name for name in names if name in KINDS]
    if "row" in known:
        _check_rows(table, "first_row" in known)
    if "status" in known and pc.all(pc.is_in(table["status"], _STATUS)).as_py() is False:
        raise ValueError("a status is neither accepted nor rejected")
    if set(GRAPH) <= set(known):
        _check_graphs(table)


def read_extra(text: str) -> dict[str, str]:
    """Return the library's own columns of a record.

    Raises ValueError for text that is not a JSON object of texts.
    """
    found = parse_json(text)
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise ValueError("the columns of a record are not an object of texts")
    return found


def check_finite(table: pa.Table) -> None:
    """Raise ValueError if an accepted compound lacks a number or has a non-number in its place."""
    if "status" in table.column_names:
        table = table.filter(pc.equal(table["status"], ACCEPTED))
    for name in table.column_names:
        column = table[name]
        if not pa.types.is_float32(column.type):
            if name not in KINDS:
                raise ValueError(f"{name} is of {column.type}, expected numbers")
            continue
        if column.null_count or not np.isfinite(column.to_numpy()).all():
            raise ValueError(f"{name} holds a number that is missing or not finite")


def _check_column(column: pa.ChunkedArray, name: str, wanted: pa.DataType) -> None:
    if not column.type.equals(wanted):
        raise ValueError(f"{name} is of {column.type}, expected {wanted}")
    if column.null_count and name not in PROPERTIES:
        raise ValueError(f"{name} lacks values")
    if pa.types.is_list(wanted) and any(chunk.flatten().null_count for chunk in column.chunks):
        raise ValueError(f"{name} lacks values")


def _check_rows(table: pa.Table, paired: bool) -> None:
    rows = table["row"].to_numpy()
    if not len(rows):
        return
    if rows[0] < 1 or rows[-1] > MOST_ROWS or (np.diff(rows) < 1).any():
        raise ValueError("its rows are not in ascending order")
    if paired:
        first = table["first_row"].to_numpy()
        if first.min() < 1 or (first >= rows).any() or np.isin(first, rows, kind="sort").any():
            raise ValueError("a duplicate comes before the record that stands for it")


def _check_graphs(table: pa.Table) -> None:
    atoms, begin, end, bonds = (table[name].combine_chunks() for name in GRAPH)
    of_atoms, *of_bonds = (_lengths(column) for column in (atoms, begin, end, bonds))
    if any(not np.array_equal(of_bonds[0], other) for other in of_bonds[1:]):
        raise ValueError("the lists of a molecule's bonds differ in length")
    most = np.repeat(of_atoms, of_bonds[0])
    ends = [column.flatten().to_numpy() for column in (begin, end)]
    if any((one >= most).any() for one in ends) or (ends[0] == ends[1]).any():
        raise ValueError("a bond leads to an atom that is not there")
    kinds = bonds.flatten().to_numpy()
    tokens = atoms.flatten().to_numpy()
    if (len(kinds) and kinds.max() > OTHER_BOND) or (
        len(tokens) and tokens.max() > len(atom_states().rows)
    ):
        raise ValueError("an atom or a bond is of an unknown kind")
    if len(of_atoms) and of_atoms.max() > MAX_ATOMS:
        raise ValueError(f"a molecule has more than {MAX_ATOMS} atoms")


def _lengths(column: pa.ListArray) -> npt.NDArray[np.int64]:
    lengths: npt.NDArray[np.int64] = pc.list_value_length(column).to_numpy().astype(np.int64)
    return lengths
