"""The few places at which a series differs."""

import pytest

from chem.analogs.series_places import differ_at_places, split_at_few_places, without_places
from chem.assess.clusters import scaffold
from chem.errors import InputError


@pytest.mark.parametrize(
    ("smiles", "core", "groups"),
    [
        (  # what all carry is part of the core
            ["COc1ccc(C)nc1", "COc1ccc(Cl)nc1"],
            "COc1ccc([*:1])nc1",
            [("C[*:1]",), ("Cl[*:1]",)],
        ),
        (  # two groups on one atom
            ["CC1CCNCC1", "CC1(C)CCNCC1", "C1CCNCC1"],
            "C1CC([*:1])CCN1",
            [("C[*:1]",), ("C[*:1].C[*:1]",), ("[H][*:1]",)],
        ),
        (  # two groups on one atom, in all
            ["CC1(C)CCN(C)CC1", "CC1(C)CCN(CC)CC1"],
            "CC1(C)CCN([*:1])CC1",
            [("C[*:1]",), ("CC[*:1]",)],
        ),
        (  # sulfoxides are drawn as in scaffolds
            ["Cc1ccccc1[S+]([O-])c1ccccc1", "Fc1ccccc1[S+]([O-])c1ccccc1"],
            "O=S(c1ccccc1)c1ccccc1[*:1]",
            [("C[*:1]",), ("F[*:1]",)],
        ),
        (  # on the nitrogen of a pyrrole, which has a hydrogen in the scaffold
            ["Cn1cccc1C", "Cn1cccc1CC"],
            "Cn1cccc1[*:1]",
            [("C[*:1]",), ("CC[*:1]",)],
        ),
        (  # a side chain keeps its stereochemistry
            ["C[C@H](N)c1ccncc1", "C[C@@H](N)c1ccncc1"],
            "c1cc([*:1])ccn1",
            [("C[C@H](N)[*:1]",), ("C[C@@H](N)[*:1]",)],
        ),
        (  # neither does the core's own stereochemistry part them
            ["C[C@H]1CCCN1c1ccncc1F", "C[C@@H]1CCCN1c1ccncc1Cl", "CC1CCCN1c1ccncc1Br"],
            "CC1CCCN1c1ccncc1[*:1]",
            [("F[*:1]",), ("Cl[*:1]",), ("Br[*:1]",)],
        ),
        (  # two groups on a charged nitrogen
            ["CCC[N+]1(C)CCCCC1", "CC[N+]1(C)CCCCC1"],
            "C1CC[N+]([*:1])CC1",
            [("CCC[*:1].C[*:1]",), ("CC[*:1].C[*:1]",)],
        ),
        (["O[C@H]1CC[C@@H](F)CC1", "O[C@H]1CC[C@H](F)CC1"], "OC1CCC(F)CC1", [(), ()]),
    ],
)
def test_a_series_is_split_at_the_places_where_it_differs(
    smiles: list[str], core: str, groups: list[tuple[str, ...]]
) -> None:
    found = split_at_few_places(smiles, scaffold(smiles[0]), 4)
    assert (found.core, list(found.groups)) == (core, groups)
    assert found.members == tuple(range(len(smiles)))
    assert (found.elsewhere, found.failed) == ((), ())


def test_a_molecule_that_makes_the_places_too_many_is_elsewhere() -> None:
    smiles = ["Cc1cnccc1F", "CCc1cnccc1F", "Cc1cnccc1Cl", "CCCc1cnccc1F"]
    found = split_at_few_places(smiles, "c1ccncc1", 1)
    assert (found.members, found.elsewhere) == ((0, 1, 3), (2,))
    assert split_at_few_places(smiles, "c1ccncc1", 2).members == (0, 1, 2, 3)


def test_a_molecule_without_the_core_and_a_labelled_core_are_told() -> None:
    smiles = ["Cc1ccncc1", "CCO", "[2H]c1ccncc1C", "CCc1ccncc1"]
    found = split_at_few_places(smiles, "c1ccncc1", 4)
    assert (found.members, found.failed) == ((0, 3), (1, 2))
    assert split_at_few_places(["CCO"], "c1ccncc1", 4) == ("", (), (), (), (0,))
    with pytest.raises(InputError):
        split_at_few_places(["C1"], "c1ccncc1", 4)


def test_what_differs_elsewhere_does_not_fit() -> None:
    core = "COc1ccc([*:1])nc1"
    smiles = ["COc1ccc(CCO)nc1", "COc1cccnc1", "COc1ccc(C)nc1C", "CCOc1ccc(C)nc1"]
    assert differ_at_places(smiles, core) == [0, 1]
    assert without_places(core) == "COc1cccnc1"
    assert without_places("c1ccn([*:1])c1") == "c1cc[nH]c1"


def test_a_series_fits_its_own_core_again() -> None:
    smiles = ["CCC[N+]1(C)CCCCC1", "CC[N+]1(C)CCCCC1"]
    core = split_at_few_places(smiles, scaffold(smiles[0]), 4).core
    assert differ_at_places(smiles, core) == [0, 1]
    assert split_at_few_places(smiles, without_places(core), 4).members == (0, 1)


def test_a_core_of_many_symmetric_matches_is_split_at_once() -> None:
    """The best of all matches would take minutes."""
    whole = "c1ccc(-c2c(-c3ccccc3)c(-c3ccccc3)c(-c3ccccc3)c(-c3ccccc3)c2-c2ccccc2)cc1"
    smiles = [whole.replace("c1ccc(", f"c1c({group})cc(", 1) for group in ("F", "Cl", "OC")] * 10
    assert len(split_at_few_places(smiles, whole, 4).members) == 30
