"""Molecules as Python has them: every row is kept, in order, with its index and its id."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

import hitlist
from chem.structure.standardize import Standardized, standardize

SMILES = ["OCC.Cl", "C1CC", "c1ccccc1O"]
JUDGED = ["CCO", "", "Oc1ccccc1"]


def test_each_kind_of_input_gives_the_same_molecules(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Cat. No.": [7, 8, 9], "SMILES": SMILES}, index=[30, 10, 20])
    frame.to_csv(tmp_path / "library.csv", index=False)
    path = tmp_path / "library.csv"
    for molecules in (SMILES, tuple(SMILES), iter(SMILES), pd.Series(SMILES), frame, path):
        found = hitlist.standardize(molecules)
        assert found["smiles"].tolist() == JUDGED
        assert (found["problem"] == "").tolist() == [True, False, True]
    assert hitlist.standardize(frame).index.tolist() == [30, 10, 20]
    for found in (hitlist.standardize(frame), hitlist.standardize(str(path))):
        assert found["compound_id"].tolist() == ["7", "8", "9"]


def test_ids_come_from_an_index_of_texts_where_there_is_no_column() -> None:
    series = pd.Series(SMILES, index=["a", "b", "b"], name="drug")
    found = hitlist.standardize(series)
    assert found["compound_id"].tolist() == found.index.tolist() == ["a", "b", "b"]
    found = hitlist.standardize(series.to_frame("smiles"))
    assert found["compound_id"].tolist() == ["a", "b", "b"]
    found = hitlist.standardize(pd.Series(SMILES, index=[5, 6, 7]))
    assert found["compound_id"].tolist() == ["row1", "row2", "row3"]


MOLECULE = st.one_of(
    st.sampled_from([*SMILES, None, float("nan"), pd.NA, 5, 1.5, True, b"CCO", "", " ", "C\nC"]),
    st.text(max_size=8),
)


@settings(max_examples=30)
@given(st.lists(MOLECULE, max_size=6))
def test_nothing_is_dropped(molecules: list[object]) -> None:
    found = hitlist.standardize(molecules)
    assert found.index.tolist() == list(range(len(molecules)))
    for value, smiles, problem in zip(molecules, found["smiles"], found["problem"], strict=True):
        assert bool(smiles) != bool(problem)
        if isinstance(value, str) and smiles:
            expected = standardize(value, "smiles")
            assert isinstance(expected, Standardized)
            assert smiles == expected.smiles


def test_molecules_of_rdkit_are_read() -> None:
    mol = Chem.MolFromSmiles("C[C@H](N)c1ccccc1 |&1:1|")
    assert hitlist.standardize([mol])["smiles"].tolist() == ["C[C@H](N)c1ccccc1 |&1:1|"]


def test_a_molecule_that_takes_too_long_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITLIST_MOLECULE_SECONDS", "0.5")
    poison = Path(__file__).parents[1] / "files/chem/poison.smi"
    first = poison.read_text().splitlines()[1].split()[0]
    found = hitlist.standardize([first, "CCO"])
    assert found["problem"][0].startswith("isolate/")
    assert found["smiles"][1] == "CCO"


def test_features_have_a_row_for_each_molecule() -> None:
    found = hitlist.featurize(pd.Series(SMILES, index=["a", "b", "c"]))
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["heavy_atoms"].tolist()[::2] == [3, 7]
    assert found.loc["b", ["mw", "fingerprint", "atoms"]].isna().all()
    assert len(found["bonds"]["c"]) == 7
    assert hitlist.featurize([]).empty


@pytest.mark.parametrize(
    ("molecules", "words", "told"),
    [
        ("CCO", {}, "no library 'CCO'.*; for a SMILES, give a list"),
        ("CCO.Cl", {}, "no such file.*; for a SMILES, give a list"),
        ("nothing.csv", {}, "no such file; check the path$"),
        ("CCO\nCC", {}, "several lines"),
        ({"a": "CCO"}, {}, "found a dict"),
        (["CCO"], {"smiles_column": "x"}, "a list has no columns"),
        (pd.DataFrame({"x": [1.0]}), {}, "found no SMILES column among 'x'"),
        (pd.DataFrame({"smiles": ["C"]}), {"id_column": "no"}, "id_column="),
    ],
)
def test_what_cannot_be_molecules_is_refused_in_pythons_words(
    molecules: object, words: dict[str, str], told: str
) -> None:
    with pytest.raises(hitlist.InputError, match=told) as refused:
        hitlist.standardize(molecules, **words)  # type: ignore[arg-type]  # the fault
    assert "--" not in str(refused.value)
    assert "\n" not in str(refused.value)
