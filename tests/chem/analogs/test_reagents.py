"""What is a reagent: one group that reacts, and none that spoils the reaction."""

import pytest
from rdkit import Chem

from chem.analogs import reactions
from chem.analogs.reactions import REACTIONS, Group
from chem.analogs.reagents import NONE, ONE, UNSUITABLE, count_groups, is_reagent

BY_NAME = {one.name: one for one in REACTIONS}


@pytest.mark.parametrize(
    ("group", "smiles", "count"),
    [
        (reactions.ACID, "OC(=O)c1ccccc1", ONE),
        (reactions.ACID, "OC(=O)CC(O)=O", UNSUITABLE),
        (reactions.ACID, "COC(=O)C", NONE),
        (reactions.ACID, "OC(=O)N1CCCC1", NONE),
        (reactions.AMINE, "NCc1ccccc1", ONE),
        (reactions.AMINE, "C[C@H](N)c1ccccc1", ONE),  # nothing happens at its centre
        (reactions.AMINE, "Nc1ccccc1", ONE),
        (reactions.AMINE, "CN(C)C", NONE),
        (reactions.AMINE, "CC(=O)NC", NONE),
        (reactions.AMINE, "CS(=O)(=O)NC", NONE),
        (reactions.AMINE, "CNN", NONE),
        (reactions.AMINE, "c1ccc(Nc2ccccc2)cc1", NONE),
        (reactions.AMINE, "CC(C)(C)NC", NONE),
        (reactions.AMINE, "NC=CC=O", NONE),
        (reactions.AMINE, "Nc1c(Cl)cccc1Cl", NONE),
        (reactions.AMINE, "Nc1c(C)cccc1Cl", ONE),
        (reactions.AMINE, "Nc1ncccn1", NONE),
        (reactions.ANY_AMINE, "Nc1ncccn1", ONE),
        (reactions.AMINE, "NCCN", UNSUITABLE),
        (reactions.CARBONYL, "O=Cc1ccccc1", ONE),
        (reactions.CARBONYL, "CC(=O)c1ccccc1", ONE),
        (reactions.CARBONYL, "O=C(c1ccccc1)c1ccccc1", NONE),
        (reactions.CARBONYL, "CC(=O)OC", NONE),
        (reactions.CARBONYL, "CC(=O)C=C", NONE),
        (reactions.CARBONYL, "O=CN(C)C", NONE),
        (reactions.ALKYL_HALIDE, "BrCc1ccccc1", ONE),
        (reactions.ALKYL_HALIDE, "FCC", NONE),
        (reactions.ALKYL_HALIDE, "ClCCl", NONE),
        (reactions.ALKYL_HALIDE, "ClCOC", NONE),
        (reactions.PHENOL, "Oc1ccccc1", ONE),
        (reactions.PHENOL, "Oc1cccnc1", ONE),
        (reactions.PHENOL, "Oc1ccccn1", NONE),
        (reactions.PHENOL, "OCc1ccccc1", NONE),
        (reactions.ALCOHOL, "OC1CCOCC1", ONE),
        (reactions.ALCOHOL, "C[C@H](O)c1ccccc1", UNSUITABLE),  # its centre would be inverted
        (reactions.ALCOHOL, "CC(C)(C)O", NONE),
        (reactions.ALCOHOL, "CC(C)(C)CO", NONE),
        (reactions.ALCOHOL, "CC(O)CC(C)=O", NONE),
        (reactions.ACTIVATED_HALIDE, "Clc1ccccn1", ONE),
        (reactions.ACTIVATED_HALIDE, "Clc1ccncc1", ONE),
        (reactions.ACTIVATED_HALIDE, "Clc1cccnc1", NONE),
        (reactions.ACTIVATED_HALIDE, "Clc1cccc2cnccc12", NONE),
        (reactions.ACTIVATED_HALIDE, "Clc1ccccc1", NONE),
        (reactions.ACTIVATED_HALIDE, "Clc1ccnc(Cl)n1", UNSUITABLE),
        (reactions.ARYL_HALIDE, "Clc1ccc(Br)cc1", ONE),
        (reactions.ARYL_HALIDE, "BrCc1ccccc1", NONE),
        (reactions.BORONIC_ACID, "CC1(C)OB(c2ccccc2)OC1(C)C", ONE),
        (reactions.BORONIC_ACID, "OB(O)c1ccccn1", NONE),
        (reactions.ALKYNE, "C#Cc1ccccc1", ONE),
        (reactions.ALKYNE, "CC#Cc1ccccc1", NONE),
        (reactions.SULFONYL_CHLORIDE, "CS(=O)(=O)Cl", ONE),
        (reactions.THIOL, "SCC", ONE),
        (reactions.THIOL, "CSC", NONE),
    ],
)
def test_groups_are_counted(group: Group, smiles: str, count: int) -> None:
    assert count_groups(Chem.MolFromSmiles(smiles))[group] == count


@pytest.mark.parametrize(
    ("name", "side", "smiles", "expected"),
    [
        ("amide coupling", 0, "OC(=O)c1ccccc1", True),
        ("amide coupling", 0, "OC(=O)c1ccc(O)cc1", True),
        ("amide coupling", 0, "NCC(=O)O", False),
        ("amide coupling", 1, "NCC(=O)O", False),
        ("amide coupling", 1, "NCC(=O)OC", True),
        ("urea formation", 0, "Nc1ccccc1", True),
        ("urea formation", 1, "Nc1ccc(C(=O)O)cc1", False),
        ("Suzuki coupling", 0, "Clc1ccc(Br)cc1", True),
        ("Suzuki coupling", 0, "Brc1ccc(B(O)O)cc1", False),
        ("Buchwald amination", 0, "Brc1ccnc(Cl)c1", False),
        ("reductive amination", 0, "O=Cc1ccc(N)cc1", False),
        ("Williamson ether synthesis", 0, "Nc1ccc(O)cc1", False),
        ("Mitsunobu reaction", 1, "OCCN1CCOCC1", True),
        ("Mitsunobu reaction", 1, "OCCNCC", False),
    ],
)
def test_a_second_group_that_reacts_makes_no_reagent(
    name: str, side: int, smiles: str, expected: bool
) -> None:
    counts = count_groups(Chem.MolFromSmiles(smiles))
    assert is_reagent(counts, BY_NAME[name], side) == expected
