"""What a mole of parent weighs in the bottle. Weights are those on real products' labels."""

import pytest
from rdkit import Chem

from chem.structure.weight import weight_per_parent

LAPATINIB = "CS(=O)(=O)CCNCc1ccc(-c2ccc3ncnc(Nc4ccc(OCc5cccc(F)c5)c(Cl)c4)c3c2)o1"
QUETIAPINE = "OCCOCCN1CCN(C2=Nc3ccccc3Sc3ccccc32)CC1"


@pytest.mark.parametrize(
    ("structure", "weight"),
    [
        ("COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", 446.9),
        (f"{LAPATINIB}.Cc1ccc(S(=O)(=O)O)cc1.Cc1ccc(S(=O)(=O)O)cc1", 925.5),
        (f"{LAPATINIB}.Cc1ccc(S(=O)(=O)O)cc1.Cc1ccc(S(=O)(=O)O)cc1.O", 943.5),
        ("C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1.Cl", 429.9),
        # two quetiapines to one fumaric acid: 883.1 / 2
        (f"{QUETIAPINE}.{QUETIAPINE}.O=C(O)/C=C/C(=O)O", 441.5),
        ("CC(=O)O[Na]", 82.0),
        ("[Na+].CC(=O)[O-]", 82.0),
        # both enantiomers are the compound: tranylcypromine sulfate, 364.5 / 2
        ("N[C@@H]1C[C@H]1c1ccccc1.N[C@H]1C[C@@H]1c1ccccc1.O=S(=O)(O)O", 182.2),
        ("c1ccccc1", 78.1),
        # Bonds that a salt is cut at, as while preparing: two thiols to one metal.
        ("CCS[Ca]SCC", 81.2),
        ("OC(=O)CS[Ca]SCC(=O)O", 111.2),
        ("CC(=O)S[Mg]SC(C)=O", 87.3),
        ("CC(=O)O[Zn]OC(C)=O", 91.7),
    ],
)
def test_weights(structure: str, weight: float) -> None:
    found = weight_per_parent(structure, "smiles")
    assert found == pytest.approx(weight, abs=0.06)
    molblock = Chem.MolToMolBlock(Chem.MolFromSmiles(structure))
    assert weight_per_parent(molblock, "molblock") == pytest.approx(found)


@pytest.mark.parametrize(
    "structure",
    [
        "C[N+](C)(C)CCO",  # whose counterion is not drawn
        "O=C([O-])[O-].[Ca+2]",
        "CCQ",
        "",
        "COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC.Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1",  # which of the two?
    ],
)
def test_no_weight_where_the_record_does_not_say(structure: str) -> None:
    assert weight_per_parent(structure, "smiles") is None
