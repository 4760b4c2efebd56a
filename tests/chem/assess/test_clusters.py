"""Clusters in rank order: who leads, who joins, and what a longer list leaves alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from chem.assess.clusters import SIMILAR, clusters, scaffold
from chem.errors import InputError

DRUGS = {
    "gefitinib": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "erlotinib": "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "gefitinib, ethyl": "CCOc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "aspirin, methyl ester": "COC(=O)c1ccccc1OC(C)=O",
    "warfarin": "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
    "dacomitinib": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1NC(=O)/C=C/CN1CCCCC1",
    "salicylic acid": "O=C(O)c1ccccc1O",
}
SMILES = list(DRUGS.values())


def _alike(left: str, right: str) -> float:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in (left, right)]
    return float(DataStructs.TanimotoSimilarity(*bits))


def test_analogs_are_together_and_others_are_not() -> None:
    found = dict(zip(DRUGS, clusters(SMILES), strict=True))
    assert found["gefitinib"] == found["gefitinib, ethyl"] == 1
    assert found["aspirin"] == found["aspirin, methyl ester"]
    assert len({found["gefitinib"], found["aspirin"], found["warfarin"]}) == 3


@settings(max_examples=25)
@given(order=st.permutations(SMILES), similarity=st.sampled_from([0.3, SIMILAR, 0.8, 1.0]))
def test_each_joins_the_nearest_leader_before_it(order: list[str], similarity: float) -> None:
    leaders: list[str] = []
    for smiles, cluster in zip(order, clusters(order, similarity), strict=True):
        near = [_alike(smiles, leader) for leader in leaders]
        if cluster > len(leaders):
            assert cluster == len(leaders) + 1, "numbered by the first member"
            assert all(value < similarity for value in near)
            leaders.append(smiles)
        else:
            assert near[cluster - 1] >= similarity
            assert near.index(max(near)) == cluster - 1


@given(st.integers(0, len(SMILES)))
def test_a_longer_list_leaves_the_clusters_of_a_shorter_one(length: int) -> None:
    assert clusters(SMILES[:length]) == clusters(SMILES)[:length]


def test_one_structure_twice_is_one_cluster_and_a_bare_atom_is_not_like_another() -> None:
    assert clusters([*SMILES[:2], SMILES[0]], 1.0) == [1, 2, 1]
    assert clusters(["C", "N"]) == [1, 2]
    assert clusters([]) == []


def test_mistakes_are_told() -> None:
    with pytest.raises(InputError, match=r"found 'not a molecule' at position 1, expected"):
        clusters(["CCO", "not a molecule"])
    for similarity in (0.0, 1.1, float("nan")):
        with pytest.raises(ValueError, match="expected one above 0 and up to 1"):
            clusters(["CCO"], similarity)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CCO", ""),
        ("CCc1ccccc1", "c1ccccc1"),
        ("C[C@H](c1ccccc1)C1CC1", "c1ccc(CC2CC2)cc1"),
        ("O=C1CCCCC1C", "O=C1CCCCC1"),
        (
            "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
            "c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1",
        ),
    ],
)
def test_scaffolds(smiles: str, expected: str) -> None:
    assert scaffold(smiles) == (Chem.CanonSmiles(expected) if expected else "")


def test_isomers_share_a_scaffold() -> None:
    both = {scaffold(f"C[{chirality}H](c1ccccc1)C1CC1") for chirality in ("C@", "C@@")}
    assert len(both) == 1


def test_refuses_what_is_not_a_smiles() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        scaffold("CCQ")
