from xml.etree import ElementTree

import pytest

from chem.depict import depict
from chem.errors import InputError

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


@pytest.mark.parametrize("smiles", [GEFITINIB, "C", "C[S+](C)[O-]", "[2H]C#N", "C" * 60])
def test_a_picture_is_one_svg_element(smiles: str) -> None:
    svg = depict(smiles, width=200, height=100)
    assert svg.startswith("<svg")
    root = ElementTree.fromstring(svg)
    assert root.attrib["viewBox"] == "0 0 200 100"
    drawn = [element for element in root.iter() if element is not root]
    assert drawn
    assert not any("id" in element.attrib or "class" in element.attrib for element in drawn)
    assert not any(element.tag.endswith("rect") for element in drawn)  # no background
    assert "\n" not in svg
    assert len(svg) < 15_000


def test_the_same_molecule_gives_the_same_picture() -> None:
    assert depict(GEFITINIB) == depict(GEFITINIB)
    assert depict(GEFITINIB) != depict("CCO")


def test_heteroatoms_keep_their_colours() -> None:
    assert "#0000FF" in depict("CN")


def test_refuses_what_is_not_a_smiles() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        depict("CCQ")
