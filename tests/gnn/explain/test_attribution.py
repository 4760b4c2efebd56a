"""Contributions add up to what is predicted, whatever the molecule and its company."""

from collections.abc import Callable
from math import factorial
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle
from gnn.bundle.predict import Predictor
from gnn.errors import ModelError
from gnn.explain.atom_groups import find_atom_groups
from gnn.explain.attribution import Attributor, partial_molecules
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.models.losses import logistic

TASKS = ("activity_EGFR", "toxicity_herg", "toxicity_ames")
ODD = (
    "C",
    "[CH3-]",
    "CC(=O)[O-].[Na+]",
    "c1ccccc1",
    "C[N+](C)(C)C",
    "C[Si](C)(C)CB(O)O",
    "CS(F)(F)(F)(F)F",
    "NCC(=O)" * 50 + "O",
)


def graphs_of(smiles: list[str]) -> GraphArrays:
    found = [featurize(Chem.MolFromSmiles(text)) for text in smiles]
    return collect([graph for graph in found if isinstance(graph, MolGraph)])


@pytest.fixture(scope="module")
def bundles() -> list[Bundle]:
    featurizer = featurizer_spec()["hash"]
    return [load_bundle(find_bundle(name), featurizer) for name in ("activity", "toxicity")]


@pytest.fixture(scope="module")
def attributor(bundles: list[Bundle]) -> Attributor:
    return Attributor(bundles, TASKS)


def totals(attributor: Attributor, graphs: GraphArrays) -> np.ndarray:
    found = attributor.explain(graphs)
    owner = np.repeat(np.arange(graphs.molecules), np.diff(graphs.atom_offsets))
    total = found.base.copy()
    np.add.at(total, owner, found.atoms.astype(np.float64))
    return total


@pytest.mark.parametrize("half", [False, True])
def test_base_and_contributions_add_up_to_the_prediction(
    bundles: list[Bundle], drug_arrays: GraphArrays, half: bool
) -> None:
    """To the calibrated one; drugs and odd molecules, near to training and far away."""
    some = take(drug_arrays, np.arange(0, drug_arrays.molecules, 24))
    for graphs in (some, graphs_of(list(ODD))):
        said = Predictor(bundles, bfloat16=half).predict(graphs)
        total = totals(Attributor(bundles, TASKS, half), graphs)
        np.testing.assert_allclose(total[:, 0], said["activity_EGFR"], atol=1e-4)
        for at in (1, 2):
            np.testing.assert_allclose(logistic(total[:, at]), said[TASKS[at]], atol=1e-5)
    assert (Predictor(bundles, bfloat16=half).predict(graphs)["activity_distance"] > 0.85).any()


def test_company_changes_nothing(attributor: Attributor, drug_arrays: GraphArrays) -> None:
    alone = attributor.explain(take(drug_arrays, np.array([7])))
    beside = attributor.explain(take(drug_arrays, np.array([3, 40, 11, 7, 90])))
    np.testing.assert_array_equal(alone.base[0], beside.base[3])
    start = sum(int(np.diff(drug_arrays.atom_offsets)[row]) for row in (3, 40, 11))
    np.testing.assert_array_equal(alone.atoms, beside.atoms[start : start + len(alone.atoms)])


def test_contributions_follow_the_atoms(
    attributor: Attributor,
    drugs: list[Chem.Mol],
    shuffle: Callable[[Chem.Mol, int], Chem.Mol],
) -> None:
    for seed, mol in enumerate(drugs[3:60:14]):
        moved = shuffle(mol, seed)
        for atom in mol.GetAtoms():
            atom.SetIntProp("_at", atom.GetIdx())
        moved = shuffle(mol, seed)
        where = [atom.GetIntProp("_at") for atom in moved.GetAtoms()]
        assert where != sorted(where)
        graphs = [graph for graph in map(featurize, (mol, moved)) if isinstance(graph, MolGraph)]
        first, second = (attributor.explain(collect([graph])) for graph in graphs)
        np.testing.assert_allclose(second.base, first.base, atol=1e-6)
        # Sums of numbers in another order, in bfloat16.
        np.testing.assert_allclose(second.atoms, first.atoms[where], atol=0.05)


