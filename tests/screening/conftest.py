"""A small library with everything that happens in one, and one cluster for all tests."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from chem.records import Record
from screening.cluster import connect

IDS = ("007", "NA", "1E5", "nan", "", "-0", "1.0", "None", "Ünïcode-β", "a,b", 'say "x"', "007")
"""Text, all of it: nothing here is a number, a date or a missing value."""
GOOD = (
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1.Cl",  # its salt: one compound
    "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "OC(=O)c1ccccc1OC(C)=O",  # the same, spelt otherwise
    "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
    "C",
    "CCO",
    "C[CH2][Og]",  # an element without a token
)
BAD = ("", "CCQ", "c1ccccc", "C(C)(C)(C)(C)C", "[Na+].[Cl-]", "*CC", "not a molecule")


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Two worker processes."""
    with connect(workers=2) as client:
        yield client


@pytest.fixture(scope="session")
def lone() -> Iterator[Client]:
    """One worker, in this process."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def records() -> Callable[[Sequence[str]], list[Record]]:
    """Make records of structures, with ids that look like something else."""

    def make(structures: Sequence[str]) -> list[Record]:
        return [
            Record(row, IDS[row % len(IDS)], f"name {row}", text, "smiles", {"Price": f"{row}.50"})
            for row, text in enumerate(structures, 1)
        ]

    return make


@pytest.fixture(scope="session")
def write_library() -> Callable[[Path, Sequence[tuple[str, str]]], Path]:
    """Write a CSV library of ids and structures."""

    def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["compound_id", "smiles", "Price"])
            writer.writerows(
                [name, smiles, f"0{number}"] for number, (name, smiles) in enumerate(rows)
            )
        return path

    return write


@pytest.fixture(scope="session")
def mixed() -> list[tuple[str, str]]:
    """Ids and structures: 60 records with repeats, other spellings, salts and mistakes."""
    structures = [(GOOD * 6)[i] if i % 7 else BAD[i // 7 % len(BAD)] for i in range(60)]
    return [(IDS[i % len(IDS)] or f"x{i}", text) for i, text in enumerate(structures)]
