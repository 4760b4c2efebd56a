"""Equal compositions have equal sums, however they are spelled; few others do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from chem.structure.element_sums import element_sums
from chem.structure.equivalence import heavy_composition


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C[C@H](N)C(=O)[O-].[Na+]", "CC(=[NH2+])=C([O-])O.[Na]"),
        ("[2H]c1cc[nH]c1", "C1=CNC=C1"),
        ("[13CH3]C", "CC"),
        ("c1c[se]cc1", "C1=C[Se]C=C1"),
        ("N[Pt@SP1](N)(Cl)Cl", "N[Pt](N)(Cl)Cl"),
        ("F[As@TB12](Cl)(Br)(N)C", "F[As](Cl)(Br)(N)C"),
        ("C[Co@OH3](F)(Cl)(Br)(I)N", "C[Co](F)(Cl)(Br)(I)N"),
        ("OC=[C@AL1]=CF", "OC=C=CF"),
        ("CC(N)O |&1:1,$Hello$|", "CC(N)O"),
        ("[H][H]", ""),
        ("C%10CCCCC%10", "C1CCCCC1"),
        ("[Hg]", "[Hg+2]"),
    ],
)
def test_spellings_of_the_same_elements(one: str, other: str) -> None:
    assert heavy_composition(one) == heavy_composition(other)
    first, between, second = element_sums([one, "CCCC", other])
    assert first == second
    assert first != between


@pytest.mark.parametrize("odd", ["CC |$a\nb$|", "C\nC", "C\udc80C", "Ü", " ", "C C"])
def test_what_is_no_smiles_moves_no_other(odd: str) -> None:
    assert element_sums(["CCN", odd, "CCO"]).tolist()[::2] == element_sums(["CCN", "CCO"]).tolist()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    some = ["CCN", "", "c1ccccc1", "CCO", "C[C@H](N)O"]
    whole = element_sums(some).tolist()
    monkeypatch.setattr("chem.structure.element_sums._BLOCK", 2)
    assert element_sums(some).tolist() == whole


def test_none_and_an_empty_one() -> None:
    assert element_sums([]).tolist() == []
    assert element_sums(["", "C", ""]).tolist()[::2] == [0, 0]


@given(data=st.data())
def test_drugs_in_any_spelling(data: st.DataObject, drugs: list[Chem.Mol]) -> None:
    chosen = data.draw(st.lists(st.sampled_from(drugs), min_size=1, max_size=4))
    kekule = data.draw(st.booleans())
    spelt = [Chem.MolToSmiles(mol, doRandom=True, kekuleSmiles=kekule) for mol in chosen]
    written = [Chem.MolToSmiles(mol) for mol in chosen]
    assert element_sums(spelt).tolist() == element_sums(written).tolist()


def test_different_compositions_have_different_sums(drugs: list[Chem.Mol]) -> None:
    written = [Chem.MolToSmiles(mol) for mol in drugs]
    sums = element_sums(written).tolist()
    assert len(set(sums)) == len(set(map(heavy_composition, written)))
