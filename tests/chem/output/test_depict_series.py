"""Drawings of cores and groups."""

import re

import pytest
from rdkit import Chem

from chem.errors import InputError
from chem.output.depict_series import NAMES, PLACE, depict_core, depict_group, read_group


def test_names_are_of_canonical_smiles() -> None:
    assert [Chem.CanonSmiles(text) for text in NAMES] == list(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize(
    ("smiles", "plain", "name"),
    [
        ("[H][*:3]", "*[H]", "H"),
        ("FC(F)(F)[*:1]", "*C(F)(F)F", "CF₃"),
        ("C[*:1].C[*:1]", "*C.*C", "Me, Me"),
        ("OCCC[*:2]", "*CCCO", ""),
        ("C[*:1].OCCC[*:1]", "*C.*CCCO", ""),
    ],
)
def test_a_group_has_a_name_if_it_is_small(smiles: str, plain: str, name: str) -> None:
    assert read_group(smiles) == (plain, name)


def test_a_core_has_coloured_numbers_and_a_group_a_wave() -> None:
    core = depict_core("Clc1cc([*:1])nc([*:2])c1")
    assert {(mark.element, mark.style) for mark in core.marks} >= {(PLACE, "fill"), ("Cl", "fill")}
    group = depict_group("*OCCO")
    *_, wave = group.marks
    assert (wave.element, wave.style) == (PLACE, "line")
    assert wave.path.count("q") == 2
    assert re.fullmatch(r"[Mmlq Z\d-]+", "".join(mark.path for mark in (*core.marks, *group.marks)))
    assert 0 < group.height < core.height
    with pytest.raises(InputError):
        depict_group("C1")


@pytest.mark.parametrize("smiles", ["*OCCO", "*c1ccccn1", "*C(=O)NC(C)C"])
def test_the_cut_bond_is_on_the_left(smiles: str) -> None:
    x = [place[0] for place in depict_group(smiles).atoms]
    assert x[0] <= sum(x) / len(x)
