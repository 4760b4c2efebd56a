"""Measured compounds that are a hit itself, however the bundle has drawn them."""

import numpy as np
import pytest

from chem.structure.standardize import Standardized, standardize
from screening.evidence import same_measured
from screening.evidence.evidence import BUT_STEREO, ITSELF
from screening.evidence.same_measured import CurrentStructure, Same, SameMeasured


def standard(smiles: str) -> str:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized)
    return found.smiles


def find(smiles: str, *measured: str) -> list[tuple[int, str]]:
    known = SameMeasured(np.array(measured, dtype=object))
    found = known.find(standard(smiles), np.arange(len(measured)))
    assert found == known.find(standard(smiles), np.arange(len(measured)))
    return [(one.compound, one.same) for one in found]


@pytest.mark.parametrize(
    ("hit", "measured", "same"),
    [
        ("CCO", ["CCN", "CCO", "OCC"], [(1, ITSELF), (2, ITSELF)]),
        # What a data set without stereochemistry has of a chiral hit, and the other way round.
        ("C[C@H](N)c1ccccc1", ["CC(N)c1ccccc1", "CCN"], [(0, BUT_STEREO)]),
        ("CC(N)c1ccccc1", ["C[C@H](N)c1ccccc1"], [(0, BUT_STEREO)]),
        (
            "C[C@H](N)c1ccccc1",
            ["C[C@@H](N)c1ccccc1", "CC(N)c1ccccc1"],
            [(0, BUT_STEREO), (1, BUT_STEREO)],
        ),
        ("C/C=C/C", ["C/C=C\\C"], [(0, BUT_STEREO)]),
        # Beside the very same text: other drawings of the hit, and its stereoisomers.
        ("NCC(=O)O", ["NCC(=O)O", "[NH3+]CC(=O)[O-]"], [(0, ITSELF), (1, ITSELF)]),
        (
            "C[C@H](N)c1ccccc1",
            ["CC(N)c1ccccc1", "C[C@H](N)c1ccccc1", "C[C@@H](N)c1ccccc1"],
            [(1, ITSELF), (0, BUT_STEREO), (2, BUT_STEREO)],
        ),
        # Drawn as an older standardization left it: a salt, an ion, charges apart.
        ("CC(=O)Oc1ccccc1C(=O)O", ["CC(=O)Oc1ccccc1C(=O)[O-]"], [(0, ITSELF)]),
        ("NCC(=O)O", ["[NH3+]CC(=O)[O-]"], [(0, ITSELF)]),
        ("CS(C)=O", ["C[S+](C)[O-]"], [(0, ITSELF)]),
        # Neither isomers nor isotopologues are it.
        ("Cc1ccncc1", ["Cc1cccnc1", "Nc1ccccc1"], []),
        ("COc1ccccc1", ["[2H]C([2H])([2H])Oc1ccccc1"], []),
        ("CCO", ["C1CC", "CCO.CCN"], []),
        ("CCO", [], []),
    ],
)
def test_the_hit_among_others(hit: str, measured: list[str], same: list[tuple[int, str]]) -> None:
    assert find(hit, *measured) == same


def test_two_tautomers_are_one_where_their_keys_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawings of phenytoin: what counts is the key, and the structure shown is today's."""
    lactam, lactim = "O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1", "O=C1N=C(O)NC1(c1ccccc1)c1ccccc1"
    other = "NC(=O)Nc1ccccc1C(=O)c1ccccc1C"
    table = {
        lactam: CurrentStructure(lactam, "phenytoin", "phenytoin"),
        lactim: CurrentStructure(lactam, "phenytoin", "phenytoin"),
        other: CurrentStructure(other, "other", "other"),
    }
    monkeypatch.setattr(same_measured, "standardize_again", table.__getitem__)
    known = SameMeasured(np.array([other, lactim], dtype=object))
    assert known.find(lactam, np.arange(2)) == [Same(1, lactam, ITSELF)]
    assert known.find(lactam, np.array([0])) == []  # not measured on this task


def test_only_compounds_of_the_same_atoms_are_standardized(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def spy(smiles: str) -> CurrentStructure:
        asked.append(smiles)
        return CurrentStructure(smiles, smiles, smiles)

    monkeypatch.setattr(same_measured, "standardize_again", spy)
    measured = np.array(["CCCO", "COCC", "CCCN", "CCCCO", "CC(C)O"], dtype=object)
    known = SameMeasured(measured)
    known.find("CCOC", np.arange(5))
    known.find("CCOC", np.arange(5))
    assert sorted(set(asked) - {"CCOC"}) == ["CC(C)O", "CCCO", "COCC"]
    assert len(asked) == 5  # the hit each time, a measured compound once
