"""Directed messages: a bond's reverse, what a result does not depend on, how far an atom sees."""

import numpy as np
import pytest
import torch
from rdkit import Chem

from chem.features.graphs import state_factors
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import collect
from gnn.models.directed_network import DirectedNetwork, reverse_bonds
from tests.graphs import graph_of

SMILES = ["CCO", "c1ccccc1C(=O)O", "C", "CC(C)(C)Nc1ncnc2sccc12"]


def network(steps: int = 3) -> DirectedNetwork:
    torch.manual_seed(0)
    made = DirectedNetwork(2, 24, steps, 0.1, torch.from_numpy(state_factors()))
    return made.eval()


def outputs(smiles: list[str], steps: int = 3) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = network(steps)(make_batch(collect([graph_of(one) for one in smiles])))
    return found


def test_each_bond_knows_its_reverse() -> None:
    batch = make_batch(collect([graph_of(one) for one in SMILES]))
    back = reverse_bonds(batch)
    assert torch.equal(batch.edge_index[:, back], batch.edge_index.flip(0))
    assert torch.equal(batch.bonds[back], batch.bonds)
    assert torch.equal(back[back], torch.arange(len(back)))


def test_a_result_does_not_depend_on_the_batch() -> None:
    together = outputs(SMILES)
    assert together.shape == (4, 2)
    for row, smiles in enumerate(SMILES):
        torch.testing.assert_close(outputs([smiles])[0], together[row], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_a_result_does_not_depend_on_the_order_of_atoms(seed: int) -> None:
    mol = Chem.MolFromSmiles(SMILES[3])
    order = np.random.default_rng(seed).permutation(mol.GetNumAtoms()).tolist()
    other = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    assert other != SMILES[3]
    torch.testing.assert_close(outputs([other]), outputs([SMILES[3]]), atol=1e-5, rtol=1e-4)


def test_more_steps_see_farther() -> None:
    """The same groups at the ends of one chain, or of two: five bonds tell them apart."""
    ends = ["OCCCCN.CCCCCC", "OCCCCC.NCCCCC"]
    short, long = (outputs(ends, steps) for steps in (2, 6))
    assert (short[0] - short[1]).abs().max() < 1e-6
    assert (long[0] - long[1]).abs().max() > 2e-5
