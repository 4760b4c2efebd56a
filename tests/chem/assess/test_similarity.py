from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator
from rdkit.SimDivFilters.rdSimDivPickers import MaxMinPicker

from chem.assess.similarity import Unlike, nearest
from chem.errors import InputError
from chem.features.fingerprints import WORDS, morgan_bits

DRUGS = [
    line.split("\t")[0]
    for line in (Path(__file__).parents[2] / "files/chem/approved_sample.smi")
    .read_text()
    .splitlines()[1:]
]
BITS = st.lists(st.lists(st.integers(0, 11), max_size=8), max_size=14)


def pack(on: list[list[int]]) -> np.ndarray:
    bits = np.zeros((len(on), WORDS * 64), np.uint8)
    for row, columns in enumerate(on):
        bits[row, columns] = 1
    return np.packbits(bits, axis=1).view(np.uint64).reshape(len(on), WORDS)


def test_real_molecules_have_the_neighbours_that_rdkit_finds() -> None:
    mols = [(text, Chem.MolFromSmiles(text)) for text in DRUGS]
    texts = [text for text, mol in mols if mol is not None]
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    prints = [generator.GetFingerprint(mol) for _, mol in mols if mol is not None]
    assert len(texts) > 120
    bits = morgan_bits(texts)
    found = nearest(bits[:40], bits[20:], 5)
    for at, fingerprint in enumerate(prints[:40]):
        tanimoto = DataStructs.BulkTanimotoSimilarity(fingerprint, prints[20:])
        best = sorted(range(len(tanimoto)), key=lambda row: (-tanimoto[row], row))[:5]
        assert found.rows[at].tolist() == best
        assert found.similarity[at].tolist() == [tanimoto[row] for row in best]
    assert (found.similarity[20:, 0] == 1).all()


@settings(max_examples=60)
@given(molecules=BITS, known=BITS, count=st.integers(0, 16))
def test_every_molecule_gets_its_nearest_and_of_equals_the_first(
    molecules: list[list[int]], known: list[list[int]], count: int
) -> None:
    """Few columns, so that many are equally similar."""
    found = nearest(pack(molecules), pack(known), count)
    assert found.rows.shape == found.similarity.shape == (len(molecules), min(count, len(known)))
    for at, one in enumerate(molecules):
        tanimoto = [len({*one} & {*other}) / max(len({*one, *other}), 1) for other in known]
        best = sorted(range(len(known)), key=lambda row: (-tanimoto[row], row))[:count]
        assert found.rows[at].tolist() == best
        assert found.similarity[at].tolist() == [tanimoto[row] for row in best]


def test_stereoisomers_are_alike_and_salts_are_not() -> None:
    bits = morgan_bits(["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O", "CC(N)C(=O)[O-]"])
    assert nearest(bits[:1], bits, 4).similarity[0].tolist()[:3] == [1, 1, 1]
    assert nearest(bits[:1], bits, 4).similarity[0, 3] < 1


def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(InputError, match="'C1CC' at position 1"):
        morgan_bits(["CCO", "C1CC"])
    assert morgan_bits([]).shape == (0, WORDS)


@pytest.fixture(scope="module")
def smiles(drugs: list[Chem.Mol]) -> list[str]:
    return [Chem.MolToSmiles(mol) for mol in drugs]


def pick(compounds: Unlike, count: int, open: np.ndarray) -> list[int]:
    picked: list[int] = []
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
