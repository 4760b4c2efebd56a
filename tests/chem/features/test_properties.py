import math
from collections.abc import Sequence

import numpy as np
import pytest
from rdkit import Chem, rdBase
from rdkit.Chem import Descriptors, rdMolDescriptors

from chem.features import properties as module
from chem.features.graphs import check_size, featurize_all
from chem.features.properties import PROPERTIES, describe, describe_all


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


DRUGS = [
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[n+]1ccccc1",
    "[2H]C([2H])([2H])O",
    "C",
    "[CH3][Mg][Br]",
]


@pytest.mark.parametrize("smiles", DRUGS)
def test_equal_to_the_rdkit_descriptors(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    found = dict(zip(PROPERTIES, describe(mol), strict=True))
    theirs = Descriptors.CalcMolDescriptors(mol)
    assert all(math.isfinite(value) for value in found.values())
    assert found == {
        "mw": pytest.approx(theirs["MolWt"]),
        "logp": pytest.approx(theirs["MolLogP"]),
        "tpsa": pytest.approx(theirs["TPSA"]),
        "hbd": theirs["NumHDonors"],
        "hba": theirs["NumHAcceptors"],
        "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds(mol),
        "heavy_atoms": sum(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms()),
        "rings": mol.GetRingInfo().NumRings(),
        "formal_charge": sum(atom.GetFormalCharge() for atom in mol.GetAtoms()),
    }


def test_gefitinib_is_as_published() -> None:
    found = dict(zip(PROPERTIES, describe(Chem.MolFromSmiles(DRUGS[0])), strict=True))
    assert found["mw"] == pytest.approx(446.9, abs=0.05)
    assert found["tpsa"] == pytest.approx(68.7, abs=0.1)
    assert (found["hbd"], found["rings"], found["formal_charge"]) == (1, 4, 0)
