"""Which fragment is the compound."""

import pytest
from rdkit import Chem

from chem.parent import COUNTERIONS, choose_parent
from chem.standardize import standardize


@pytest.mark.parametrize(
    ("written", "parent"),
    [
        # larger counterions, of real products
        ("NCCS.O=C(O)[C@H](O)[C@@H](O)C(=O)O", "NCCS"),
        ("C[N+](C)(C)CCO.O=C([O-])C(O)C(O)C(=O)O", "C[N+](C)(C)CCO"),
        ("CNC(=N)N.O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O", "CNC(=N)N"),
        ("C1CNCCN1.O=C(O)CC(O)(CC(=O)O)C(=O)O", "C1CNCCN1"),
        # heavy atoms decide, not hydrogens: meglumine has more of those than tafamidis
        (
            "CNC[C@H](O)[C@@H](O)[C@H](O)[C@H](O)CO.O=C(O)c1ccc2nc(-c3cc(Cl)cc(Cl)c3)oc2c1",
            "O=C(O)c1ccc2nc(-c3cc(Cl)cc(Cl)c3)oc2c1",
        ),
        # only counterions: the larger
        ("CC(=O)O.O=C(O)CC(O)(CC(=O)O)C(=O)O", "O=C(O)CC(O)(CC(=O)O)C(=O)O"),
        # the organic fragment, however small
        ("O=S(=O)(O)O.CN", "CN"),
        ("F[P-](F)(F)(F)(F)F.C[n+]1ccccc1", "C[n+]1ccccc1"),
        ("CCO.CCO", "CCO"),
    ],
)
def test_parents(written: str, parent: str) -> None:
    assert Chem.MolToSmiles(choose_parent(Chem.MolFromSmiles(written))) == Chem.CanonSmiles(parent)
    backwards = ".".join(reversed(written.split(".")))
    assert Chem.MolToSmiles(choose_parent(Chem.MolFromSmiles(backwards))) == Chem.CanonSmiles(
        parent
    )


@pytest.mark.parametrize("name", COUNTERIONS)
def test_every_counterion_is_written_as_it_is_compared(name: str) -> None:
    smiles = Chem.CanonSmiles(COUNTERIONS[name])
    assert standardize(smiles, "smiles")[1] == smiles
    # a drug smaller than most of them must win
    assert standardize(f"{smiles}.NCCS", "smiles")[1] == "NCCS"
