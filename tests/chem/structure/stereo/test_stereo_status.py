"""Words for what a structure says about stereochemistry, and what would be lost."""

from typing import Any

import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from chem.structure.stereo.stereo_status import (
    STEREO_WORDS,
    describe_stereo,
    find_lost_stereo,
    has_lost_wedge,
    has_mirror_image,
    is_flagged_relative,
)
from tests.chem.molblocks import draw, with_collection


@pytest.mark.parametrize(
    ("smiles", "word"),
    [
        ("CCO", "none"),
        ("Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O", "none"),
        ("CCN(C)C(C)C", "none"),  # an amine turns over
        ("CN=C(NC)NC#N", "none"),  # a proton moves
        ("CN=[N+]=[N-]", "none"),
        ("COP(=O)(O)OCC", "none"),
        ("CN1C2CCC1CC2", "none"),  # tropane has one shape
        ("CC12CC3CC(C)(C1)CC(N)(C3)C2", "none"),  # so has memantine
        ("C12C3C4C1C5C2C3C45", "none"),  # cubane
        ("OC(=O)C12C3C4C1C1C4C3C12C(=O)O", "none"),  # its 1,4-diacid
        ("C12C3C1C4C2C34", "none"),  # prismane
        ("CC(=O)C1C(=O)CC(C)(C)CC1=O", "none"),  # a triketone is as acid as an enol
        ("CC(=O)C(C(=O)CC)C(=O)OC", "none"),
        ("CC(=O)C(CC)C(=O)OC", "undefined"),
        ("C[C@H](O)F", "single"),
        ("C[C@H](O)C12C3C4C1C5C2C3C45", "single"),
        ("F/C=C/F", "single"),
        ("C[C@H]1CC[C@@H](O)CC1", "single"),
        ("C[S@+]([O-])c1ccccc1", "single"),
        ("C=C[C@H]1CN2CC[C@H]1C[C@H]2[C@H](O)c1ccnc2ccc(OC)cc12", "single"),  # quinine
        ("C[C@@H](N)C12CC3CC(CC(C3)C1)C2", "single"),  # one form of rimantadine
        ("Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O |wU:7.6|", "single"),
        ("C[C@H](O)F |&1:1|", "racemic"),
        ("C[C@H](F)[C@H](C)Cl |&1:1,3|", "racemic"),
        ("C[C@H]1CC[C@@H]([C@H](F)Cl)CC1 |&1:5|", "racemic"),
        ("C[C@H](O)F |o1:1|", "one_of_two"),
        ("C[C@H](F)[C@H](C)Cl |o1:1|", "one_of_two"),
        ("C[C@H](F)[C@H](C)Cl |&1:1|", "mixture"),
        ("C[C@H](F)[C@H](C)Cl |&1:1,&2:3|", "mixture"),
        ("C[C@H](F)[C@H](C)Cl |&1:1,o1:3|", "mixture"),
        ("C[C@H]1CC[C@@H](O)CC1 |&1:1|", "mixture"),  # cis with trans
        ("CC(O)F", "undefined"),
        ("FC=CF", "undefined"),
        ("CC1CCC(O)CC1", "undefined"),
        ("C[S+]([O-])c1ccccc1", "undefined"),
        ("CC1(C)C2CCC1(C)C(=O)C2", "undefined"),  # camphor
        ("CC=NO", "undefined"),
        ("CC12C3C4C1(F)C5C2(Cl)C3C45", "undefined"),  # a cubane with four kinds of corners
        ("C1CCC2CCCCC2C1", "undefined"),  # decalin: cis or trans
        ("C1CC2CCC3CCCC4CCC1C2C34", "undefined"),
        ("C[C@H](F)C(C)Cl", "partly_undefined"),
        ("C[C@H](N)CC=CC", "partly_undefined"),
        ("C[C@H](F)C(C)Cl |&1:1|", "partly_undefined"),
    ],
)
def test_words(smiles: str, word: str) -> None:
    assert word in STEREO_WORDS
    assert describe_stereo(smiles) == word


