import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rdkit import Chem

from chem.errors import InputError
from chem.output.depict import TENTHS, Depiction, depict, draw_png

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"
ODD = ["C", "[CH3]", "C[S+](C)[O-]", "[2H]C#N", "C" * 60, "*C", "N->[Fe]", "C/C=C/[C@H](F)O"]


def elements(picture: Depiction) -> set[str]:
    return {mark.element for mark in picture.marks}


def points(path: str) -> list[tuple[int, int]]:
    """Follow a path as a browser would."""
    x = y = 0
    found = []
    for command, text in re.findall(r"([MlqZ])([^MlqZ]*)", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", text)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        start = (0, 0) if command == "M" else (x, y)
        found += [(start[0] + px, start[1] + py) for px, py in pairs]
        if pairs:
            x, y = found[-1]
    return found


@pytest.mark.parametrize("smiles", [GEFITINIB, *ODD])
def test_a_picture_is_one_svg_element(smiles: str) -> None:
    picture = depict(smiles, width=200, height=100)
    root = ElementTree.fromstring(picture.svg())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["viewBox"] == "0 0 2000 1000"
    drawn = [element for element in root.iter() if element is not root]
    assert len(drawn) == len(picture.marks) > 0
    assert {element.tag for element in drawn} == {"{http://www.w3.org/2000/svg}path"}
    assert not any({"id", "style"} & element.attrib.keys() for element in drawn)
    assert len(picture.svg()) < 10_000


@pytest.mark.parametrize("smiles", [GEFITINIB, *ODD])
def test_all_of_it_is_inside_the_picture(smiles: str) -> None:
    picture = depict(smiles, width=200, height=100)
    assert all(re.fullmatch(r"[MmlqZ0-9 -]+", mark.path) for mark in picture.marks)
    drawn = [point for mark in picture.marks for point in points(mark.path)]
    for x, y in [*drawn, *picture.atoms]:
        assert 0 <= x <= 200 * TENTHS
        assert 0 <= y <= 100 * TENTHS


def test_atoms_are_where_their_bonds_end() -> None:
    """Carbons of a chain have no letters: each is at an end of a line."""
    picture = depict("CCC(C)CC")
    ends = {point for mark in picture.marks for point in points(mark.path)}
    assert len(picture.atoms) == 6
    for x, y in picture.atoms:
        assert any(abs(x - px) <= 1 and abs(y - py) <= 1 for px, py in ends)


def test_every_atom_of_real_drugs_has_its_place() -> None:
    for line in SAMPLE.read_text().splitlines()[:60]:
        mol = Chem.MolFromSmiles(line.split()[0])
        if mol is None:
            continue
        picture = depict(line.split()[0])
        assert len(picture.atoms) == mol.GetNumAtoms()
        assert len(set(picture.atoms)) == mol.GetNumAtoms()


def test_marks_know_their_element() -> None:
    assert elements(depict("CCC")) == {"C"}
    assert elements(depict(GEFITINIB)) == {"C", "N", "O", "F", "Cl"}
    assert elements(depict("CS(=O)CP")) == {"C", "S", "O", "P"}
    assert elements(depict("C[Si](C)(C)Br")) == {"C", "Br"}  # silicon is drawn like carbon
    styles = {mark.style for mark in depict("C[C@H](F)O").marks}
    assert styles == {"line", "fill"}
    assert "dash" in {mark.style for mark in depict("CC~C").marks}


def test_it_has_no_colours_of_its_own() -> None:
    assert not re.search(r"#|rgb", depict(GEFITINIB).svg())


def test_small_and_large_molecules_have_bonds_of_one_length() -> None:
    for smiles in ("CC", "CCCC"):
        (ax, ay), (bx, by), *_ = depict(smiles).atoms
        assert ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 == pytest.approx(300, abs=3)


def test_the_same_molecule_gives_the_same_picture() -> None:
    assert depict(GEFITINIB) == depict(GEFITINIB)
    assert depict(GEFITINIB) != depict("CCO")


def test_refuses_what_is_not_a_smiles() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        depict("CCQ")


def test_a_stereo_group_is_named_beside_its_centres() -> None:
    single, racemate, either = (
        depict(f"C[C@H](O)c1ccccc1{group}") for group in ("", " |&1:1|", " |o1:1|")
    )
    letters = [
        sum(len(mark.path) for mark in one.marks if mark.style == "fill")
        for one in (single, racemate, either)
    ]
    assert letters[0] < min(letters[1:])
    assert letters[1] != letters[2]


@pytest.mark.parametrize("smiles", [GEFITINIB, *ODD, "C[C@H](N)O |&1:1|"])
def test_a_png_has_its_size_and_the_same_bytes_each_time(smiles: str) -> None:
    picture = draw_png(smiles, 225, 150)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (225, 150)
    assert picture == draw_png(smiles, 225, 150)
    assert picture != draw_png("CCCCCC", 225, 150)
    assert len(picture) < 40_000


def test_what_is_no_structure_has_no_png() -> None:
    with pytest.raises(InputError):
        draw_png("not a molecule", 225, 150)
