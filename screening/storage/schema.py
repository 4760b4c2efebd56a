"""The columns of a prepared library, one row for each record."""

import pyarrow as pa

from chem.features.properties import PROPERTIES

ACCEPTED, REJECTED = "accepted", "rejected"
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("compound_id", pa.string()),
        ("name", pa.string()),
        ("input_smiles", pa.string()),  # "" where the record is a molblock
        ("extra", pa.string()),  # the other columns as a JSON object of texts
        ("status", pa.string()),
        ("stage", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
        ("smiles", pa.string()),  # standardized; "" where rejected
        ("changes", pa.list_(pa.string())),
        ("key", pa.binary(16)),  # hash of the registration key; zeros where rejected
        ("atoms", pa.list_(pa.uint16())),
        ("begin", pa.list_(pa.uint16())),
        ("end", pa.list_(pa.uint16())),
        ("bonds", pa.list_(pa.uint8())),
        *((name, pa.float32()) for name in PROPERTIES),
    ]
)
