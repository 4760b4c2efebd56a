"""Stereoisomers share a flat structure; nothing else is lost."""

import pytest

from chem.errors import InputError
from chem.structure.flat import without_stereo


@pytest.mark.parametrize(
    ("smiles", "flat"),
    [
        ("C[C@H](N)C(=O)O", "CC(N)C(=O)O"),
        ("C[C@@H](N)C(=O)O", "CC(N)C(=O)O"),
        ("C/C=C/C", "CC=CC"),
        ("C/C=C\\C", "CC=CC"),
        ("[2H]C([2H])([2H])O", "[2H]C([2H])([2H])O"),
        ("OCC", "CCO"),
        ("C[S@](=O)c1ccccc1", "CS(=O)c1ccccc1"),
    ],
)
def test_only_stereo_goes(smiles: str, flat: str) -> None:
    assert without_stereo(smiles) == flat
    assert without_stereo(flat) == flat


def test_a_mistake_is_told() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        without_stereo("not a molecule")
