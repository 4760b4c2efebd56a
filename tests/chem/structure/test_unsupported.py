import pytest
from rdkit import Chem

from chem.structure.unsupported import find_radical, find_refusal


@pytest.mark.parametrize(
    ("smiles", "named"),
    [
        ("[CH3]", "atom 1 (C) has 1 unpaired electron:"),
        ("C1CCCC[C]1", "atom 6 (C) has 2 unpaired electrons:"),
        ("c1cc[c]cc1", "atom 4 (C)"),
        ("C[N+](C)C", "atom 2 (N)"),
        ("CC[O]", "atom 3 (O)"),
        ("CC[S]", "atom 3 (S)"),
        ("C[Si](C)C", "atom 2 (Si)"),
        ("C[#6]", "atom 2 (C)"),
    ],
)
def test_unpaired_electrons(smiles: str, named: str) -> None:
    failure = find_radical(Chem.MolFromSmiles(smiles))
    assert failure is not None
    assert failure.code == "radical"
    assert named in failure.detail


@pytest.mark.parametrize(
    "smiles",
    [
        "CC1(C)CCCC(C)(C)N1[O]",  # TEMPO
        "[N]=O",
        "[O-][N+](=O)c1cc([N+]([O-])=O)c([N]N(c2ccccc2)c2ccccc2)c([N+]([O-])=O)c1",  # DPPH
        "[O]c1ccccc1",
        "[C-]#[N+]C",
        "C[N+](C)(C)C",
        "c1cc[nH]c1",
        "CB(O)O",
    ],
)
def test_what_is_stable_or_no_radical(smiles: str) -> None:
    assert find_radical(Chem.MolFromSmiles(smiles)) is None


@pytest.mark.parametrize(
    ("smiles", "code"),
    [
        ("CC[Ts]", "drawn_shorthand"),
        ("C[Hg]C", "metal_complex"),
        ("CC=[C@]=CC", "unsupported_stereo"),
        ("C[CH2]", "radical"),
        ("CC(=O)[O-].[Na+]", None),
    ],
)
def test_the_first_reason(smiles: str, code: str | None) -> None:
    failure = find_refusal(Chem.MolFromSmiles(smiles), smiles, "smiles")
    assert (failure.code if failure else None) == code
