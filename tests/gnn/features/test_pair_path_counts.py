"""Counts of pairs and paths on tensors are those of the numpy code and of RDKit's distances."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdmolops

from chem.features.graphs import state_factors
from gnn.features import pair_path_counts as module
from gnn.features.array_types import Hashes
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.hashed_fingerprints import count_columns
from gnn.features.pair_path_counts import FURTHEST, mix, pair_path_counts
from gnn.features.substructure_kernels import aromatic_atoms
from gnn.features.substructure_keys import find_pairs, find_paths
from gnn.features.substructure_keys import mix as mix_arrays
from tests.graphs import graph_of

FACTORS = state_factors()
UNUSUAL = (
    *("C", "[Na+].[Cl-]", "CC", "O=C=O", "CCO.CCN", "[H][H]", "C1CC1", "c1ccccc1"),
    *("C" * 60, "C1" + "C" * 38 + "1", "CC(C)(C)C" * 20, "C" * 900),
)
"""No pair, no bond, parts, a chain and a ring longer than a pair may be."""
NONE = np.zeros(0, np.int64)


def arrays(*smiles: str) -> GraphArrays:
    return collect([graph_of(text) for text in smiles])


def counts_of(graphs: GraphArrays, pairs: int, paths: int) -> npt.NDArray[np.float32]:
    factors = torch.from_numpy(np.asarray(FACTORS, np.int64))
    return pair_path_counts(make_batch(graphs), factors, pairs, paths).numpy()


def with_numpy(graphs: GraphArrays, pairs: int, paths: int) -> npt.NDArray[np.int64]:
    """The same counts with numpy and sparse matrices."""
    kinds: Hashes = aromatic_atoms(graphs)
    for column in range(4):
        kinds = kinds * np.uint64(128) + FACTORS[graphs.atoms, column].astype(np.uint64)
    size = graphs.molecules
    return np.concatenate(
        [
            count_columns(*find_pairs(graphs, kinds, FURTHEST), size, pairs),
            count_columns(*find_paths(graphs, kinds), size, paths),
        ],
        axis=1,
    )


def test_the_scrambler_is_that_of_numpy() -> None:
    values = np.random.default_rng(3).integers(0, 2**64, 1000, np.uint64)
    for salt in range(1, 17):
        found = mix(torch.from_numpy(values.view(np.int64)), salt).numpy().view(np.uint64)
        np.testing.assert_array_equal(found, mix_arrays(values, salt))


@pytest.mark.parametrize("cells", [1, 5000, 1 << 18])
def test_counts_are_those_of_numpy(
    drug_arrays: GraphArrays, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module._CELLS, "cpu", cells)
    for graphs in (drug_arrays, arrays(*UNUSUAL), arrays("C"), take(drug_arrays, NONE)):
        np.testing.assert_array_equal(counts_of(graphs, 512, 256), with_numpy(graphs, 512, 256))


def test_padding_counts_nothing_and_other_sizes_share_the_keys(drug_arrays: GraphArrays) -> None:
    graphs = take(drug_arrays, np.arange(20))
    batch = make_batch(graphs, 2048, 64)
    factors = torch.from_numpy(np.asarray(FACTORS, np.int64))
    for pairs, paths in ((512, 256), (1024, 0), (0, 64)):
        found = pair_path_counts(batch, factors, pairs, paths).numpy()
        np.testing.assert_array_equal(found[:20], counts_of(graphs, pairs, paths))
        assert not found[20:].any()
    assert {"pairs", "paths"} <= set(batch.memo)


def test_there_are_as_many_pairs_as_atoms_within_reach(drugs: list[Chem.Mol]) -> None:
    """The oracle is RDKit's distance matrix."""
    mols = drugs[:40]
    found = counts_of(collect([graph_of(mol) for mol in mols]), 4096, 0)
    for mol, row in zip(mols, found, strict=True):
        distance = rdmolops.GetDistanceMatrix(mol)
        assert row.sum() == ((distance > 0) & (distance <= 20)).sum() / 2


@pytest.mark.parametrize(
    ("smiles", "paths"), [("CCC", 0), ("CCCC", 1), ("CCCCC", 2), ("CC(C)CC", 2), ("C1CCC1", 4)]
)
def test_paths_of_four_are_counted_once(smiles: str, paths: int) -> None:
    assert counts_of(arrays(smiles), 0, 256).sum() == paths


def test_the_order_of_atoms_does_not_matter(
    drugs: list[Chem.Mol], shuffle: Callable[[Chem.Mol, int], Chem.Mol]
) -> None:
    plain = collect([graph_of(mol) for mol in drugs[:30]])
    mixed = collect([graph_of(shuffle(mol, 3)) for mol in drugs[:30]])
    np.testing.assert_array_equal(counts_of(plain, 512, 512), counts_of(mixed, 512, 512))


def test_a_molecule_counts_alone(drug_arrays: GraphArrays) -> None:
    whole = counts_of(drug_arrays, 256, 128)
    for row in (0, 7, 31):
        alone = counts_of(take(drug_arrays, np.array([row])), 256, 128)
        np.testing.assert_array_equal(alone[0], whole[row])


def test_elements_and_hydrogens_are_told_apart() -> None:
    found = counts_of(arrays("CCCO", "CCCN", "CCC=O"), 4096, 4096)
    assert len({row.tobytes() for row in found}) == 3
