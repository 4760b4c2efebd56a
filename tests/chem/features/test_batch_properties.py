from collections.abc import Sequence

import numpy as np
import pytest
from rdkit import Chem, rdBase

from chem.features import batch_properties as module
from chem.features.batch_properties import describe_all
from chem.features.describe import PROPERTIES, describe
from chem.features.graphs import check_size, featurize_all


def read(texts: Sequence[str]) -> list[Chem.Mol]:
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(text) for text in texts]
    return [mol for mol in mols if mol is not None and check_size(mol) is None]


def smiles_of(mols: Sequence[Chem.Mol]) -> list[str]:
    return [Chem.MolToSmiles(mol) for mol in mols]


@pytest.fixture
def _fresh() -> None:
    module._memory.cache_clear()


@pytest.mark.usefixtures("_fresh")
def test_equal_to_rdkit_to_the_last_bit(real: list[str], odd: tuple[str, ...]) -> None:
    """Twice, because the second time everything is remembered; and all at once or cut in pieces."""
    mols = read((*odd, *real))
    expected = np.array([describe(mol) for mol in mols])
    for size in (len(mols), 50, 7):
        for at in range(0, len(mols), size):
            some = mols[at : at + size]
            found = describe_all(some, featurize_all(some), smiles_of(some))
            for mol, row, wanted in zip(some, found, expected[at : at + size], strict=True):
                assert dict(zip(PROPERTIES, row, strict=True)) == dict(
                    zip(PROPERTIES, wanted, strict=True)
                ), Chem.MolToSmiles(mol)


@pytest.mark.usefixtures("_fresh")
def test_rdkit_is_asked_once_and_says_of_whom(real: list[str]) -> None:
    mols = [mol for mol in read(real) if "[" not in Chem.MolToSmiles(mol)]
    graphs, smiles = featurize_all(mols), smiles_of(mols)
    asked: list[int] = []
    describe_all(mols, graphs, smiles, asked.append)
    assert 20 < len(asked) < len(mols)
    assert len(asked) == len(set(asked))
    again: list[int] = []
    describe_all(mols, graphs, smiles, again.append)
    strained = Chem.MolFromSmarts("[#7,#8;r3]")
    assert again == [i for i, mol in enumerate(mols) if mol.HasSubstructMatch(strained)]


@pytest.mark.usefixtures("_fresh")
def test_what_a_graph_does_not_say_is_left_to_rdkit() -> None:
    texts = ["[18F]CCO", "C1CO1", "CC[Te]C", "CN(C)(C)->B", "C[Cr]$[Cr]C", "CCO"]
    mols = read(texts)
    asked: list[int] = []
    describe_all(mols, featurize_all(mols), smiles_of(mols), asked.append)
    assert set(asked) == set(range(len(mols)))
    asked.clear()
    describe_all(mols, featurize_all(mols), smiles_of(mols), asked.append)
    assert asked == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("_fresh")
def test_what_is_forgotten_is_learned_again(
    real: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mols = read(real)[:200]
    expected = np.array([describe(mol) for mol in mols])
    monkeypatch.setattr(module, "MOST_KINDS", 40)
    for at in range(0, 200, 20):
        some = mols[at : at + 20]
        found = describe_all(some, featurize_all(some), smiles_of(some))
        np.testing.assert_array_equal(found, expected[at : at + 20])
    assert len(module._memory()) < 400


def test_no_molecule() -> None:
    assert describe_all([], featurize_all([]), []).shape == (0, len(PROPERTIES))
