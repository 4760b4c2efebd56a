"""R-groups of a series."""

from rdkit import Chem

from chem.analogs.r_groups import split_series

CORE = Chem.MolFromSmiles("c1ccc2ncncc2c1")


def test_each_molecule_with_the_core_has_its_groups() -> None:
    smiles = ["COc1ccc2ncncc2c1", "CCO", "Clc1ccc2ncnc(NC)c2c1", "c1ccc2ncncc2c1"]
    found = split_series(smiles, CORE)
    assert found.places == (0, 2, 3)
    assert len(found.labels) == 2
    told = [{group.split("[")[0] for group in row} for row in found.groups]
    assert told == [{"CO", ""}, {"Cl", "CN"}, {""}]


def test_places_are_in_the_order_of_their_numbers() -> None:
    tetracene = Chem.MolFromSmiles("c1ccc2cc3cc4ccccc4cc3cc2c1")
    fluorinated = "Fc1c(F)c(F)c2c(F)c3c(F)c4c(F)c(F)c(F)c(F)c4c(F)c3c(F)c2c1F"
    labels = split_series([fluorinated], tetracene).labels
    assert len(labels) > 10
    assert labels == tuple(f"R{number + 1}" for number in range(len(labels)))


def test_a_list_without_the_core_has_none() -> None:
    assert split_series(["CCO"], CORE) == ((), (), ())
