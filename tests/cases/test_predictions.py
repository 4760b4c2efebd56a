"""What ``hitlist predict`` shows of each row: the input, what was judged, and who it repeats."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client
from rdkit import Chem

from chem.library.read import open_library
from chem.structure.standardize import Standardized, standardize
from chem.structure.stereo.stereo_status import STEREO_WORDS
from gnn.bundle.bundle import Bundle
from screening.prepare.prepared_rows import hash_key
from screening.rank.structure_columns import key_text
from screening.runs.predict import FIRST, predict_file
from screening.score.predicted_columns import wanted_tasks
from screening.text.cells import unescape_cell

HERE = Path(__file__).parent / "predictions"
GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
Rows = list[dict[str, str]]
Predict = Callable[[Path], Rows]


@pytest.fixture(scope="module")
def bundle(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle"), "small", (("EGFR", "r"),))


@pytest.fixture
def predict(lone: Client, bundle: Bundle, tmp_path: Path) -> Predict:
    def run(library: Path) -> Rows:
        out = tmp_path / "predictions.csv"
        wanted = wanted_tasks((bundle,))
        predict_file(open_library(library), tmp_path / "prepared", wanted, out, lone)
        with out.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [{name: unescape_cell(cell) for name, cell in row.items()} for row in rows]

    return run


def write(folder: Path, *structures: str) -> Path:
    lines = ["id,smiles", *(f'm{at},"{text}"' for at, text in enumerate(structures, 1))]
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder / "list.csv"


def test_repeated_rows_stay_in_order_with_equal_values(predict: Predict) -> None:
    rows = predict(HERE / "repeats.csv")
    with (HERE / "repeats.csv").open(newline="") as file:
        came = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["compound_id"] for row in rows] == ["A", "B", "A", "A", "row5"]
    assert [row["input_smiles"] for row in rows] == [row["smiles"] for row in came]
    assert [row["duplicate_of"] for row in rows] == ["", "1", "1", "", "1"]
    assert {row["status"] for row in rows} == {"accepted"}
    for column in ("smiles", "key", "small_EGFR"):
        first = rows[0][column]
        assert [row[column] == first for row in rows] == [True, True, True, False, True]


@pytest.mark.parametrize(
    "structure",
    [
        GEFITINIB,
        f"{GEFITINIB}.Cl",
        "OC(=O)c1ccccc1OC(C)=O",
        "[Na+].CC(=O)Oc1ccccc1C(=O)[O-]",
        "C[C@H](N)C(=O)O",
        "CC(N)C(=O)O",
        "C[N+](C)(C)CCO.[Cl-]",
        "CC(N)c1ccccc1 |&1:1|",
        "C[C@H](N)c1ccccc1 |o1:1|",
        "O=c1cccc[nH]1",
        "Oc1ccccn1",
        "[2H]C([2H])([2H])Oc1ccccc1",
    ],
)
def test_the_judged_structure_is_that_of_the_standardizer(
    predict: Predict, tmp_path: Path, structure: str
) -> None:
    """``smiles`` is what was judged and never the input, ``changes`` leads from one to other."""
    standard = standardize(structure, "smiles")
    assert isinstance(standard, Standardized)
    (row,) = predict(write(tmp_path, structure))
    assert list(row)[: len(FIRST)] == list(FIRST)
    assert row["input_smiles"] == structure
    assert row["smiles"] == standard.smiles
    assert row["changes"] == "; ".join(standard.changes)
    assert row["key"] == key_text(hash_key(standard.key))
    assert row["stereo"] in STEREO_WORDS
    assert (row["stereo"] == "none") == (structure.count("@") == 0 and "C(N)" not in structure)
    # Given back, it is the same compound, unchanged.
    again = standardize(row["smiles"], "smiles")
    assert isinstance(again, Standardized)
    assert (again.smiles, again.key, again.changes) == (standard.smiles, standard.key, ())


def test_equal_keys_are_one_compound_and_others_are_not(predict: Predict, tmp_path: Path) -> None:
    structures = [
        GEFITINIB,
        "C[C@H](N)c1ccccc1",
        f"{GEFITINIB}.CS(=O)(=O)O",
        "C[C@@H](N)c1ccccc1",
        "CC(N)c1ccccc1",
        "C[C@H]([NH3+])c1ccccc1.[Cl-]",
        "xyz",
    ]
    rows = predict(write(tmp_path, *structures))
    assert [row["duplicate_of"] for row in rows] == ["", "", "1", "", "", "2", ""]
    keys = [row["key"] for row in rows]
    assert keys[0] == keys[2] != keys[1] == keys[5]
    assert len(set(keys)) == 5
    assert all(len(key) == 26 and key.isalnum() for key in keys[:-1])
    assert [row["stereo"] for row in rows[1:6]] == [
        "single",
        "none",
        "single",
        "undefined",
        "single",
    ]
    assert len({row["small_EGFR"] for row in (rows[1], rows[3], rows[4])}) == 1  # no stereo is seen


def test_a_rejected_row_shows_its_input_and_nothing_that_was_judged(
    predict: Predict, tmp_path: Path
) -> None:
    rows = predict(write(tmp_path, "CCO", "c1ccccc", "[Na+].[Cl-]"))
    for row, came in zip(rows[1:], ("c1ccccc", "[Na+].[Cl-]"), strict=True):
        assert (row["status"], row["input_smiles"]) == ("rejected", came)
        assert row["reason"]
        names = ("smiles", "changes", "stereo", "key", "duplicate_of", "small_EGFR")
        assert {row[name] for name in names} == {""}


def test_a_molblock_has_no_input_smiles_and_is_judged_all_the_same(
    predict: Predict, tmp_path: Path
) -> None:
    entries = [Chem.MolToMolBlock(Chem.MolFromSmiles(text)) for text in (GEFITINIB, "CCN.Cl")]
    path = tmp_path / "list.sdf"
    path.write_text("".join(f"{entry}$$$$\n" for entry in entries))
    rows = predict(path)
    assert [row["input_smiles"] for row in rows] == ["", ""]
    assert [row["smiles"] for row in rows] == [GEFITINIB, "CCN"]
    assert [row["changes"] for row in rows] == ["", "stripped_fragments"]
