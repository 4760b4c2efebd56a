"""Changes between two molecules."""

from rdkit import Chem

from chem.analogs.changes import pair_change, parts_change
from chem.analogs.query_parts import places, substructure
from chem.analogs.single_cuts import join


def change(smiles: str, other: str) -> tuple[str, str]:
    return pair_change([place.cut for place in places(smiles)], Chem.CanonSmiles(other))


def test_the_smallest_change_is_told() -> None:
    told, core = change("COc1ccc(CC(=O)O)cc1", "Clc1ccc(CC(=O)O)cc1")
    assert told == "CO[*:1]>>Cl[*:1]"
    for part, smiles in zip(
        told.split(">>"), ("COc1ccc(CC(=O)O)cc1", "Clc1ccc(CC(=O)O)cc1"), strict=True
    ):
        assert join(core, part) == Chem.CanonSmiles(smiles)


def test_hydrogens_are_changed_both_ways() -> None:
    one, other = "O=C(O)Cc1ccccc1", "O=C(O)Cc1ccc(F)cc1"
    assert change(one, other)[0] == "[*:1][H]>>F[*:1]"
    assert change(other, one)[0] == "F[*:1]>>[*:1][H]"


def test_two_changed_places_are_no_pair() -> None:
    assert change("COc1ccc(Cl)cc1CC", "CNc1ccc(F)cc1CC") == ("", "")
    assert change("CCO", "CCO") == ("", "")


def test_changed_parts_are_told_where_there_is_no_pair() -> None:
    assert parts_change("COc1ccc(Cl)cc1", "CNc1ccc(F)cc1") == "side chains *Cl.*OC>>*F.*NC"
    assert parts_change("CCO", "CCO") == ""


def test_the_substructure_of_a_molecule_is_its_scaffold() -> None:
    found = substructure("COc1ccc(Cl)cc1")
    assert found is not None
    assert found.text == "c1ccccc1"
    assert substructure("CCO") is None
    wanted = substructure("CCO", "[#6]O")
    assert wanted is not None
    assert wanted.text == "[#6]O"
