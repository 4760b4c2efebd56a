"""SMILES files."""

from pathlib import Path

import pytest

from chem.errors import InputError
from chem.library.read import open_library


def write(folder: Path, text: str, name: str = "library.smi") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("line", "structure", "compound_id", "name"),
    [
        ("CCO", "CCO", "row1", ""),
        ("CCO 007", "CCO", "007", ""),
        ("CCO 1E5 plain old ethanol", "CCO", "1E5", "plain old ethanol"),
        ("CCO\tMY ID\tplain old ethanol", "CCO", "MY ID", "plain old ethanol"),
        ("CCO\tNA\ta\tb", "CCO", "NA", "a\tb"),
        ("CCO\t\tethanol", "CCO", "row1", "ethanol"),
        ("  CCO   nan", "CCO", "nan", ""),
        ("C[C@H](F)Cl |&1:1| Z1 mixed", "C[C@H](F)Cl |&1:1|", "Z1", "mixed"),
        ("C[C@H](F)Cl |&1:1,r|\tZ1", "C[C@H](F)Cl |&1:1,r|", "Z1", ""),
        ("CCO |", "CCO |", "row1", ""),
    ],
)
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_lines(
    tmp_path: Path, line: str, structure: str, compound_id: str, name: str, ending: str
) -> None:
    (record,) = open_library(write(tmp_path, line + ending))
    assert record[:5] == (1, compound_id, name, structure, "smiles")
    assert record.problem is None


@pytest.mark.parametrize("header", ["smiles id name", "SMILES\tID\tName", "#smiles id name"])
def test_a_header_is_no_record(tmp_path: Path, header: str) -> None:
    library = open_library(write(tmp_path, f"\ufeff{header}\nCCO\t7\tethanol\n\n \nCN\t8\n"))
    assert [record[:4] for record in library] == [
        (1, "7", "ethanol", "CCO"),
        (2, "8", "", "CN"),
    ]
    assert library.columns == header.lstrip("#").split()


def test_a_header_names_further_columns(tmp_path: Path) -> None:
    text = "canonical_smiles\tmw\tzinc_id\nCCO\t46.07\tZINC1\n"
    library = open_library(write(tmp_path, text))
    assert (library.id_column, library.extra_columns) == ("zinc_id", ["mw"])
    assert [record.extra for record in library] == [{"mw": "46.07"}]


def test_the_second_column_is_the_id_whatever_its_name(tmp_path: Path) -> None:
    (record,) = open_library(write(tmp_path, "smiles vendor_key mw\nCCO 0012 46\n"))
    assert (record.compound_id, record.extra) == ("0012", {"mw": "46"})


@pytest.mark.parametrize(
    "text",
    [
        "CCO A\rCN B\r",
        "CCO A\rCN B",
        "CCO A\nCN B\r\r\n",
        "CCO A\r\nCN B\r",
        "# made by x\n# two\nCCO A\nCN B",
        "#\n#SMILES ID\nCCO A\nCN B",
        "ID SMILES\nA CCO\nB CN",
        "Code\tcanonical_smiles\nA\tCCO\nB\tCN\n",
    ],
)
def test_line_ends_comments_and_headers(tmp_path: Path, text: str) -> None:
    records = list(open_library(write(tmp_path, text)))
    assert [(r.row, r.compound_id, r.structure) for r in records] == [
        (1, "A", "CCO"),
        (2, "B", "CN"),
    ]


def test_a_first_line_that_is_a_molecule_is_no_header(tmp_path: Path) -> None:
    assert len(list(open_library(write(tmp_path, "CCO 1\nsmiles 2\n")))) == 2


def test_a_line_that_begins_with_a_tab_has_no_structure(tmp_path: Path) -> None:
    (first, second) = open_library(write(tmp_path, "CCO\t1\n\t2\tnameless\n"))
    assert first.problem is None
    assert (second.compound_id, second.name) == ("2", "nameless")
    assert second.problem is not None
    assert second.problem[:2] == ("read", "empty_structure")


@pytest.mark.parametrize(
    ("text", "option", "message"),
    [
        ("", {}, "empty file"),
        ("\n \n", {}, "empty file"),
        ("smiles id\n", {}, "no compounds"),
        ("CCO 1\n", {"smiles_column": "x"}, "--smiles-column 'x'.*only be 'smiles'"),
        ("CCO 1\n", {"id_column": "x"}, "--id-column 'x'"),
        ("smiles a\nCCO 1\n", {"smiles_column": "a"}, "--smiles-column 'a'"),
        ("smiles a\nCCO 1\n", {"id_column": "b"}, "no column 'b'"),
    ],
)
def test_refused(tmp_path: Path, text: str, option: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_library(write(tmp_path, text), **option)
