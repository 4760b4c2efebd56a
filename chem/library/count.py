"""How many records a library seems to have, so that progress can tell the time left."""

from pathlib import Path

import pyarrow.parquet as pq

from chem.disk.text_lines import open_bytes

_MARKS = {"smi": b"\n", "csv": b"\n", "tsv": b"\n", "sdf": b"$$$$"}
"""What ends a record, by format."""
_BLOCK = 1 << 20


def estimate_records(path: Path, format: str, enough: int | None = None) -> int | None:
    """Count what ends a record; None where that cannot be told without reading the records.

    A header, blank lines and line breaks in quotes count as well, so the number may be a little
    too large: good enough for a progress bar, and for nothing else. About 0.1 s a gigabyte, and
    as long as unpacking takes for a gzipped file.

    enough: may be returned for any larger number; the rest of the file is not read then.
    """
    if format == "parquet":
        try:
            rows = int(pq.read_metadata(path).num_rows)
            return rows if enough is None else min(rows, enough)
        except Exception:  # gzipped as a whole, or damaged, which reading tells
            return None
    mark, count, rest = _MARKS[format], 0, b""
    with open_bytes(path) as stream:
        while block := stream.read(_BLOCK):
            found = rest + block
            if not count and mark == b"\n" and mark not in block and b"\r" in block:
                mark = b"\r"  # an old Macintosh file
            count += found.count(mark)
            if enough is not None and count >= enough:
                return enough
            # A mark may be cut by the end of the block; a whole one must not count twice.
            rest = found[len(found) - len(mark) + 1 :] if len(mark) > 1 else b""
    return count
