"""A small library of real drugs with every kind of trouble, and the command line in process."""

import csv
import gzip
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pandas as pd
import pytest
import typer
from distributed import Client
from rdkit import Chem
from rdkit.Chem import rdDepictor

from flows.cli import app, main
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.lazy_client import started
from screening.dask_cluster.remote import Tls, address_of
from tests.postgres import postgres, url_of

FILES = Path(__file__).parents[1] / "files"
GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
ERLOTINIB = "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"
TROUBLE = {
    "salt-1": f"{GEFITINIB}.Cl",
    "007": GEFITINIB,  # the same compound as the salt before it
    "NA": ERLOTINIB,
    "1E5": f"{ERLOTINIB}.CS(=O)(=O)O",
    "broken": "c1ccccc",
    "words": "not a structure",
    "table-salt": "[Na+].[Cl-]",
}
Rows = list[tuple[str, str]]


class Answer(NamedTuple):
    """What a command line said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What went to the terminal's second stream, but for how the library was read."""
        lines = self.err.splitlines(keepends=True)
        return "".join(line for line in lines if ": ids from column " not in line)


class Run(Protocol):
    """Runs ``hitlist`` in this process."""

    def __call__(self, *words: str | Path) -> Answer:
        """Give these words to the command line."""


Crew = tuple[str, ...]
WriteLibrary = Callable[[Path, Rows], Path]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``hitlist`` in this process."""

    return partial(ask, capfd, app)


def ask(capfd: pytest.CaptureFixture[str], commands: typer.Typer, *words: str | Path) -> Answer:
    """Run a command line in this process."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words], commands)
    said = capfd.readouterr()
    return Answer(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep prepared libraries out of the user's cache; fetched files need not be fetched again."""
    patch = pytest.MonkeyPatch()
    patch.setenv("HITLIST_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def crew(_cache: None, certificates: Callable[[Client], Tls]) -> Iterator[Crew]:
    """Options that give work to two workers that are there already: starting others takes long."""
    with connect(workers=2) as lazy:
        client = started(lazy)
        files = certificates(client).files
        options = [word for name, path in files.items() for word in (f"--tls-{name}", path)]
        yield "--scheduler", address_of(client), *options


@pytest.fixture(scope="session")
def drugs() -> Rows:
    """Id and SMILES of 50 approved drugs, and of trouble in between."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))[:50]
    rows = [(row["chembl_id"], row["smiles"]) for row in table]
    for at, item in enumerate(TROUBLE.items()):
        rows.insert(3 + 5 * at, item)
    return rows


@pytest.fixture(scope="session")
def write_library() -> WriteLibrary:
    """A function that writes a library in the format of its name."""
    return _write_library


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of the test's own, as the server's PREFECT_SERVER_DATABASE_CONNECTION_URL."""
    with postgres() as folder:
        yield url_of(folder)


def _write_library(path: Path, rows: Rows) -> Path:
    kind = path.name.split(".")[1]
    if kind == "parquet":
        pd.DataFrame(rows, columns=["compound_id", "smiles"]).to_parquet(path)
        return path
    if kind == "sdf":
        text = "".join(_sd_record(*row) for row in rows)
    elif kind == "smi":
        text = "".join(f"{smiles}\t{key}\n" for key, smiles in rows)
    else:
        text = "compound_id,smiles\n" + "".join(f"{key},{smiles}\n" for key, smiles in rows)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def _sd_record(key: str, smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return f"{key}\n\n\nno counts line\nM  END\n$$$$\n"
    rdDepictor.Compute2DCoords(mol)
    mol.SetProp("_Name", key)
    return f"{Chem.MolToMolBlock(mol)}$$$$\n"
