"""Analogs by crossing two molecules: every atom comes from one of them."""

from itertools import islice

import pytest

from chem.errors import InputError
from chem.structure.analogs import draw_analogs

ERLOTINIB = "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"
IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"


def test_two_molecules_exchange_their_substituents() -> None:
    drawn = [one for some in islice(draw_analogs([ERLOTINIB, IMATINIB]), 300) for one in some]
    found = {one.smiles for one in drawn}
    assert (
        "C#Cc1cccc(Nc2nccc(-c3cccnc3)n2)c1" in found
    )  # the amine of one, the pyrimidine of the other
    total = sum(len(text) for text in (ERLOTINIB, IMATINIB))
    assert all(15 <= one.mol.GetNumHeavyAtoms() <= 50 for one in drawn)
    assert all(len(one.smiles) < total for one in drawn)


def test_the_seed_decides() -> None:
    def first(seed: int) -> list[str]:
        drawn = islice(draw_analogs([ERLOTINIB, IMATINIB], seed), 40)
        return [one.smiles for some in drawn for one in some]

    assert first(1) == first(1)
    assert first(1) != first(2)


@pytest.mark.parametrize("smiles", [[], ["CCO"], [ERLOTINIB], [ERLOTINIB, "CCCC"]])
def test_nothing_is_drawn_without_two_like_bonds(smiles: list[str]) -> None:
    assert list(draw_analogs(smiles)) == []


def test_a_smiles_that_cannot_be_read_is_told() -> None:
    with pytest.raises(InputError, match="found 'C1CC'"):
        next(draw_analogs(["C1CC", ERLOTINIB]))
