import pytest

from chem.records.records import Failure
from chem.structure.standardize import standardize


@pytest.mark.parametrize(
    ("smiles", "named"),
    [
        ("CCO |&1:1,4", "no second '|'"),
        ("C[C@@H]1CC[C@@H](O1)C(=O)N1CCC=C(Cl)C1 |&1:1,4,r", "no second '|'"),
        ("CCO |foo|", "cannot read the extension '|foo|'"),
        ("C1CC |&1:1|", "ring bond 1 is not closed"),
        ("C1CC |1:1", "ring bond 1 is not closed"),
        ("InChI=1S/CH4/h1H4", "an InChI,"),
        ("VNWKTOKETHGBQD-UHFFFAOYSA-N", "an InChIKey"),
        ("50-78-2", "a CAS number"),
        ("CCO>>CC=O", "a reaction"),
        ("CCX", "character 3, 'X'"),
        ("aspirin", "character 1, 'a'"),
    ],
)
def test_the_fault_is_named(smiles: str, named: str) -> None:
    failure = standardize(smiles, "smiles")
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == ("parse", "invalid_smiles")
    assert named in failure.detail


def test_ring_digits_of_an_extension_are_none() -> None:
    for smiles in ("CCO |&1:1,4,r", "CCO |foo:1,2,3|", "CCO |$a1;b2"):
        failure = standardize(smiles, "smiles")
        assert isinstance(failure, Failure)
        assert "ring bond" not in failure.detail


def test_a_metal_complex_is_told_where_its_bonds_cannot_be_read() -> None:
    failure = standardize("[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1", "smiles")
    assert isinstance(failure, Failure)
    assert failure.code == "metal_complex"
