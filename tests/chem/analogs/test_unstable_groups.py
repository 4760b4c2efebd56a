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
    "CN(C)C=Cc1ccccc1": {"enamine"},
    "CCCCc1ccccc1C#CO": {"ynol or ynamine"},
    "NC#Cc1ccccc1": {"ynol or ynamine"},
    "CCC(C)=N": {"imine"},
    "CN=Cc1ccccc1": {"imine"},
    "COC1(OC)CCCCC1": {"open acetal"},
    "OCn1cccn1": {"hemiacetal"},
    "C(n1cncn1)N1CCOCC1": {"aminal"},
    "CC(=O)SC(C)=O": {"anhydride"},
    "CC(=O)OP(=O)(O)O": {"anhydride"},
    "CC(=O)ON1C(=O)CCC1=O": {"anhydride"},
    "CC(=O)n1ccnc1": {"acyl azole"},
    "CCOS(C)(=O)=O": {"alkyl sulfonate"},
    "CSSS": {"peroxide or sulfenate"},
    "CSSSC": {"peroxide or sulfenate"},
    "COSC": {"peroxide or sulfenate"},
    "CCN=C=O": {"cumulated double bonds"},
    "CC1CO1": {"ring of three with a heteroatom"},
    "CCOOC": {"peroxide or sulfenate"},
    "CCN(C)O": {"hydroxylamine or sulfenamide"},
    "CCN(C)Cl": {"halogen on a heteroatom"},
}
STABLE = (
    "c1ccc2c(c1)OCO2",  # benzodioxole
    "FC(F)Oc1ccccc1",
    "FC(F)(F)COc1ccccc1",
    "C1COC2(CCNCC2)O1",  # a ketal in a ring
    "CC(=O)NO",
    "c1ccc(SSc2ccccn2)cc1",
    "FC(F)(Cl)Oc1ccccc1",  # asciminib's
    "O=C1NC(O)(c2ccccc2)c2ccccc21",  # chlorthalidone's
    "CC(O)=C(C#N)C(=O)Nc1ccccc1",  # teriflunomide's
    "CC(=O)OC1CCCCO1",
    "FS(F)(F)(F)(F)c1ccccc1",
    "C1=NCCc2ccccc21",
    "CON=C(C)c1ccccc1",
    "CN(C)C(=O)n1cncn1",
    "Cc1ccc(C=NNC(N)=O)cc1",
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
