"""Time grows with a file's size and not with its square, whatever the file holds."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from chem.library.read import open_library

BLOCK = "\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n" + "    0.0000" * 3 + " C   0  0\nM  END\n"

JITTER = 0.005
"""Seconds that a busy machine may add; what grows with the square takes far longer."""


def _sdf(rest: str) -> str:
    return BLOCK + rest + "\n\n$$$$\n"


def _open_quotes(n: int) -> str:
    """Lines that leave a quotation mark open, both read alone and read inside of one."""
    return "smiles,id\nCCO,1\n" + 'a"",",b","open\n' * n


WORST: dict[str, tuple[str, int, Callable[[int], str]]] = {
    "equal names of columns": ("csv", 1_000, lambda n: "smiles" + ",x" * n + "\nCCO\n"),
    "blank names of columns": ("csv", 500, lambda n: "smiles" + ",x,," * n + "\nCCO" + ",1" * n),
    "names of SMILES columns": ("csv", 500, lambda n: "smiles" + ",smiles" * n + "\nCCO\n"),
    "names of a SMILES file": ("smi", 2_000, lambda n: "smiles" + "\tx" * n + "\nCCO\n"),
    "commas in a quotation": ("csv", 4_000, lambda n: '"smiles' + "," * n + "\nCCO\n"),
    "cells of a row": ("csv", 100_000, lambda n: "smiles,id\nCCO" + ",1" * n + "\n"),
    "marks in a row": ("csv", 400_000, lambda n: 'smiles,id\nCCO,"a' + '"b' * n + "\n"),
    "marks that are text": ("csv", 2_000, lambda n: "smiles,id\n" + 'CCO,"5 tube\n' * n),
    "marks that stay open": ("csv", 1_500, _open_quotes),
    "carriage returns": ("csv", 10_000, lambda n: "smiles,id\n" + "CCO,1\r" * n + "\n"),
    "angle brackets": ("sdf", 500_000, lambda n: _sdf("> <a>\n1\n\n>" + "<" * n)),
    "brackets that close": ("sdf", 200_000, lambda n: _sdf("> <a>\n1\n\n>" + "<>" * n)),
    "parts of a field's line": ("sdf", 100_000, lambda n: _sdf("> <a>\n1\n> " + "DT12 " * n)),
    "equal fields of a record": ("sdf", 1_000, lambda n: _sdf("> <x>\n1\n\n" * n)),
    "lines of a value": ("sdf", 10_000, lambda n: _sdf("> <x>\n" + "1\n" * n)),
    "blank lines": ("smi", 20_000, lambda n: "\n" * n + "CCO 1\n"),
    "words of a line": ("smi", 400_000, lambda n: "CCO" + " a" * n + "\n"),
    "signs of a SMILES": ("smi", 20_000, lambda n: "C(" * n + " 1\n"),
}


KEPT = 31 << 20
"""Bytes that make the allocator keep the memory of a reading for the next, when they are freed."""


def _settle() -> None:
    """Bring the process to the same state before each look.

    What others left to the garbage collector goes first. Going through all objects of a long test
    run takes longer than most readings do, so this is done once a look and not once a reading.

    glibc returns freed memory to the system above a limit, twice the largest block that was freed
    so far. Fetching it anew takes as long again as a reading does, so a file on the other side of
    the limit seems to break the law. 32 MiB is the largest block that counts.
    """
    gc.collect()
    bytes(KEPT)  # freed at once


def _seconds(path: Path) -> float:
    """Return the processor's time that a whole reading takes, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        with suppress(InputError):
            for _ in open_library(path):
                pass
        found.append(time.process_time() - start)
    return min(found)


def _check(make: Callable[[int], Path], n: int) -> None:
    """Hold each doubling to less than 2.5 times the time; a busy machine gets more looks."""
    for last in (False, False, True):
        _settle()
        once, twice, again = (_seconds(make(n * times)) for times in (1, 2, 4))
        if twice < 2.5 * once + JITTER and again < 2.5 * twice + JITTER:
            return
        if last:
            pytest.fail(f"{once:.3f}, {twice:.3f}, {again:.3f} s at n, 2n, 4n of n = {n:,}")


@pytest.mark.slow
@pytest.mark.parametrize("what", WORST)
def test_time_grows_with_the_file(tmp_path: Path, what: str) -> None:
    ending, n, text = WORST[what]

    def make(n: int) -> Path:
        path = tmp_path / f"library.{ending}"
        path.write_text(text(n))
        return path

    _check(make, n)


@pytest.mark.slow
def test_time_grows_with_the_columns_of_a_parquet_table(tmp_path: Path) -> None:
    def make(n: int) -> Path:
        path = tmp_path / "library.parquet"
        names = ["smiles", *(["x"] * n)]
        table = pa.Table.from_arrays([pa.array(["CCO"])] * len(names), names)
        pq.write_table(table, path, use_dictionary=False, write_statistics=False)
        return path

    _check(make, 500)