def test_atoms_that_are_alike_contribute_alike(attributor: Attributor) -> None:
    found = attributor.explain(graphs_of(["c1ccccc1", "Cc1ccc([N+](=O)[O-])cc1"])).atoms
    assert np.ptp(found[:6], axis=0).max() == 0
    toluene = found[6:]
    np.testing.assert_array_equal(toluene[2], toluene[9])  # ortho to the methyl group
    np.testing.assert_array_equal(toluene[6], toluene[7])  # the nitro group is one player
    np.testing.assert_array_equal(toluene[6], toluene[5])


def test_few_atoms_have_their_shapley_values(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    """Of two players, four orders are all there are; an oracle that knows no orders agrees."""
    bundle = make_bundle(tmp_path)
    attributor = Attributor([bundle], ["small_EGFR", "small_herg"], bfloat16=False)
    graphs = graphs_of(["CO"])
    subsets = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    nothing, first, second, both = attributor.values(partial_molecules(graphs, subsets))
    expected = np.stack([first - nothing + both - second, second - nothing + both - first]) / 2
    found = attributor.explain(graphs)
    np.testing.assert_allclose(found.atoms, expected, atol=1e-6)
    np.testing.assert_allclose(found.base[0], nothing)


@pytest.mark.parametrize("smiles", ["CN(C)N=O", "ClCCSCCCl", "O=Cc1ccco1"])
def test_four_orders_are_near_to_all_orders(bundles: list[Bundle], smiles: str) -> None:
    """Shapley values from all parts of a molecule, by their definition."""
    attributor = Attributor(bundles, ["toxicity_ames"], bfloat16=False)
    graphs = graphs_of([smiles])
    n = len(graphs.atoms)
    masks = np.array([[code >> at & 1 for at in range(n)] for code in range(2**n)], dtype=bool)
    said = attributor.values(partial_molecules(graphs, masks))[:, 0]
    exact = np.zeros(n)
    for code in range(2**n):
        size = code.bit_count()
        for atom in range(n):
            if not code >> atom & 1:
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                exact[atom] += weight * (said[code | 1 << atom] - said[code])
    found = attributor.explain(graphs).atoms[:, 0]
    assert found.sum() == pytest.approx(exact.sum(), abs=1e-4)
    assert np.corrcoef(found, exact)[0, 1] > 0.9
    assert np.abs(found - exact).max() < 0.5 * np.ptp(exact)


def test_parts_of_a_molecule_are_its_induced_subgraphs() -> None:
    graphs = graphs_of(["CC(=O)OC"])
    masks = np.array([[1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [0, 0, 1, 0, 1], [1] * 5], dtype=bool)
    parts = partial_molecules(graphs, masks)
    assert np.diff(parts.atom_offsets).tolist() == [3, 0, 2, 5]
    assert np.diff(parts.bond_offsets).tolist() == [2, 0, 0, 4]
    first = take(parts, np.array([0]))
    assert first.atoms.tolist() == graphs.atoms[[0, 1, 3]].tolist()
    assert list(zip(first.begin.tolist(), first.end.tolist(), strict=True)) == [(0, 1), (1, 2)]
    whole = take(parts, np.array([3]))
    for mine, theirs in zip(whole, graphs, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_only_bundles_that_are_asked_run(bundles: list[Bundle], attributor: Attributor) -> None:
    alone = Attributor(bundles, TASKS[1:])
    assert [bundle.card.name for bundle in alone.bundles] == ["toxicity"]
    graphs = graphs_of(["CCOc1ccccc1", "CC"])
    np.testing.assert_array_equal(
        alone.explain(graphs).atoms, attributor.explain(graphs).atoms[:, 1:]
    )
    with pytest.raises(KeyError, match="toxicity_nothing"):
        Attributor(bundles, ["toxicity_nothing"])


def test_no_molecules(attributor: Attributor) -> None:
    found = attributor.explain(collect([]))
    assert found.base.shape == (0, 3)
    assert found.atoms.shape == (0, 3)


def test_broken_weights_explain_nothing(make_bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    bundle.networks[0].shift[0] = float("nan")
    with pytest.raises(ModelError, match="not finite"):
        Attributor([bundle], ["small_EGFR"]).explain(graphs_of(["CCO"]))


def test_players_of_a_nitro_group_are_in_the_vocabulary() -> None:
    """The factors hold charges as :mod:`gnn.explain.atom_groups` reads them."""
    graphs = graphs_of(["C[N+](=O)[O-]"])
    assert find_atom_groups(graphs, state_factors()).size == 2
