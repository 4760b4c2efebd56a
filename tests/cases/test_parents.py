"""Salts, complexes and mixtures as they come in public libraries and in vendors' files."""

import csv
from pathlib import Path

import pytest

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from chem.structure.weight import weight_per_parent

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(structure: str) -> str:
    """Return the key of a compound, or the code of what was refused."""
    result = standardize(structure, "smiles")
    return f"!{result.code}" if isinstance(result, Failure) else result.key


REFUSED = {
    "SODIUM CARBONATE": "!no_organic_fragment",
    "CALCIUM CARBONATE": "!no_organic_fragment",
    "MAGNESIUM CARBONATE": "!no_organic_fragment",
    "LITHIUM CARBONATE": "!no_organic_fragment",
    "SEVELAMER CARBONATE": "!mixture",
    "ERGOLOID": "!mixture",
    "GENTAMICIN": "!mixture",
    "MONOCTANOIN": "!mixture",
    "AMPHETAMINE ASPARTATE/DEXTROAMPHETAMINE SULFATE": "!mixture",
    "AMPHETAMINE/DEXTROAMPHETAMINE": "!mixture",
}


@pytest.mark.parametrize("row", read("approved_drugs/odd_merges.csv"), ids=lambda row: row["name"])
def test_approved_drugs_that_were_one_compound(row: dict[str, str]) -> None:
    """Pairs of ChEMBL's approved drugs: the same compound, or refused for what they are."""
    code = REFUSED.get(row["name"])
    if code is None:
        assert key(row["smiles"]) == key(row["first_smiles"])
        assert key(row["smiles"])[0] != "!"
    else:
        assert key(row["smiles"]) == code


COUNTERIONS_WITHOUT_CHARGES = [
    ("c1ccccc1[N](C)C.[H]Cl", "CN(C)c1ccccc1"),
    ("CN(C)c1ccccc1.Cl", "CN(C)c1ccccc1"),
    ("C[NH+](C)c1ccccc1.[Cl-]", "CN(C)c1ccccc1"),
    ("[Na].ON1C(=O)CC(C1=O)S(=O)(=O)O", "ON1C(=O)CC(C1=O)S(=O)(=O)O"),
    ("[Na+].ON1C(=O)CC(C1=O)S(=O)(=O)[O-]", "ON1C(=O)CC(C1=O)S(=O)(=O)O"),
    ("[Na]OC(=O)c1ccncc1", "OC(=O)c1ccncc1"),
    ("CC(C)N.[H][Cl]", "CC(C)N"),
    ("CC(C)[NH3+].[H+].[Cl-].[Cl-]", "CC(C)N"),
    ("O=C(O)c1ccncc1.[H][H]", "OC(=O)c1ccncc1"),
]


@pytest.mark.parametrize(("structure", "parent"), COUNTERIONS_WITHOUT_CHARGES)
def test_counterions_that_are_drawn_without_charges(structure: str, parent: str) -> None:
    assert key(structure) == key(parent)


@pytest.mark.parametrize("row", read("salt_weights/shop.csv"), ids=lambda row: row["name"])
def test_the_weight_of_a_salt_is_that_on_its_label(row: dict[str, str]) -> None:
    assert weight_per_parent(row["smiles"], "smiles") == pytest.approx(
        float(row["Salt_MW"]), abs=0.06
    )


CYCLODEXTRIN = "C%129OC(CO)C(C(O)C9O)O" + "C9OC(CO)C(C(O)C9O)O" * 5 + "C9OC(CO)C(C(O)C9O)O%12"


@pytest.mark.parametrize(
    ("structure", "parent"),
    [
        # the counterion or host is larger than the drug, or is drawn as another tautomer
        (f"{CYCLODEXTRIN}.CN1CCC[C@H]1c1cccnc1", "CN1CCC[C@H]1c1cccnc1"),
        ("CCCC[N+](CCCC)(CCCC)CCCC.CC(C)C(=O)C(=O)[O-]", "CC(C)C(=O)C(=O)O"),
        ("CC(N)Cc1ccccc1.O=C(O)C(O)C(O)C(O)C(O)C(=O)O", "CC(N)Cc1ccccc1"),
        ("CNC(C)Cc1ccccc1.O=S1(=O)N=C(O)c2ccccc21", "CNC(C)Cc1ccccc1"),
        ("CN1CCCC1c1cccnc1.CC(C)(C)CC(C)(C)c1ccccc1S(=O)(=O)O", "CN1CCCC1c1cccnc1"),
        ("NCCS.Fc1c(F)c(F)c([B-](F)(F)F)c(F)c1F.C1COCCOCCOCCOCCOCCO1", "!mixture"),
        ("CC(C)CC(N)P(=O)(O)O.CCCCCCCCCCCCCCN(C)C", "CC(C)CC(N)P(=O)(O)O"),
        # the compound by role, though the other one is larger
        ("O=C(O)c1ccccc1O.OCCN(CCO)CCO", "O=C(O)c1ccccc1O"),
        ("NC(=O)c1cccnc1.OC(=O)CCCCCCCCC(O)=O", "NC(=O)c1cccnc1"),
        # nothing to choose
        ("CCCC(=O)OC1CCCCC1.CCCC(=O)OC1CCCC1", "!mixture"),
        ("CC(=O)Nc1ccc(O)cc1.CN1CCCC1c1cccnc1", "!mixture"),
        ("O=C([O-])[O-].[Zn+2]", "!no_organic_fragment"),
        ("N#C[S-].[NH4+]", "!no_organic_fragment"),
    ],
)
def test_more_of_the_kind(structure: str, parent: str) -> None:
    assert key(structure) == (parent if parent[0] == "!" else key(parent))


def test_a_racemate_as_two_enantiomers_is_told() -> None:
    result = standardize("Cl.C[C@H](N)c1ccncc1.Cl.C[C@@H](N)c1ccncc1", "smiles")
    assert isinstance(result, Standardized)
    assert "racemate" in result.changes


def test_a_partner_outside_the_table_is_told() -> None:
    drug = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
    result = standardize(f"OC(=O)c1cccc(C#N)c1.{drug}", "smiles")
    assert isinstance(result, Standardized)
    assert result.key == key(drug)
    assert "unlisted_counterion" in result.changes
