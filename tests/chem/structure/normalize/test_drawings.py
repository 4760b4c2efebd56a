"""Arrows between nonmetals are charges; an arrow that gives nothing is refused."""

import pytest

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from tests.chem.molblocks import draw


@pytest.mark.parametrize(
    ("drawn", "same"),
    [
        ("CS(C)->O", "CS(C)=O"),
        ("CP(C)(C)->O", "CP(C)(C)=O"),
        ("CN(C)(C)->O", "C[N+](C)(C)[O-]"),
        ("CN(C)(C)->B", "C[N+](C)(C)[BH3-]"),
        ("B<-n1ccccc1", "[BH3-][n+]1ccccc1"),
        ("CP(C)(c1ccccc1)->B", "[BH3-][P+](C)(C)c1ccccc1"),
        ("CS(C)->B", "[BH3-][S+](C)C"),
        ("Cl.CCNCCS(C)->O", "CCNCCS(C)=O"),
    ],
)
def test_an_arrow_is_a_pair_of_charges(drawn: str, same: str) -> None:
    found, expected = standardize(drawn, "smiles"), standardize(same, "smiles")
    assert isinstance(found, Standardized), found
    assert isinstance(expected, Standardized)
    assert found[1::2] == expected[1::2]
    assert "normalized" in found.changes


def test_an_arrow_of_a_molblock() -> None:
    block = draw("CS(C)O").replace("  2  4  1  0", "  2  4  9  0")
    assert "  2  4  9  0" in block
    found = standardize(block, "molblock")
    assert isinstance(found, Standardized)
    assert found.smiles == "C[S+](C)[O-]"


def test_an_arrow_from_carbon_is_refused() -> None:
    found = standardize("C->CO", "smiles")
    assert isinstance(found, Failure)
    assert found.code == "query_atoms"
    assert "atom 1 (C)" in found.detail


def test_an_arrow_to_a_metal_is_a_complex() -> None:
    found = standardize("CCP(CC)(CC)->[Au]Cl", "smiles")
    assert isinstance(found, Failure)
    assert found.code == "metal_complex"
