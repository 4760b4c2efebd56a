"""Real small runs of one screen, each edited in one way, and kept for all tests of comparisons."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from gnn.bundle.bundle import Bundle
from screening.changes.compare import Change, Changes
from screening.objective.screen_settings import Screen
from screening.runs.plan import RunOptions, plan_run
from screening.runs.run import run_screen
from screening.text.cells import unescape_cell

FILES = Path(__file__).parents[2] / "files"
TASKS = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
HITS = 8
Rows = dict[str, tuple[str, str]]
"""Structure and price by id."""
MakeBundle = Callable[..., Bundle]


class Nights:
    """Makes runs of a screen, and keeps their folders by name."""

    def __init__(self, folder: Path, bundle: Bundle, client: Client) -> None:
        self.folder, self.bundle, self.client = folder, bundle, client
        self.made: dict[str, Path] = {}
        with (FILES / "chem/approved_sample.smi").open(newline="") as file:
            drugs = list(csv.DictReader(file, delimiter="\t"))[:32]
        self.rows: Rows = {row["chembl_id"]: (row["smiles"], "10.00") for row in drugs}

    def run(
        self,
        name: str,
        rows: Rows | None = None,
        bundle: Bundle | None = None,
        options: RunOptions | None = None,
        **edits: Any,
    ) -> Path:
        """Screen a library, with edits of the screen."""
        if name in self.made:
            return self.made[name]
        folder = self.folder / name
        folder.mkdir()
        with (folder / "library.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["compound_id", "smiles", "Price"])
            writer.writerows([key, *cells] for key, cells in (rows or self.rows).items())
        found = {
            "name": "nightly",
            "title": "Nightly",
            "library": str(folder / "library.csv"),
            "bundles": [str((bundle or self.bundle).path)],
            "hits": HITS,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
            **edits,
        }
        screen = Screen.model_validate(found)
        planned = plan_run(screen, folder / "run", prepared=folder / "prepared", options=options)
        run_screen(planned, self.client)
        self.made[name] = folder / "run"
        return self.made[name]


@pytest.fixture(scope="session")
def nights(
    make_bundle: MakeBundle,
    give_surrogate: MakeBundle,
    lone: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Nights:
    folder = tmp_path_factory.mktemp("nights")
    return Nights(folder, give_surrogate(make_bundle(folder / "bundle", "small", TASKS)), lone)


def ranked(folder: Path) -> list[str]:
    """Return the ids of the hits."""
    with (folder / "hits.csv").open(newline="") as file:
        return [unescape_cell(row["compound_id"]) for row in csv.DictReader(file)]


def without(rows: Rows, *names: str) -> Rows:
    return {name: cells for name, cells in rows.items() if name not in names}


def by_id(changes: Changes) -> dict[str, Change]:
    return {one.compound_id: one for one in changes.changes}


def causes(changes: Changes, kind: str) -> dict[str, int]:
    return dict(changes.causes(kind))


def with_cells(rows: Rows, changed: Mapping[str, tuple[str, str]]) -> Rows:
    return {name: changed.get(name, cells) for name, cells in rows.items()}
