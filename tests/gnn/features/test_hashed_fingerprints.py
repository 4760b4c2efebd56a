from collections.abc import Callable

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdmolops

from chem.features.graphs import featurize, state_factors
from gnn.features.batch import GraphArrays, collect, take
from gnn.features.hashed_fingerprints import hashed_counts

FACTORS = state_factors()


def arrays(*smiles: str) -> GraphArrays:
    return collect([featurize(Chem.MolFromSmiles(text)) for text in smiles])  # type: ignore[misc]


def test_there_are_as_many_pairs_as_atoms_within_reach(drugs: list[Chem.Mol]) -> None:
    """The oracle is RDKit's distance matrix."""
    mols = drugs[:40]
    found = hashed_counts(collect([featurize(mol) for mol in mols]), FACTORS, 4096, 0)  # type: ignore[misc]
    for mol, row in zip(mols, found, strict=True):
        distance = rdmolops.GetDistanceMatrix(mol)
        assert row.sum() == ((distance > 0) & (distance <= 20)).sum() / 2


@pytest.mark.parametrize(
    ("smiles", "paths"), [("CCC", 0), ("CCCC", 1), ("CCCCC", 2), ("CC(C)CC", 2), ("C1CCC1", 4)]
)
def test_paths_of_four_are_counted_once(smiles: str, paths: int) -> None:
    assert hashed_counts(arrays(smiles), FACTORS, 0, 256).sum() == paths


def test_the_order_of_atoms_does_not_matter(
    drugs: list[Chem.Mol], shuffle: Callable[[Chem.Mol, int], Chem.Mol]
) -> None:
    plain = collect([featurize(mol) for mol in drugs[:30]])  # type: ignore[misc]
    mixed = collect([featurize(shuffle(mol, 3)) for mol in drugs[:30]])  # type: ignore[misc]
    np.testing.assert_array_equal(
        hashed_counts(plain, FACTORS, 512, 512), hashed_counts(mixed, FACTORS, 512, 512)
    )


def test_a_molecule_counts_alone(drug_arrays: GraphArrays) -> None:
    whole = hashed_counts(drug_arrays, FACTORS, 256, 128)
    for row in (0, 7, 31):
        alone = hashed_counts(take(drug_arrays, np.array([row])), FACTORS, 256, 128)
        np.testing.assert_array_equal(alone[0], whole[row])


def test_elements_and_hydrogens_are_told_apart() -> None:
    found = hashed_counts(arrays("CCCO", "CCCN", "CCC=O"), FACTORS, 4096, 4096)
    assert len({row.tobytes() for row in found}) == 3
