"""Files below 5 MB that would unpack to more than 4 GB: refused in 5 s, below 1 GB of memory."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.chem.lying import write_lying

READ = """
import resource, sys, time
from chem.errors import InputError
from chem.library.read import open_library
limit = 1 << 30
own = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (own + limit, own + limit))
start = time.process_time()
try:
    for record in open_library(sys.argv[1]):
        if time.process_time() - start > 10:
            break
    told = "read"
except InputError as error:
    told = f"refused {error}"
print(time.process_time() - start, told, sep="|")
"""
BLOCK = (
    b"\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n" + b"    0.0000" * 3 + b" C   0  0\nM  END\n"
)
MB = 1_000_000
# Arrow's own pool reserves address space that it never uses.
ENVIRONMENT = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}


def _squeezed(start: bytes, part: bytes, count: int) -> Callable[[Path], None]:
    """Return a writer of a gzipped file of so many equal members, each a thousandth as long."""

    def write(path: Path) -> None:
        path.write_bytes(gzip.compress(start) + gzip.compress(part, 9) * count)

    return write


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd", write_statistics=False)


def _same(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))


def _write_repeated(path: Path) -> None:
    """Sixteen columns with one value of 200 kB each in 5,000 rows: 16 GB of text."""
    columns = {f"x{n}": _same("x" * 200_000, 5_000) for n in range(16)}
    _write(path, pa.table({"smiles": ["C"] * 5_000, **columns}))


def _write_large(path: Path) -> None:
    _write(path, pa.table({"smiles": ["C"], "x": ["x" * 100 * MB]}))


HEAD = b"smiles,id,note\n"
PART = 32 * MB
BOMBS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "one line": ("a.csv.gz", _squeezed(HEAD, b"x" * PART, 130)),
    "long lines": ("b.csv.gz", _squeezed(HEAD, b"C,1," + b"x" * PART + b"\n", 130)),
    "long first lines": ("c.csv.gz", _squeezed(b"", b"x" * PART + b"\n", 130)),
    "cells without end": ("d.csv.gz", _squeezed(HEAD, b"," * PART, 130)),
    "long SMILES": ("f.smi.gz", _squeezed(b"C 1\n", b"C" * PART + b"\n", 130)),
    "one SD record": ("h.sdf.gz", _squeezed(BLOCK + b"> <a>\n", (b"x" * 9999 + b"\n") * 3200, 120)),
    "large SD records": (
        "i.sdf.gz",
        _squeezed(b"", (BLOCK + b"> <a>\n" + b"x" * 8 * MB + b"\n\n$$$$\n") * 4, 130),
    ),
    "a value of many rows": ("l.parquet", _write_repeated),
    "pages larger than told": ("n.parquet", lambda path: write_lying(path, 2, 60, 9 * MB)),
    "one large cell": ("m.parquet", _write_large),
    "a gzipped table": ("p.parquet.gz", _squeezed(b"PAR1", bytes(PART), 130)),
}


@pytest.mark.parametrize("what", BOMBS)
def test_no_small_file_takes_the_machine(tmp_path: Path, what: str) -> None:
    name, write = BOMBS[what]
    path = tmp_path / name
    write(path)
    assert path.stat().st_size < 5 * MB
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        timeout=200,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, told = done.stdout.strip().split("|", 1)
    assert told.startswith(f"refused {path}"), told
    assert "malloc" not in told
    assert float(seconds) < 5
