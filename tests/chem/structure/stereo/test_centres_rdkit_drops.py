"""Drawn centres that RDKit drops: each is kept out, and what has no two forms is not."""

import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from chem.structure.stereo.centres_rdkit_drops import (
    find_lost_centre,
    is_hidden_centre,
    is_spiro_centre,
)
from chem.structure.stereo.stereo_status import describe_stereo
from tests.chem.molblocks import draw

DROPPED = {
    "SPINOL": "Oc1cccc2c1[C@@]1(CC2)CCc2cccc(O)c21",
    "olean": "C1CC[C@@]2(OC1)CCCCO2",
    "a spirodilactone": "O=C1CC[C@@]2(CCC(=O)O2)O1",
    "a spirodiketone": "O=C1CCC[C@@]12CCCC2=O",
    "Tröger's base": "Cc1ccc2c(c1)C[N@]1C[N@]2Cc2cc(C)ccc21",
    "a cyclohexylidene acid": "OC(=O)/C=C1/CC[C@@H](C)CC1",
    "a cyclohexanone oxime": "O/N=C1/CC[C@@H](C)CC1",
}
MEANINGLESS = (
    "C[C@H](C)O",
    "CC[C@](C)(C)O",
    "OC[C@](CO)(CO)CO",
    "CC(C)[P@](=O)(OC)OC",
    "C[N@](CC)CCC",
    "C1CN2CC[C@H]1CC2",
    "C1CC[C@@]2(C1)CCCC2",
    "C1C[C@@]2(CCN1)OCCO2",
    "C1CC[C@]2(CC1)NC(=O)NC2=O",
    "CC=C1CC[C@@H](C)CC1",
    "CC(C)=C1CC[C@@H](C)CC1",
    "[H][C@](C)(C)O",
)


@pytest.mark.parametrize("name", DROPPED)
def test_what_rdkit_drops_is_refused(name: str) -> None:
    for smiles in (DROPPED[name], f"{DROPPED[name]}.Cl"):
        found = standardize(smiles, "smiles")
        assert isinstance(found, Failure), found
        assert found.code == "unsupported_stereo"
        assert "configuration of atom" in found.detail


@pytest.mark.parametrize("name", DROPPED)
def test_the_same_without_a_configuration_is_judged(name: str) -> None:
    flat = Chem.MolToSmiles(Chem.MolFromSmiles(DROPPED[name]), isomericSmiles=False)
    assert isinstance(standardize(flat, "smiles"), Standardized)


@pytest.mark.parametrize("smiles", MEANINGLESS)
def test_a_mark_without_a_meaning_is_dropped(smiles: str) -> None:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized), found
    assert "@" not in found.smiles


def test_a_wedge_on_a_spiro_centre_is_refused() -> None:
    flat = draw("O=C1CCC2(CCC(=O)O2)O1")
    mol = Chem.MolFromMolBlock(flat)
    (centre,) = (atom.GetIdx() for atom in mol.GetAtoms() if atom.GetDegree() == 4)
    assert find_lost_centre(mol, flat, "molblock") is None
    (bond, *_) = (bond for bond in mol.GetAtomWithIdx(centre).GetBonds())
    other = bond.GetOtherAtomIdx(centre)
    lines = flat.split("\n")
    at = next(
        number
        for number, line in enumerate(lines)
        if line[:6] in (f"{centre + 1:3}{other + 1:3}", f"{other + 1:3}{centre + 1:3}")
    )
    lines[at] = f"{centre + 1:3}{other + 1:3}  1  1"
    wedged = "\n".join(lines)
    assert find_lost_centre(Chem.MolFromMolBlock(wedged), wedged, "molblock") == centre
    found = standardize(wedged, "molblock")
    assert isinstance(found, Failure)
    assert found.code == "unsupported_stereo"


@pytest.mark.parametrize(
    ("smiles", "is_centre"),
    [
        ("Oc1cccc2c1C1(CC2)CCc2cccc(O)c21", True),
        ("C1CCC2(OC1)CCCCO2", True),
        ("C1CCC2(C1)CCCC2", False),
        ("C1CCC2(CC1)OCCO2", False),
        ("O=C1NC(=O)C2(CCCCC2)N1", False),
        ("C1CCCCC1", False),
    ],
)
def test_a_flat_spiro_centre_is_undefined(smiles: str, is_centre: bool) -> None:
    mol = Chem.MolFromSmiles(smiles)
    assert is_spiro_centre(mol) == is_centre
    assert describe_stereo(smiles) == ("undefined" if is_centre else "none")


@pytest.mark.parametrize(
    "smiles",
    ["Oc1cccc2c1C1(CC2)CCc2cccc(O)c21", "C1CCC2(OC1)CCCCO2", "C1CCC2(C1)CCCC2", "CC(C)(O)CC"],
)
def test_two_forms_in_space_are_two_forms_by_exchange(smiles: str) -> None:
    """The sign of the volume at the centre, for every match of the molecule with itself."""
    mol = Chem.MolFromSmiles(smiles)
    (centre,) = (atom.GetIdx() for atom in mol.GetAtoms() if atom.GetDegree() == 4)
    around = [other.GetIdx() for other in mol.GetAtomWithIdx(centre).GetNeighbors()]
    built = Chem.AddHs(mol)
    assert rdDistGeom.EmbedMolecule(built, randomSeed=7) == 0
    places = built.GetConformer().GetPositions()

    def is_left(order: list[int]) -> bool:
        a, b, c = (places[at] - places[order[3]] for at in order[:3])
        return bool(a @ [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2],
                         b[0] * c[1] - b[1] * c[0]] > 0)  # fmt: skip

    matches = mol.GetSubstructMatches(mol, uniquify=False, maxMatches=5000)
    signs = {is_left([match[at] for at in around]) for match in matches if match[centre] == centre}
    assert is_hidden_centre(mol, centre) == (len(signs) == 1)
