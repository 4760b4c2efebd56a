"""The table of reactions: RDKit reads it, and each reaction gives what the textbook says."""

import pytest
from rdkit import Chem

from chem.analogs.couplings import couple, reagents_of
from chem.analogs.reactions import GROUPS, REACTIONS, Reaction
from chem.structure.standardize import Standardized, standardize

BY_NAME = {one.name: one for one in REACTIONS}
EXAMPLES = [
    ("amide coupling", "OC(=O)c1ccccc1", "C1COCCN1", "O=C(c1ccccc1)N1CCOCC1"),
    ("sulfonamide formation", "O=S(=O)(Cl)c1ccccc1", "NC1CC1", "O=S(=O)(NC1CC1)c1ccccc1"),
    ("urea formation", "Nc1ccccc1", "C1CCNC1", "O=C(Nc1ccccc1)N1CCCC1"),
    ("SNAr amination", "Clc1ncnc2ccccc12", "Nc1ccc(F)cc1", "Fc1ccc(Nc2ncnc3ccccc23)cc1"),
    ("SNAr amination", "O=[N+]([O-])c1ccc(F)cc1", "NC", "CNc1ccc([N+](=O)[O-])cc1"),
    ("Buchwald amination", "COc1ccc(Br)cc1", "C1COCCN1", "COc1ccc(N2CCOCC2)cc1"),
    ("Buchwald amination", "Ic1ccccc1", "Nc1ncccn1", "c1ccc(Nc2ncccn2)cc1"),
    ("Suzuki coupling", "Brc1cccnc1", "OB(O)c1ccccc1", "c1ccc(-c2cccnc2)cc1"),
    ("Suzuki coupling", "Brc1cccnc1", "CC1(C)OB(c2ccoc2)OC1(C)C", "c1cncc(-c2ccoc2)c1"),
    ("Sonogashira coupling", "Brc1cccnc1", "C#CC1CC1", "C(#CC1CC1)c1cccnc1"),
    ("reductive amination", "O=Cc1ccccc1", "CNC", "CN(C)Cc1ccccc1"),
    ("reductive amination", "O=C1CCOCC1", "NCC", "CCNC1CCOCC1"),
    ("N-alkylation", "ClCc1ccccc1", "C1CCNC1", "c1ccc(CN2CCCC2)cc1"),
    ("Williamson ether synthesis", "Oc1ccccc1", "BrCCOC", "COCCOc1ccccc1"),
    ("Mitsunobu reaction", "Oc1ccccc1", "OC1CCOCC1", "c1ccc(OC2CCOCC2)cc1"),
]


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda one: one.name)
def test_rdkit_reads_a_reaction(reaction: Reaction) -> None:
    for one, reagents, products in ((reaction.forward, 2, 1), (reaction.retro, 1, 2)):
        _, errors = one.Validate(silent=True)
        assert errors == 0
        assert one.GetNumReactantTemplates() == reagents
        assert one.GetNumProductTemplates() == products


def test_each_group_and_each_reaction_has_its_own_name() -> None:
    assert all(group.query is not None for group in GROUPS)
    assert len({group.name for group in GROUPS}) == len(GROUPS)
    assert len(BY_NAME) == len(REACTIONS) >= 8
    assert set(BY_NAME) == {name for name, *_ in EXAMPLES}


@pytest.mark.parametrize(("name", "first", "second", "product"), EXAMPLES)
def test_a_reaction_gives_the_textbook_product(
    name: str, first: str, second: str, product: str
) -> None:
    made = couple(BY_NAME[name], first, second)
    assert made is not None
    standard = standardize(made, "smiles")
    assert isinstance(standard, Standardized)
    assert standard.smiles == Chem.CanonSmiles(product)


@pytest.mark.parametrize(("name", "first", "second", "product"), EXAMPLES)
def test_a_product_gives_its_reagents_back(
    name: str, first: str, second: str, product: str
) -> None:
    """Halides and boronates come back as their simplest kind."""
    simplest = {"I": "Br", "F": "Cl", "B1OC(C)(C)C(C)(C)O1": "B(O)O"}
    found = reagents_of(Chem.MolFromSmiles(product), BY_NAME[name])
    assert found
    for pair in found:
        assert couple(BY_NAME[name], *pair) == Chem.CanonSmiles(product)
    exact = tuple(map(Chem.CanonSmiles, (first, second)))
    is_simplest = not any(word in first + second for word in (*simplest, "ClC", "CC1(C)OB"))
    assert exact in found or not is_simplest
