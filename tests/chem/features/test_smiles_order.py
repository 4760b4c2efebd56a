"""A written graph is the molecule's own, and says where its atoms stand in the SMILES."""

import numpy as np
import pytest
from rdkit import Chem

from chem.errors import InputError
from chem.features.graphs import MolGraph, atom_states, featurize
from chem.features.smiles_order import written_graphs
from chem.structure.standardize import Standardized, standardize


def test_atoms_are_in_the_order_of_the_smiles(drugs: list[Chem.Mol]) -> None:
    elements = {int(row["token"]): row["element"] for row in atom_states().rows}
    smiles = [Chem.MolToSmiles(mol) for mol in drugs]
    for text, found in zip(smiles, written_graphs(smiles), strict=True):
        mol = Chem.MolFromSmiles(text)
        assert found.written == mol.GetNumAtoms()
        for token, at in zip(found.graph.atoms, found.atoms, strict=True):
            assert elements[int(token)] == mol.GetAtomWithIdx(int(at)).GetSymbol()


def test_labelled_hydrogens_are_written_but_in_no_graph() -> None:
    (found,) = written_graphs(["[2H]C([2H])([2H])[13CH2]N"])
    assert found.atoms.tolist() == [1, 4, 5]
    assert found.written == 6
    plain = featurize(Chem.MolFromSmiles("CCN"))
    assert isinstance(plain, MolGraph)
    for mine, theirs in zip(found.graph, plain, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_whatever_can_be_standardized_is_a_graph_with_a_place_for_each_atom(
    odd: tuple[str, ...],
) -> None:
    made = [standardize(smiles, "smiles") for smiles in odd]
    smiles = [one.smiles for one in made if isinstance(one, Standardized)]
    assert len(smiles) > 60
    for found in written_graphs(smiles):
        assert len(found.atoms) == len(found.graph.atoms)
        assert (np.diff(found.atoms) > 0).all()


@pytest.mark.parametrize("smiles", ["CCQ", "", "C" * 1200])
def test_what_makes_no_graph_is_refused(smiles: str) -> None:
    with pytest.raises(InputError, match="expected a"):
        written_graphs(["CCO", smiles])
