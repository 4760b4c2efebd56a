"""Cuts, and the molecules that their halves give again."""

import csv
from pathlib import Path

import pytest
from rdkit import Chem

from chem.analogs.single_cuts import (
    HYDROGEN,
    MOST_CHANGED,
    hydrogen_cuts,
    join,
    single_cuts,
    with_hydrogen,
)

FILE = Path(__file__).parents[2] / "files/chem/approved_sample.smi"


@pytest.fixture(scope="module")
def drugs() -> list[Chem.Mol]:
    with FILE.open(newline="") as file:
        found = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")]
    return [Chem.MolFromSmiles(text) for text in found if "." not in text][:80]


def test_the_halves_of_a_cut_give_the_molecule(drugs: list[Chem.Mol]) -> None:
    count = 0
    for mol in drugs:
        for cut in single_cuts(mol):
            assert join(cut.core, cut.substituent) == Chem.MolToSmiles(mol)
            size = mol.GetNumAtoms() - len(cut.atoms)
            assert 0 < size <= min(MOST_CHANGED, len(cut.atoms) - 1)
            assert cut.attachment in cut.atoms
            count += 1
    assert count > 250


def test_a_hydrogen_in_place_of_a_substituent_is_written_in_two_ways(
    drugs: list[Chem.Mol],
) -> None:
    count = 0
    for mol in drugs:
        for cut in single_cuts(mol):
            plain = with_hydrogen(mol, cut)
            if plain is not None:
                assert plain == join(cut.core, HYDROGEN)
                count += 1
    assert count > 200


def test_bonds_to_labelled_hydrogens_are_not_cut() -> None:
    found = single_cuts(Chem.MolFromSmiles("[2H]C([2H])([2H])Oc1ccccc1"))
    changed = {cut.substituent for cut in found}
    assert changed == {"[2H]C([2H])([2H])[*:1]", "[2H]C([2H])([2H])O[*:1]"}


def test_the_places_of_hydrogens_have_the_cores_of_the_cuts_there() -> None:
    plain = Chem.MolFromSmiles("c1ccc2[nH]ccc2c1")
    cores = {cut.core for cut in hydrogen_cuts(plain)}
    assert len(cores) == 7
    for text in ("Clc1ccc2[nH]ccc2c1", "Cn1ccc2ccccc21"):
        (cut,) = single_cuts(Chem.MolFromSmiles(text))
        assert cut.core in cores


def test_no_bond_in_a_ring_or_to_a_carbonyl_alone_is_cut() -> None:
    assert single_cuts(Chem.MolFromSmiles("C1CCCCC1")) == []
    found = single_cuts(Chem.MolFromSmiles("O=S(=O)(N)c1ccccc1"))
    assert [cut.substituent for cut in found] == ["NS(=O)(=O)[*:1]"]


def test_what_cannot_be_joined_gives_none() -> None:
    assert join("c1ccc([*:1])cc1", "not a molecule") is None
    assert join("c1ccc([*:1])cc1", "[Na][*:1].C[*:1]") is None
