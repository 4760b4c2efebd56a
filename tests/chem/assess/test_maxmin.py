"""The step of MaxMin, held against RDKit's own picker."""

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator
from rdkit.SimDivFilters.rdSimDivPickers import MaxMinPicker

from chem.assess.maxmin import Unlike
from chem.errors import InputError


@pytest.fixture(scope="module")
def smiles(drugs: list[Chem.Mol]) -> list[str]:
    return [Chem.MolToSmiles(mol) for mol in drugs]


def pick(compounds: Unlike, count: int, open: np.ndarray) -> list[int]:
    picked = []
    while len(picked) < count and (at := compounds.least(open)) is not None:
        open[at] = False
        compounds.take(at)
        picked.append(at)
    return picked


def test_it_picks_what_rdkit_picks(smiles: list[str]) -> None:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in smiles]
    expected = list(MaxMinPicker().LazyBitVectorPick(bits, len(bits), 40, [0]))
    assert pick(Unlike(smiles), 40, np.ones(len(smiles), dtype=bool)) == expected


def test_likeness_is_to_the_nearest_that_was_taken(smiles: list[str]) -> None:
    compounds = Unlike(smiles[:30])
    assert not compounds.likeness.any()
    for at in (3, 17):
        compounds.take(at)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in smiles[:30]]
    near = [max(DataStructs.BulkTanimotoSimilarity(one, [bits[3], bits[17]])) for one in bits]
    np.testing.assert_allclose(compounds.likeness, near, atol=1e-15)


def test_of_equals_the_first_and_of_nobody_none() -> None:
    compounds = Unlike(["CCO", "c1ccccc1", "CCO"])
    compounds.take(1)
    assert compounds.least([True, False, True]) == 0
    assert compounds.least([False, False, False]) is None
    assert Unlike([]).least([]) is None


def test_an_unreadable_molecule_is_told() -> None:
    with pytest.raises(InputError, match="at position 1"):
        Unlike(["C", "CCQ"])