def test_a_large_molecule_is_not_built_in_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of hundreds of atoms takes RDKit seconds, in the process that writes the hits."""
    sizes = []
    build = rdDistGeom.EmbedMolecule

    def spy(mol: Chem.Mol, **options: Any) -> int:
        sizes.append(mol.GetNumHeavyAtoms())
        return build(mol, **options)

    monkeypatch.setattr(rdDistGeom, "EmbedMolecule", spy)
    tropane = "CN1C2CCC1CC2"
    assert describe_stereo("C" * 30 + tropane) == "none"
    assert describe_stereo("C" * 600 + tropane) == "undefined"
    assert set(sizes) == {38}


@pytest.mark.parametrize(
    ("smiles", "is_lost"),
    [
        ("CC=[C@]=CC", True),
        ("CC=[C@@]=CC", True),
        ("CC=[C@AL1]=CC", True),
        ("CC=C=CC", False),
        ("C[C@](=C)F", False),  # no allene, and no centre either
        ("F[P@TB1](F)(Cl)(Br)c1ccccc1", True),
        ("C[P@](CC)c1ccccc1", False),
        ("C[S@](=N)(=O)c1ccccc1", False),
    ],
)
def test_what_would_be_lost(smiles: str, is_lost: bool) -> None:
    found = find_lost_stereo(Chem.MolFromSmiles(smiles), smiles, "smiles")
    assert (found is not None) == is_lost


def test_a_wedge_on_an_allene_would_be_lost() -> None:
    flat = draw("CC=C=CC")
    assert find_lost_stereo(Chem.MolFromMolBlock(flat), flat, "molblock") is None
    drawn = flat.replace("  1  2  1  0", "  2  1  1  1")
    assert find_lost_stereo(Chem.MolFromMolBlock(drawn), drawn, "molblock") is not None


@pytest.mark.parametrize(
    ("block", "is_relative"),
    [
        (draw("C[C@H](O)F"), True),
        (draw("C[C@H](O)F", flag=1), False),
        (draw("C[C@H](O)F", v3000=True), True),
        (draw("C[C@H](O)F", v3000=True, flag=1), False),
        (with_collection(draw("C[C@H](O)F", v3000=True), "STEABS ATOMS=(1 2)"), False),
        (with_collection(draw("C[C@H](O)F", v3000=True), "STERAC1 ATOMS=(1 2)"), False),
        (draw("CC(O)F"), False),
        (draw("F/C=C/F"), False),
    ],
)
def test_the_chiral_flag(block: str, is_relative: bool) -> None:
    assert is_flagged_relative(Chem.MolFromMolBlock(block), block, "molblock") == is_relative


def test_mirror_images() -> None:
    for smiles, has in (
        ("C[C@H](O)F", True),
        ("C[C@H](F)[C@@H](C)F", False),
        ("C[C@H]1CC[C@@H](O)CC1", False),
        ("C[C@H](O)F |&1:1|", False),
        ("CCO", False),
    ):
        assert has_mirror_image(Chem.MolFromSmiles(smiles), smiles) == has, smiles


def test_a_wedge_among_atoms_on_one_point_has_no_meaning() -> None:
    block = draw("C[C@H](O)F")
    assert not has_lost_wedge(Chem.MolFromMolBlock(block), block, "molblock")
    lines = block.split("\n")
    lines[4:8] = [f"{0:10.4f}" * 3 + line[30:] for line in lines[4:8]]
    moved = "\n".join(lines)
    assert has_lost_wedge(Chem.MolFromMolBlock(moved), moved, "molblock")


def test_a_wedge_says_nothing_of_the_centre_at_its_wide_end() -> None:
    block = draw("CC(O)F")
    assert not has_lost_wedge(Chem.MolFromMolBlock(block), block, "molblock")
    wide = block.replace("  1  2  1  0", "  1  2  1  1")
    assert wide != block
    mol = Chem.MolFromMolBlock(wide)
    assert Chem.MolToSmiles(mol) == "CC(O)F"
    assert has_lost_wedge(mol, wide, "molblock")


@pytest.mark.parametrize(
    ("smiles", "is_lost"),
    [
        ("Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O |wU:7.7|", False),
        ("Cc1ccccc1CC |wU:6.6|", True),  # no axis
        ("CCC(C)C |wU:2.1|", True),  # two equal neighbours
        ("[H]OCC(C)C |wU:3.2|", True),
        ("[H]OC(C)F |(0,0,;1,0,;2,0.5,;3,0,;2,1.5,),wU:2.1|", False),
        ("C[C@H](O)F |(0,0,;1,0,;1,1,;2,0,),wU:1.0|", False),
        ("C[C@H](O)F", False),
    ],
)
def test_wedges_of_a_cxsmiles(smiles: str, is_lost: bool) -> None:
    assert has_lost_wedge(Chem.MolFromSmiles(smiles), smiles, "smiles") == is_lost
