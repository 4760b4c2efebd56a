"""A prepared library of drugs and of analogs of one of them."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from chem.library.read import open_library
from chem.structure.standardize import Standardized, standardize
from screening.analogs.library import open_prepared
from screening.analogs.query import Query, make_query
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared
from screening.prepare.prepared_rows import hash_key

FILE = Path(__file__).parents[2] / "files/chem/approved_sample.smi"
HIT = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
FAMILY = (
    HIT,
    f"{HIT}.Cl",
    "COc1cc2ncnc(Nc3ccc(F)cc3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Br)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCCCC1",
    "COc1cc2ncnc(NCc3ccccc3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3C)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(C)c(Br)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2nccc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OC",
    "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "not a molecule",
)

Prepare = Callable[[int], Prepared]


@pytest.fixture(scope="session")
def structures() -> list[str]:
    with FILE.open(newline="") as file:
        drugs = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")]
    return [*drugs[:60], *FAMILY, *drugs[60:120]]


@pytest.fixture(scope="session")
def prepare(
    structures: list[str], client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Prepare:
    path = tmp_path_factory.mktemp("analogs") / "library.csv"
    rows = "".join(f"c{at},{text}\n" for at, text in enumerate(structures))
    path.write_text(f"compound_id,smiles\n{rows}")

    def make(size: int) -> Prepared:
        library = open_library(path)
        folder = path.parent / f"prepared-{size}"
        return open_prepared(prepare_library(library, folder, client, partition_rows=size))

    return make


@pytest.fixture(scope="session")
def query() -> Query:
    standard = standardize(HIT, "smiles")
    assert isinstance(standard, Standardized)
    return make_query(HIT, hash_key(standard.key))
