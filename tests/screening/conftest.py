"""A small library with everything that happens in one, and one cluster for all tests."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from distributed import Client

from chem.records.records import Record
from gnn.bundle.bundle import Bundle
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.lazy_client import started
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.runs.write_run import Outcome
from screening.text.cells import unescape_cell
from tests.screening.stand_ins import evidence as evidence
from tests.screening.stand_ins import facts as facts
from tests.screening.stand_ins import good as good
from tests.screening.stand_ins import good_units as good_units
from tests.screening.stand_ins import kinase as kinase
from tests.screening.stand_ins import near as near
from tests.screening.stand_ins import panel as panel
from tests.screening.stand_ins import panel_ranking as panel_ranking
from tests.screening.stand_ins import ranking as ranking
from tests.screening.stand_ins import scored as scored
from tests.screening.stand_ins import tell as tell
from tests.screening.stand_ins import units as units

FILES = Path(__file__).parents[1] / "files"

IDS = ("007", "NA", "1E5", "nan", "", "-0", "1.0", "False", "Ünïcode-β", "a,b", 'say "x"', "007")
"""Text, all of it: nothing here is a number, a date or a missing value."""
GOOD = (
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1.Cl",  # its salt: one compound
    "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "OC(=O)c1ccccc1OC(C)=O",  # the same, spelled differently
    "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
    "C",
    "CCO",
    "CC[Te]C",  # an element without a token
)
BAD = ("", "CCQ", "c1ccccc", "C(C)(C)(C)(C)C", "[Na+].[Cl-]", "*CC", "not a molecule")


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Two worker processes."""
    with connect(workers=2) as lazy:
        yield started(lazy)


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


@pytest.fixture(scope="session")
def small_bundle(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    """A bundle with a surrogate."""
    tasks = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
    return give_surrogate(make_bundle(tmp_path_factory.mktemp("bundle"), "small", tasks))


@pytest.fixture(scope="session")
def objective(
    small_bundle: Bundle,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: list[tuple[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Screen]:
    """Make screens of one library, of drugs and trouble, by a task of the bundle."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*drugs[:14], *mixed, ("=1+1", "CCOc1ccccc1.Cl")]
    library = write_library(tmp_path_factory.mktemp("library") / "library.csv", rows)

    def make(task: str, hits: int, **filters: float) -> Screen:
        found = {
            "name": task,
            "title": task,
            "library": str(library),
            "bundles": [str(small_bundle.path)],
            "hits": hits,
            "primary": [{"task": f"small_{task}", "zero": 5.0, "full": 8.0}],
            "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
            "filters": filters,
        }
        return Screen.model_validate(found)

    return make


@pytest.fixture(scope="session")
def drug_run(
    objective: Callable[..., Screen], lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """A finished run of that library, to be read only."""
    folder = tmp_path_factory.mktemp("run")
    screen = objective("EGFR", 12, min_heavy_atoms=8.0)
    return run_screen(plan_run(screen, folder / "run", prepared=folder / "prepared"), lone)


@pytest.fixture(scope="session")
def hits_of() -> Callable[[Path], list[dict[str, str]]]:
    """Read the hit list of a run, as it was before it was guarded for spreadsheets."""

    def read(folder: Path) -> list[dict[str, str]]:
        with (folder / "hits.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [{name: unescape_cell(value) for name, value in row.items()} for row in rows]

    return read
