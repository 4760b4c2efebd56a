"""What is said of a structure that cannot be read is what is wrong with it."""

from pathlib import Path

from chem.library.read import open_library
from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize

FILES = Path(__file__).with_name("structures")


def test_an_extension_that_is_cut_is_named_and_its_digits_are_no_ring_bonds() -> None:
    by_id = {record.compound_id: record for record in open_library(FILES / "cut_extension.csv")}
    found = standardize(by_id["F2"].structure, "smiles")
    assert isinstance(found, Failure)
    assert found.code == "invalid_smiles"
    assert "extension" in found.detail
    assert "ring bond" not in found.detail
    whole = standardize(by_id["F3"].structure, "smiles")
    assert isinstance(whole, Standardized)


def test_a_blank_line_before_the_end_of_a_molblock_is_read_over() -> None:
    found = [
        standardize(one.structure, one.format) for one in open_library(FILES / "blank_line.sdf")
    ]
    assert [one.smiles for one in found if isinstance(one, Standardized)] == [
        "CCOc1ccccc1",
        "CCOc1ccncc1",
    ]
