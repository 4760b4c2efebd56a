"""The rules that find the SMILES, id and name columns."""

from pathlib import Path

import pytest
from rdkit import Chem, rdBase

from chem.errors import InputError
from chem.library.columns.column_names import SMILES_NAMES
from chem.library.columns.columns import _NO_ID_WORDS, _STARTS, make_unique
from chem.library.columns.columns import NamedColumns as Named
from chem.library.columns.find_columns import find_columns
from chem.library.columns.find_ids import _REPEATED
from chem.library.read import open_library

PATH = Path("library.csv")


@pytest.mark.parametrize(
    ("header", "smiles", "compound_id", "name"),
    [
        (["SMILES"], "SMILES", None, None),
        (["id", "smiles", "name"], "smiles", "id", "name"),
        (["Canonical SMILES", "smiles"], "smiles", None, None),
        (["structure", "isomeric_smiles"], "isomeric_smiles", None, None),
        (["Compound-ID", "Smiles"], "Smiles", "Compound-ID", None),
        (
            ["smiles", "molecule_chembl_id", "pref_name"],
            "smiles",
            "molecule_chembl_id",
            "pref_name",
        ),
        (["smiles", "id", "compound_id"], "smiles", "compound_id", None),
        (["smiles", "Name"], "smiles", "Name", "Name"),
        (["smiles", "idnumber", "MW"], "smiles", "idnumber", None),
        ([" smiles ", "x"], "smiles", None, None),
        (["mol", "activity"], "mol", None, None),
    ],
)
def test_found(header: list[str], smiles: str, compound_id: str | None, name: str | None) -> None:
    columns = find_columns(PATH, header, Named())
    assert (columns.smiles, columns.id, columns.name) == (smiles, compound_id, name)
    assert set(columns.extra) == set(columns.names) - {smiles, compound_id, name}


def test_options_win() -> None:
    header = ["smiles", "parent", "id", "code", "name"]
    columns = find_columns(PATH, header, Named("parent", "code", "id"))
    assert columns[1:4] == ("parent", "code", "id")
    assert find_columns(PATH, ["My Structure"], Named("my_structure")).smiles == "My Structure"


@pytest.mark.parametrize(
    ("header", "wanted", "message"),
    [
        (["a", "b"], Named(), r"no SMILES column among 'a', 'b'.*--smiles-column"),
        (["smiles", "SMILES"], Named(), r"'smiles' and 'SMILES' match equally.*--smiles-column"),
        (["smiles", "ID", "id"], Named(), r"'ID' and 'id' match equally.*--id-column"),
        (["smiles", "Name", "name"], Named(), r"match equally.*--name-column"),
        (["smiles"], Named(smiles="smile"), r"no column 'smile'; --smiles-column must be one of"),
        (["smiles"], Named(id="cat"), r"no column 'cat'; --id-column must be one of 'smiles'"),
        ([f"c{n}" for n in range(50)], Named(), r"'c19' …;"),
    ],
)
def test_refused(header: list[str], wanted: Named, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        find_columns(PATH, header, wanted)
    assert "\n" not in str(caught.value)


def test_an_equal_match_can_be_settled_by_its_option() -> None:
    assert find_columns(PATH, ["smiles", "SMILES"], Named("SMILES")).smiles == "SMILES"


def test_columns_never_hide_each_other() -> None:
    assert make_unique(["a", "", "a", "a_2", " "]) == ("a", "column_2", "a_2", "a_2_2", "column_5")


def test_no_name_of_a_smiles_column_is_a_smiles() -> None:
    with rdBase.BlockLogs():
        assert not [name for name in SMILES_NAMES if Chem.MolFromSmiles(name)]


def test_one_look_tells_as_much_as_two() -> None:
    """The first letter of every word for a missing id is among those that are looked at."""
    words = {*_NO_ID_WORDS, *_REPEATED}
    assert {form(word)[0] for word in words for form in (str, str.upper)} <= _STARTS


@pytest.mark.parametrize(
    "name",
    [
        *("PF-00299804", "NSC-125973", "BCCN-100234", "CNS-0000120", "PBN000123-00", "SBI-0640601"),
        *("C-00012345", "S-1234567", "CC1CC1-0001", "000000[A]", "INCB-018424", "BNC-0000-C1"),
    ],
)
def test_ids_with_the_characters_of_a_smiles_are_ids(name: str, tmp_path: Path) -> None:
    rows = [f"C{'C' * n}O,{name}{n}" for n in range(5)]
    path = tmp_path / "library.csv"
    path.write_text("\n".join(["smiles,compound_id", *rows]) + "\n")
    assert [one.compound_id for one in open_library(path)] == [f"{name}{n}" for n in range(5)]


def test_a_second_column_of_smiles_is_no_id(tmp_path: Path) -> None:
    path = tmp_path / "library.csv"
    path.write_text(
        "smiles,compound_id\n" + "".join(f"C{'C' * n}O,OCC{'N' * n}CCCC\n" for n in range(5))
    )
    assert [one.compound_id for one in open_library(path)] == [f"row{n}" for n in range(1, 6)]
