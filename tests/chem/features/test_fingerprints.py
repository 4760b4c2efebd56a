import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.errors import InputError
from chem.features.fingerprints import count_fingerprints

DRUGS = [
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[n+]1ccccc1",
]


@pytest.mark.parametrize(("radius", "size"), [(2, 2048), (3, 1024), (1, 64)])
def test_equal_to_the_older_rdkit_function(radius: int, size: int) -> None:
    found = count_fingerprints(DRUGS, radius=radius, size=size)
    assert found.dtype == np.uint8
    assert found.shape == (len(DRUGS), size)
    for row, smiles in zip(found, DRUGS, strict=True):
        older = rdMolDescriptors.GetHashedMorganFingerprint(
            Chem.MolFromSmiles(smiles), radius, nBits=size
        )
        expected = np.zeros(size)
        for bit, count in older.GetNonzeroElements().items():
            expected[bit] = count
        np.testing.assert_array_equal(row, expected)


def test_a_large_count_stays_at_255() -> None:
    assert count_fingerprints(["C" * 400]).max() == 255


def test_no_molecules_make_no_rows() -> None:
    assert count_fingerprints([]).shape == (0, 2048)


def test_names_the_molecule_it_cannot_read() -> None:
    with pytest.raises(InputError, match="'CCQ' at position 1"):
        count_fingerprints(["CCO", "CCQ"])
