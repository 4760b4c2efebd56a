"""A structure with an extension, such as ``|&1:1|`` of a racemate, is one text in every file."""

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from rdkit import Chem

from chem.library.read import open_library
from chem.structure.stereo.stereo_status import STEREO_WORDS
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour, Sameness
from screening.hits.dictionary import define_columns
from screening.hits.hit_files import write_hits, write_hits_sdf
from screening.hits.table import HitTable, hit_table
from screening.hits.workbook import write_workbook
from screening.lab.write import write_lab
from screening.objective.plate_settings import Lab
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.structure_columns import with_structure_columns
from screening.reason.measurements import own_measurement, structure_difference
from screening.report.manifest import RunFacts
from screening.report.report_data import page_data

STRUCTURES = [
    "C[C@H](N)c1ccccc1 |&1:1|",
    "C[C@H](N)c1ccccc1 |o1:1|",
    "C[C@H](N)c1ccccc1",
    "CC(N)c1ccccc1",
    "C[C@H](N)[C@H](O)c1ccccc1 |&1:1,3|",
    "C[C@H](N)[C@H](O)c1ccccc1 |&1:1,o1:3|",
    "C[C@@H](N)c1ccccc1",
    "CCO",
]


class Hits:
    """A table of these compounds and the frame behind it."""

    def __init__(self, table: HitTable, frame: pd.DataFrame) -> None:
        self.table, self.frame = table, frame


@pytest.fixture(scope="module")
def hits(kinase: Screen, units: dict[str, str], scored: Callable[..., pd.DataFrame]) -> Hits:
    frame = scored([(f"id{at}", f"name {at}", {}) for at in range(len(STRUCTURES))])
    frame["smiles"] = frame["input_smiles"] = pd.Series(STRUCTURES, dtype="str")
    screen = kinase.changed(filters={})
    ranked = with_structure_columns(rank_with_costly_filters(lambda: [frame], screen).hits).assign(
        key="K" * 26
    )
    return Hits(hit_table(ranked, kinase, units), ranked)


def cells(hits: Hits, name: str) -> list[str]:
    return [row[name] for row in hits.table.records()]


def test_every_file_has_the_whole_text(
    hits: Hits, kinase: Screen, units: dict[str, str], tmp_path: Path
) -> None:
    wanted = cells(hits, "smiles")
    assert sorted(wanted) == sorted(STRUCTURES)
    write_hits(tmp_path / "hits.csv", hits.table)
    with (tmp_path / "hits.csv").open(newline="") as file:
        assert [row["smiles"] for row in csv.DictReader(file)] == wanted
    write_workbook(tmp_path / "hits.xlsx", hits.table, define_columns(hits.table, kinase, units))
    sheet = openpyxl.load_workbook(tmp_path / "hits.xlsx")["hits"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert [row[header.index("smiles")] for row in rows] == wanted
    write_hits_sdf(tmp_path / "hits.sdf", hits.table)
    mols = list(Chem.SDMolSupplier(str(tmp_path / "hits.sdf")))
    assert [mol.GetProp("smiles") for mol in mols] == wanted
    assert [mol.GetProp("stereo") for mol in mols] == cells(hits, "stereo")
    assert [mol.GetProp("key") for mol in mols] == cells(hits, "key")
    write_lab(tmp_path, hits.table, hits.frame, kinase, Lab())
    with (tmp_path / "lab/order.csv").open(newline="") as file:
        order = list(csv.DictReader(file))
    for name in ("smiles", "stereo", "key", "input_smiles"):
        assert [row[name] for row in order] == cells(hits, name)


def test_the_list_of_hits_is_read_again_as_the_same_compounds(hits: Hits, tmp_path: Path) -> None:
    write_hits(tmp_path / "hits.csv", hits.table)
    records = list(open_library(tmp_path / "hits.csv", smiles_column="smiles"))
    assert [record.structure for record in records] == cells(hits, "smiles")
    assert [record.compound_id for record in records] == cells(hits, "compound_id")


def test_the_page_draws_each_and_tells_its_word(
    hits: Hits, kinase: Screen, facts: RunFacts
) -> None:
    page = page_data(hits.table, kinase, facts, None)
    assert len(page.pictures) == len(set(STRUCTURES))
    names = [column["name"] for column in page.facts["columns"]]
    assert [row[names.index("smiles")] for row in page.facts["cells"]] == cells(hits, "smiles")
    assert {row[names.index("stereo")] for row in page.facts["cells"]} <= set(STEREO_WORDS)


def test_which_hits_are_one_compound_but_for_stereochemistry(hits: Hits) -> None:
    smiles, told = cells(hits, "smiles"), cells(hits, "variant_of")
    for text, other in zip(smiles, told, strict=True):
        atoms = Chem.MolFromSmiles(text).GetNumAtoms()
        alike = [
            at for at, one in enumerate(smiles, 1) if Chem.MolFromSmiles(one).GetNumAtoms() == atoms
        ]
        first = smiles[alike[0] - 1] == text
        assert other == ("" if first else f"{alike[0]} (stereochemistry)")


def test_the_meaning_of_the_column_has_every_word(
    hits: Hits, kinase: Screen, units: dict[str, str]
) -> None:
    known = {one.column: one.meaning for one in define_columns(hits.table, kinase, units)}
    assert all(word in known["stereo"] for word in STEREO_WORDS)
    assert "equal predictions" in known["stereo"]


OWN = "C[C@H](N)c1ccccc1"


@pytest.mark.parametrize(
    ("measured", "same", "how"),
    [
        (OWN, ITSELF, ""),
        ("CC(N)c1ccccc1", BUT_STEREO, " without stereochemistry"),
        ("C[C@@H](N)c1ccccc1", BUT_STEREO, " as a stereoisomer"),
    ],
)
def test_how_the_own_measurement_was_drawn_is_told(measured: str, same: Sameness, how: str) -> None:
    one = Neighbour("a", measured, 1.0, 6.5, same=same)
    other = Neighbour("b", "CCO", 0.2, 5.0)
    assert own_measurement([other, one], OWN) == (one, how)
    assert structure_difference(one) == how
    assert structure_difference(other) == ""


def test_another_drawing_of_the_compound_is_its_own_measurement() -> None:
    lactim = Neighbour("a", "O=C1N=C(O)NC1(c1ccccc1)c1ccccc1", 1.0, 6.5, same=ITSELF)
    assert own_measurement([lactim], "O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1") == (lactim, "")
