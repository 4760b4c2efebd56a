"""Times preparing and scoring a library, and the same library a night later.

``python tests/measure/changed_library.py 200000`` takes that many lead-like molecules of ZINC. The
first night has all but 1 % of them. The second night has these too, lacks 0.5 % of the others, and
every price differs. Then nothing changes. Afterwards the second night is prepared and scored as a
whole, with a cache of its own, and the bytes are compared.
"""

import csv
import os
import random
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

from distributed import Client

import flows
from chem.library.read import open_library
from data.catalogue.fetch import CACHE, fetch
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.lazy_client import started
from screening.objective.screen_file import load_screen
from screening.runs.plan import Plan, RunOptions, plan_run
from screening.runs.run import prepare_stage, score_stage

SHIPPED_SCREEN = Path(flows.__file__).parent / "screens/kinase.toml"
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


def screen_night(library: Path, home: Path, out: str, client: Client) -> tuple[Plan, float, float]:
    """Prepare and score a library with a cache of its own; return the seconds of each."""
    with patch.dict(os.environ, {CACHE: str(home)}):
        plan = plan_run(
            load_screen(SHIPPED_SCREEN), home / out, options=RunOptions(library=str(library))
        )
        started = perf_counter()
        prepared = prepare_stage(plan, client)
        between = perf_counter()
        score_stage(plan, prepared, client)
        return plan, between - started, perf_counter() - between


def content(plan: Plan) -> dict[str, bytes]:
    """Return the files of a prepared library and its scores."""
    folders = (plan.prepared, plan.out / "scores")
    return {path.name: path.read_bytes() for one in folders for path in one.glob("*.parquet")}


def main(molecules: int) -> None:
    """Print the seconds of each night."""
    library = open_library(fetch("zinc_leadlike"))
    smiles = [record.structure for record in islice(library, molecules)]
    with TemporaryDirectory() as scratch, connect() as lazy:
        client = started(lazy)  # whose start is not measured
        folder = Path(scratch)
        nights = [write(folder / f"{n}.csv", rows) for n, rows in enumerate(two_nights(smiles), 1)]
        made = {}
        for what, night, home in (
            ("first night", nights[0], "home"),
            ("second night", nights[1], "home"),
            ("second night again", nights[1], "home"),
            ("second night, whole", nights[1], "alone"),
        ):
            made[what], prepare, score = screen_night(night, folder / home, what, client)
            print(f"{what}: prepare {prepare:.2f} s, score {score:.2f} s", flush=True)
        whole, *others = (content(made[what]) for what in reversed(made))
        for what, other in zip(list(reversed(made))[1:], others, strict=True):
            if what != "first night":
                print(what, "has the same bytes" if other == whole else "HAS OTHER BYTES")


if __name__ == "__main__":
    main(int(sys.argv[1]))
