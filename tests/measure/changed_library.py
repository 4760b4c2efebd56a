"""Times the preparation of a library and of the same library a night later.

``python tests/measure/changed_library.py 200000`` takes that many lead-like molecules of ZINC. The
first night has all but 1 % of them. The second night has these too, lacks 0.5 % of the others, and
every price differs. Afterwards the second night is prepared as a whole, and the bytes are compared.
"""

import csv
import random
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from chem.library.read import open_library
from data.catalogue.fetch import fetch
from screening.dask_cluster.cluster import connect
from screening.prepare.prepare import prepare_library

Row = tuple[str, str, str]


def two_nights(smiles: list[str]) -> tuple[list[Row], list[Row]]:
    """Make the rows of both nights: SMILES, ID, price."""
    draw = random.Random(1)
    rows = [(text, f"Z{number}", "1.00") for number, text in enumerate(smiles)]
    new, first = rows[: len(rows) // 100], rows[len(rows) // 100 :]
    second = [(text, name, f"{draw.random():.2f}") for text, name, _ in first]
    for at in sorted(draw.sample(range(len(second)), len(rows) // 200), reverse=True):
        del second[at]
    for row in new:
        second.insert(draw.randrange(len(second) + 1), row)
    return first, second


def write(path: Path, rows: list[Row]) -> Path:
    """Write a library."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("smiles", "compound_id", "price"), *rows])
    return path


def main(molecules: int) -> None:
    """Print the seconds of each preparation."""
    library = open_library(fetch("zinc_leadlike"))
    smiles = [record.structure for record in islice(library, molecules)]
    with TemporaryDirectory() as scratch, connect() as client:
        folder = Path(scratch)
        nights = [write(folder / f"{n}.csv", rows) for n, rows in enumerate(two_nights(smiles), 1)]
        made = {}
        for what, night, place in (
            ("first night", nights[0], "cache/1"),
            ("second night", nights[1], "cache/2"),
            ("second night, whole", nights[1], "alone/2"),
        ):
            started = perf_counter()
            made[what] = prepare_library(open_library(night), folder / place, client)
            print(f"{what}: {perf_counter() - started:.2f} s")
        whole, copied = made["second night, whole"], made["second night"]
        names = ["duplicates.parquet", *whole.partitions]
        same = all(
            (whole.folder / n).read_bytes() == (copied.folder / n).read_bytes() for n in names
        )
        print("the bytes are the same" if same else "THE BYTES DIFFER")


if __name__ == "__main__":
    main(int(sys.argv[1]))
