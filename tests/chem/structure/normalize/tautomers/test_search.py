"""The search for the best placement of hydrogens and charges, held against trying every one."""

from functools import cache
from itertools import product
from pathlib import Path

import pytest
from rdkit import Chem

from chem.structure.normalize.drawing_rules import HYDROGENS
from chem.structure.normalize.drawings import without_surroundings
from chem.structure.normalize.tautomers.conjugation import (
    Placement,
    System,
    find_systems,
    neighbours_of,
)
from chem.structure.normalize.tautomers.costs import Costs
from chem.structure.normalize.tautomers.kekule import HETERO_RING, SEXTET, Matcher, double_bonds
from chem.structure.normalize.tautomers.search import best_placements

SAMPLE = Path(__file__).parents[4] / "files" / "chem" / "approved_sample.smi"
MOLS = [
    Chem.MolFromSmiles(smiles)
    for smiles in (
        *(line.split("\t")[0] for line in SAMPLE.read_text().splitlines()[1:]),
        "O=c1cc[nH]c2ccc(-c3ccc(-c4ccccc4)cc3)cc12",  # rings that hang on one bond
        "Oc1ccc2c(c1)[nH]c1ccccc12",
        "O=C1C=CC(=O)c2cc3ccccc3cc21",
        "N=c1[nH]c(=O)c2[nH]cnc2[nH]1",
        "CC(=O)CC(=O)C=C(O)c1c[nH]nc1C(O)=N",
        "Oc1cc[n+](C)cc1",
        "[O-]c1cc[n+](C)cc1O",
    )
]
SYSTEMS = {
    one.system: None
    for mol in MOLS
    if mol is not None
    for one in find_systems(mol)
    if sum(one.system.flexible) < 9
}


def joins(system: System, atoms: frozenset[int]) -> bool:
    """Join the first atom with each of its neighbours in turn."""
    neighbours = neighbours_of(system)

    @cache
    def try_all(left: frozenset[int]) -> bool:
        if not left:
            return True
        first = min(left)
        return any(try_all(left - {first, j}) for j in neighbours[first] if j in left)

    return try_all(atoms)


def worth(system: System, atoms: frozenset[int]) -> int:
    sixes = [frozenset(ring) for ring in system.rings if len(ring) == 6 and min(ring) >= 0]
    intact = [ring for ring in sixes if ring <= atoms and joins(system, atoms - ring)]
    benzene = [ring for ring in intact if all(system.numbers[k] == 6 for k in ring)]
    most = 0
    for chosen in product((False, True), repeat=len(benzene)):
        rings = [ring for ring, taken in zip(benzene, chosen, strict=True) if taken]
        together = frozenset().union(*rings)
        if len(together) == 6 * len(rings) and joins(system, atoms - together):
            most = max(most, len(rings))
    return SEXTET * most + len(benzene) + HETERO_RING * (len(intact) - len(benzene))


def every_form(system: System) -> list[tuple[int, Placement]]:
    """Return all forms that can be drawn with what each costs, less what its rings are worth."""
    costs = Costs(system)
    flexible = [k for k, can in enumerate(system.flexible) if can]
    forms = []
    for chosen in product(*(costs.options(k) for k in flexible)):
        if (
            sum(one.hydrogens for one in chosen) != system.hydrogens
            or sum(one.charge for one in chosen) != system.charge
        ):
            continue
        options = dict(zip(flexible, chosen, strict=True))
        bonded = [k not in options or options[k].bonded for k in range(len(system.numbers))]
        atoms = frozenset(k for k, is_bonded in enumerate(bonded) if is_bonded)
        if not joins(system, atoms):
            continue
        mask = sum(1 << k for k in atoms)
        cost = sum(one.cost for one in chosen) + costs.of_neighbours(mask) - worth(system, atoms)
        placed = [options.get(k) for k in range(len(bonded))]
        hydrogens = tuple(0 if one is None else one.hydrogens for one in placed)
        charges = tuple(0 if one is None else one.charge for one in placed)
        forms.append((cost, Placement(hydrogens, charges, tuple(bonded))))
    return forms


def one_of_twins(placement: Placement, twins: tuple[tuple[int, int], ...]) -> bool:
    """Tell the form of a carboxylic acid and the like that stands for both of its forms."""
    return all(placement.bonded[i] or not placement.bonded[j] for i, j in twins)


@pytest.mark.parametrize("system", [one for one in SYSTEMS if not one.charge])
def test_no_form_is_better_than_the_best(system: System) -> None:
    best = best_placements(system)
    forms = every_form(system)
    least = min(cost for cost, _ in forms)
    equal = {form for cost, form in forms if cost == least and one_of_twins(form, best.twins)}
    habit = {
        form: sum(Costs(system).habit(k) for k, n in enumerate(form.hydrogens) if n)
        for form in equal
    }
    usual = [form for form in equal if len(equal) == 1 or habit[form] == min(habit.values())]
    assert best.placements == tuple(sorted(usual))


@pytest.mark.parametrize("system", SYSTEMS)
def test_double_bonds_join_each_bonded_atom_once(system: System) -> None:
    for placement in best_placements(system).placements:
        pairs = list(double_bonds(system, placement))
        assert {tuple(sorted(pair)) for pair in pairs} <= set(system.edges)
        joined = sorted(k for pair in pairs for k in pair)
        assert joined == [k for k, is_bonded in enumerate(placement.bonded) if is_bonded]


def test_no_form_is_worth_more_than_the_most() -> None:
    assert len(SYSTEMS) > 30
    for system in SYSTEMS:
        matcher = Matcher(system)
        for _, form in every_form(system):
            atoms = frozenset(k for k, is_bonded in enumerate(form.bonded) if is_bonded)
            found = matcher.worth_of_rings(sum(1 << k for k in atoms))
            assert found == worth(system, atoms) <= matcher.most_worth


def test_a_rule_without_surroundings_matches_wherever_the_rule_does() -> None:
    rules = [rule.partition(">>")[0] for _, rule in HYDROGENS]
    texts = ("CC(=O)CC(C)=O", "CC(O)=CC", "CC(N)=CC", "CC(O)=CC(C)=O", "C=C(O)OC", "CN=NC(C)=O")
    drawn = [Chem.MolFromSmiles(text) for text in texts]
    matched = 0
    for rule in rules:
        whole = Chem.MolFromSmarts(rule)
        part = Chem.MolFromSmarts(without_surroundings(rule))
        assert "$" not in without_surroundings(rule)
        assert part.GetNumAtoms() == whole.GetNumAtoms()
        for mol in (*MOLS, *drawn):
            if mol is not None and mol.HasSubstructMatch(whole):
                matched += 1
                assert mol.HasSubstructMatch(part)
    assert matched > 3
