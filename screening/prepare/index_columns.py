"""Computes and reads the columns by which a prepared library is searched for analogs.

They are computed from the tokens of the graphs while a partition is prepared, and lie in a file
beside it. So prepared partitions are as they were before there were such files.
"""

import numpy as np
import pyarrow as pa

from chem.features.graphs import element_numbers
from gnn.features.structure_index import StructureIndex, index_structures
from screening.prepare.prepared import to_graphs
from screening.storage.schema import INDEX


def add_index(table: pa.Table) -> pa.Table:
    """Return rows that have the columns of a graph with the columns of ``INDEX`` behind them."""
    table = table.combine_chunks()
    found = index_structures(to_graphs(table), element_numbers())
    columns = []
    for field, values in zip(INDEX, found, strict=True):
        buffer = pa.py_buffer(np.ascontiguousarray(values))
        columns.append(pa.Array.from_buffers(field.type, table.num_rows, [None, buffer]))
    return append_index(table, pa.table(columns, schema=INDEX))


def append_index(table: pa.Table, index: pa.Table) -> pa.Table:
    """Return rows with the columns of ``INDEX`` behind them."""
    for field in INDEX:
        table = table.append_column(field, index[field.name])
    return table


def to_index(table: pa.Table) -> StructureIndex:
    """Return the columns of ``INDEX`` as arrays."""
    found = []
    for field in INDEX:
        column = table[field.name].combine_chunks()
        width = field.type.bit_width // 64
        words = np.frombuffer(column.buffers()[1], np.uint64)
        words = words[column.offset * width : (column.offset + len(column)) * width]
        found.append(words.reshape(-1, width) if width > 1 else words)
    return StructureIndex(*found)
