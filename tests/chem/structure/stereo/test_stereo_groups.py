import pytest
from rdkit import Chem

from chem.structure.stereo.canonical import write_canonical
from chem.structure.stereo.stereo_groups import adopt_groups, names_groups
from tests.chem.molblocks import draw, with_collection


def adopt(smiles: str) -> tuple[str, bool]:
    mol, is_dropped = adopt_groups(Chem.MolFromSmiles(smiles), smiles, "smiles")
    return write_canonical(mol), is_dropped


def test_a_group_of_one_centre_needs_no_wedge() -> None:
    assert adopt("CC(O)F |&1:1|") == ("C[C@H](O)F |&1:1|", False)
    assert adopt("CC(O)F |o1:1|") == ("C[C@H](O)F |o1:1|", False)
    assert adopt("CC(O)C(F)Cl |&1:1,&2:3|") == ("C[C@H](O)[C@H](F)Cl |&1:1,&2:3|", False)
    flat = with_collection(draw("CC(O)F", v3000=True), "STERAC1 ATOMS=(1 2)")
    mol, is_dropped = adopt_groups(Chem.MolFromMolBlock(flat), flat, "molblock")
    assert (write_canonical(mol), is_dropped) == ("C[C@H](O)F |&1:1|", False)


def test_a_group_of_several_centres_without_wedges_is_dropped_with_a_word() -> None:
    assert adopt("CC(O)C(F)Cl |&1:1,3|") == ("CC(O)C(F)Cl", True)
    assert adopt("[H]OC(C)C(F)Cl |&1:2,4|") == ("CC(O)C(F)Cl", True)
    assert adopt("[H]O[C@H](C)F |&1:2|") == ("C[C@H](O)F |&1:1|", False)


def test_other_groups_are_left_to_rdkit() -> None:
    assert adopt("C[C@H](O)F |&1:1|") == ("C[C@H](O)F |&1:1|", False)
    assert adopt("CCO |&1:1|") == ("CCO", False)
    assert adopt("CC(O)F |a:1|") == ("CC(O)F", False)
    assert adopt("CC(O)F |(0,0,;1,0,;1,1,;2,0,)|") == ("CC(O)F", False)
    assert not names_groups("CC(O)F", "smiles")


@pytest.mark.parametrize(
    ("smiles", "text"),
    [
        ("CC([H])(N)c1ccccc1 |&1:1|", "C[C@H](N)c1ccccc1 |&1:1|"),
        ("[H]C(C)(N)c1ccccc1 |&1:1|", "C[C@H](N)c1ccccc1 |&1:1|"),
        ("[H]OC(C)F |&1:2|", "C[C@H](O)F |&1:1|"),
        ("[H]OC(C)F |o1:2|", "C[C@H](O)F |o1:1|"),
        ("CC([H])(N)C([H])(F)Cl |&1:1,&2:4|", "C[C@H](N)[C@H](F)Cl |&1:1,&2:3|"),
        ("[H]N([H])C(C)F |&1:3|", "C[C@H](N)F |&1:1|"),
        ("CC([H:3])(N)F |&1:1|", "C[C@H](N)F |&1:1|"),
    ],
)
def test_written_hydrogens_count_in_the_numbers_of_atoms(smiles: str, text: str) -> None:
    assert adopt(smiles) == (text, False)
