"""Tables that become molecules, and files made of tables."""

from pathlib import Path

import pandas as pd
import pytest

import hitlist
from chem.library.columns.columns import NamedColumns
from chem.library.read import open_library
from hitlist.molecule_inputs import read_cells, write_assay, write_cells


def test_a_table_as_a_file_has_the_same_records(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "ID": ["007", "NA1", "x"],
            "smiles": ["CCO", None, "C\nC"],
            "price": [1.0, 2.5, float("nan")],
            "smiles_2": ["a", "b", "c"],
        }
    )
    table = read_cells(frame, NamedColumns())
    path = write_cells(table, tmp_path / "tables")
    assert write_cells(table, tmp_path / "tables") == path
    library = open_library(path, table.columns.smiles, table.columns.id, table.columns.name)
    assert [one._replace(problem=None) for one in library] == [
        one._replace(problem=None) for one in table.records()
    ]
    assert [one.problem is None for one in library] == [True, False, False]


def test_a_library_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,smiles,problem,price\nA1,CCO,x,3\nA2,,y,\n")
    found = hitlist.read_library(tmp_path / "a.csv")
    assert found.columns.tolist() == [
        *("compound_id", "name", "smiles", "problem"),
        *("problem_2", "price"),
    ]
    assert found["compound_id"].tolist() == ["A1", "A2"]
    assert found["problem_2"].tolist() == ["x", "y"]
    assert found["problem"].tolist() == ["", "read/empty_structure: the column 'smiles' is blank"]


def test_molblocks_stay_molblocks(tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "files/chem/vendor.sdf"
    library = hitlist.read_library(path)
    assert "smiles" not in library
    from_table, from_file = hitlist.standardize(library), hitlist.standardize(path)
    assert from_table["smiles"].any()
    for name in ("compound_id", "smiles", "changes", "key"):
        assert from_table[name].tolist() == from_file[name].tolist()
    records = {name for record in open_library(path) for name in record.extra}
    assert records <= set(library)
    with pytest.raises(hitlist.InputError, match="screen the SD file by its path"):
        write_cells(read_cells(library, NamedColumns()), tmp_path)


def test_columns_may_have_any_labels() -> None:
    table = hitlist.show(pd.DataFrame({"smiles": ["CCO"], 0: [1.5], ("a", "b"): ["x"]}))
    assert table.frame.columns.tolist() == [0, ("a", "b")]
    assert hitlist.show(pd.DataFrame({"smiles": ["CCO"], 0: [1]}), []).frame.columns.tolist() == []


def test_an_index_of_texts_names_the_compounds_of_an_assay(tmp_path: Path) -> None:
    frame = pd.DataFrame({"smiles": ["CCO"], "pKi": [7]}, index=["A7"])
    write_assay(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "compound_id,smiles,pKi\nA7,CCO,7\n"
    write_assay(frame.assign(id="B"), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "smiles,pKi,id\nCCO,7,B\n"
