import pytest
from rdkit import Chem

from chem.errors import InputError
from chem.features.scaffolds import scaffold


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CCO", ""),
        ("CCc1ccccc1", "c1ccccc1"),
        ("C[C@H](c1ccccc1)C1CC1", "c1ccc(CC2CC2)cc1"),
        ("O=C1CCCCC1C", "O=C1CCCCC1"),
        (
            "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
            "c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1",
        ),
    ],
)
def test_scaffolds(smiles: str, expected: str) -> None:
    assert scaffold(smiles) == (Chem.CanonSmiles(expected) if expected else "")


def test_isomers_share_a_scaffold() -> None:
    both = {scaffold(f"C[{chirality}H](c1ccccc1)C1CC1") for chirality in ("C@", "C@@")}
    assert len(both) == 1


def test_refuses_what_is_not_a_smiles() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        scaffold("CCQ")
