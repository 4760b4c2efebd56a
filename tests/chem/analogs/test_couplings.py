"""Drugs taken apart as in the textbook, and coupled anew."""

import csv
from pathlib import Path

import pytest
from rdkit import Chem

from chem.analogs.couplings import KEPT, couple, disconnections, reagents_of
from chem.analogs.reactions import REACTIONS
from chem.structure.standardize import Standardized, standardize

FILE = Path(__file__).parents[2] / "files/chem/approved_sample.smi"
BY_NAME = {one.name: one for one in REACTIONS}
GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
SORAFENIB = "CNC(=O)c1cc(Oc2ccc(NC(=O)Nc3ccc(Cl)c(C(F)(F)F)c3)cc2)ccn1"
SILDENAFIL = "CCCc1nn(C)c2c(=O)[nH]c(-c3cc(S(=O)(=O)N4CCN(C)CC4)ccc3OCC)nc12"
ERLOTINIB = "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"


@pytest.mark.parametrize(
    ("drug", "reaction", "first", "second"),
    [
        (
            IMATINIB,
            "amide coupling",
            "CN1CCN(Cc2ccc(C(=O)O)cc2)CC1",
            "Cc1ccc(N)cc1Nc1nccc(-c2cccnc2)n1",
        ),
        (
            GEFITINIB,
            "SNAr amination",
            "COc1cc2ncnc(Cl)c2cc1OCCCN1CCOCC1",
            "Nc1ccc(F)c(Cl)c1",
        ),
        (
            GEFITINIB,
            "Williamson ether synthesis",
            "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1O",
            "BrCCCN1CCOCC1",
        ),
        (
            GEFITINIB,
            "N-alkylation",
            "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCBr",
            "C1COCCN1",
        ),
        (
            SORAFENIB,
            "urea formation",
            "CNC(=O)c1cc(Oc2ccc(N)cc2)ccn1",
            "Nc1ccc(Cl)c(C(F)(F)F)c1",
        ),
        (
            SILDENAFIL,
            "sulfonamide formation",
            "CCCc1nn(C)c2c(=O)[nH]c(-c3cc(S(=O)(=O)Cl)ccc3OCC)nc12",
            "CN1CCNCC1",
        ),
        (
            ERLOTINIB,
            "Sonogashira coupling",
            "COCCOc1cc2ncnc(Nc3cccc(Br)c3)c2cc1OCCOC",
            "C#C",
        ),
    ],
)
def test_drugs_have_the_textbook_reagents(
    drug: str, reaction: str, first: str, second: str
) -> None:
    pair = tuple(map(Chem.CanonSmiles, (first, second)))
    assert pair in reagents_of(Chem.MolFromSmiles(drug), BY_NAME[reaction])


def drugs() -> list[str]:
    with FILE.open(newline="") as file:
        texts = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")][:70]
    found = (standardize(text, "smiles") for text in texts)
    own = [GEFITINIB, IMATINIB, SORAFENIB, SILDENAFIL, ERLOTINIB]
    return own + [one.smiles for one in found if isinstance(one, Standardized)]


def test_every_way_gives_the_drug_again_and_a_new_product_its_reagents() -> None:
    """The replaced reagents of all drugs, put into other drugs, come out of them again."""
    ways = [(text, way) for text in drugs() for way in disconnections(text)]
    assert len({way.reaction.name for _, way in ways}) >= len(REACTIONS) - 1
    partners: dict[tuple[str, int], list[str]] = {}
    for text, way in ways:
        both = (way.kept, way.replaced) if way.side else (way.replaced, way.kept)
        assert couple(way.reaction, *both) == Chem.CanonSmiles(text)
        partners.setdefault((way.reaction.name, way.side), []).append(way.replaced)
        size = Chem.MolFromSmiles(text).GetNumHeavyAtoms()
        assert Chem.MolFromSmiles(way.kept).GetNumHeavyAtoms() >= KEPT * size
    tried = 0
    for at, (_, way) in enumerate(ways[::3]):
        known = partners[way.reaction.name, way.side]
        other = known[at % len(known)]
        both = (way.kept, other) if way.side else (other, way.kept)
        product = couple(way.reaction, *both)
        if product is None:  # a symmetric reagent that reacts in two ways
            continue
        standard = standardize(product, "smiles")
        assert isinstance(standard, Standardized)
        assert Chem.GetFormalCharge(standard.mol) == Chem.GetFormalCharge(
            Chem.MolFromSmiles(way.kept)
        )
        assert both in reagents_of(Chem.MolFromSmiles(product), way.reaction)
        tried += 1
    assert tried > 30


@pytest.mark.parametrize(
    "smiles",
    [
        "CCc1ccccc1",  # no reaction makes a bond of it
        "O=C1NCCc2ccccc21",  # its amide is in a ring
        "NCCc1ccc(NC(=O)c2ccccc2C(=O)O)cc1",  # an amine and an acid would react as well
    ],
)
def test_no_way_is_found(smiles: str) -> None:
    assert disconnections(smiles) == []


def test_a_small_part_is_not_kept() -> None:
    (way,) = disconnections("CNC(=O)c1ccc2ccccc2c1")
    assert way.replaced == "CN"


def test_stereochemistry_is_kept_or_the_way_is_left_out() -> None:
    """A centre beside the bond stays; one that reacts makes no way."""
    (amide, _) = disconnections("C[C@H](NC(=O)/C=C/c1ccccc1)c1ccccc1")
    assert "@" in amide.kept or "@" in amide.replaced
    assert couple(amide.reaction, "O=C(O)/C=C/c1ccccc1", "C[C@@H](N)CC") == Chem.CanonSmiles(
        "CC[C@@H](C)NC(=O)/C=C/c1ccccc1"
    )
    assert disconnections("C[C@H](Oc1ccccc1)C1CCCCC1") == []
    assert {way.reaction.name for way in disconnections("CC(Oc1ccccc1)C1CCCCC1")} == {
        "Mitsunobu reaction"
    }
    assert disconnections("C[C@H](N1CCCCC1)C1CCCCC1") == []


def test_a_racemate_gives_racemates() -> None:
    racemate = standardize("C[C@H](NC(=O)c1ccccc1)c1ccccc1 |&1:1|", "smiles")
    assert isinstance(racemate, Standardized)
    assert "|&1:" in racemate.smiles
    (one,) = {way for way in disconnections(racemate.smiles) if way.side == 0}
    product = couple(one.reaction, "CC(=O)O", one.kept)
    assert product is not None
    again = standardize(product, "smiles")
    assert isinstance(again, Standardized)
    assert "|&1:" in again.smiles


def test_reagents_that_do_not_react_give_nothing() -> None:
    amide = BY_NAME["amide coupling"]
    assert couple(amide, "CC(=O)OC", "CN") is None
    assert couple(amide, "OC(=O)c1ccccc1", "NCC(C)CNC") is None  # two products
