"""Groups that no chemist keeps in a bottle."""

import pytest
from rdkit import Chem

from chem.analogs.unstable_groups import UNSTABLE, unstable_groups

UNSTABLE_EXAMPLES = {
    "COc1ccccc1OC(O)CCN1CCOCC1": {"hemiacetal", "open acetal"},
    "OCOc1ccccc1": {"hemiacetal", "open acetal"},
    "CCC(OC)OC": {"open acetal"},
    "CN1CCOCC1O": {"hemiacetal", "N,O-acetal"},
    "CN(C)C(OC)C": {"N,O-acetal"},
    "CN(C)CN(C)C": {"aminal"},
    "CCN(C)CC1CCCC1Cl": {"alkyl halide"},
    "ClCOc1ccccc1": {"alkyl halide"},
    "CCC(F)OCC": {"fluorine beside a heteroatom"},
    "CCC(=O)Cl": {"acyl halide"},
    "O=S(=O)(F)c1ccccc1": {"acyl halide"},
    "CC(=O)OC(C)=O": {"anhydride"},
    "COc1ccccc1NC(=O)O": {"carbamic acid"},
    "NC(=O)C(O)=CC": {"enol"},
    "CC=CN": {"enamine"},
    "CCC(C)=N": {"imine"},
    "CCN=C=O": {"cumulated double bonds"},
    "CC1CO1": {"ring of three with a heteroatom"},
    "CCOOC": {"peroxide"},
    "CCN(C)O": {"hydroxylamine or sulfenamide"},
    "CCN(C)Cl": {"halogen on a heteroatom"},
}
STABLE = (
    "c1ccc2c(c1)OCO2",  # benzodioxole
    "FC(F)Oc1ccccc1",
    "FC(F)(F)COc1ccccc1",
    "C1COC2(CCNCC2)O1",  # a ketal in a ring
    "CC(=O)NO",
    "CSSC",
    "CC(=N)N",
    "NS(=O)(=O)c1ccccc1",
    "Nc1ccn(C2CC(O)C(CO)O2)c(=O)n1",  # a nucleoside
    "O=C1CCCC(O)=C1",  # a vinylogous acid
    "CNC=CC(C)=O",
    "COC(=O)N1CCNCC1",
    "Clc1ccccc1",
    "C#CCO",
)


@pytest.mark.parametrize("smiles", UNSTABLE_EXAMPLES)
def test_unstable_groups_are_named(smiles: str) -> None:
    assert set(unstable_groups(Chem.MolFromSmiles(smiles))) == UNSTABLE_EXAMPLES[smiles]


@pytest.mark.parametrize("smiles", STABLE)
def test_what_drugs_have_is_stable(smiles: str) -> None:
    assert not unstable_groups(Chem.MolFromSmiles(smiles))


def test_every_group_has_an_example() -> None:
    assert set().union(*UNSTABLE_EXAMPLES.values()) == set(UNSTABLE)
