"""Molecules with other substituents."""

import pytest
from rdkit import Chem

from chem.analogs.query_parts import places
from chem.analogs.replacements import attachment, carrier, replacements
from chem.analogs.single_cuts import HYDROGEN, single_cuts


def made(smiles: str, *substituents: tuple[str, tuple[str, ...]]) -> dict[str, str]:
    cuts = [place.cut for place in places(smiles)]
    return {one.mol.smiles: one.change for one in replacements(cuts, substituents)}


def test_a_substituent_is_put_where_it_is_known() -> None:
    found = made("COCc1ccccc1", ("Cl[*:1]", ("c",)))
    assert found == {
        "COCc1ccccc1Cl": "[*:1][H]>>Cl[*:1]",
        "COCc1cccc(Cl)c1": "[*:1][H]>>Cl[*:1]",
        "COCc1ccc(Cl)cc1": "[*:1][H]>>Cl[*:1]",
        "Clc1ccccc1": "COC[*:1]>>Cl[*:1]",
    }


def test_a_hydrogen_replaces_every_substituent() -> None:
    assert set(made("Cc1ccc(Cl)cc1", (HYDROGEN, ()))) == {"Cc1ccccc1", "Clc1ccccc1"}


def test_carbons_beside_other_elements_are_of_their_own_kind() -> None:
    kinds = [attachment(text) for text in ("CC[*:1]", "OC[*:1]", "NC(O)[*:1]", "[*:1]c1ccc[nH]1")]
    assert kinds == ["C", "C:O", "C:N:O", "c"]
    assert Chem.CanonSmiles("COCCl") not in made("COC", ("Cl[*:1]", ("C", "c")))


@pytest.mark.parametrize(
    "smiles",
    [
        "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
        "CC(C)(O)CS(=O)(=O)NC(CO)C(=O)N[C@@H](C)c1ccccc1",
        "C[N+](C)(C)CC(O)C#N",
    ],
)
def test_the_kind_of_a_cut_is_that_of_its_core(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    cuts = single_cuts(mol)
    assert cuts
    assert [carrier(mol, cut) for cut in cuts] == [attachment(cut.core) for cut in cuts]
