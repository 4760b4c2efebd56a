"""What is kept of molecules for searches, against RDKit's scaffolds and substructures."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.Scaffolds import MurckoScaffold

from chem.analogs.substructures import definite_part
from chem.features.graphs import element_numbers
from gnn.features.graph_arrays import GraphArrays, collect, take
from gnn.features.structure_index import (
    environment_bits,
    environments_apart,
    find_scaffolds,
    index_structures,
    pattern_bits,
)
from tests.graphs import graph_of

ELEMENTS = element_numbers()
FILE = Path(__file__).parents[2] / "files/chem/approved_sample.smi"


@pytest.fixture(scope="module")
def drugs() -> list[str]:
    with FILE.open(newline="") as file:
        found = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")]
    return [text for text in found if "." not in text and "[" not in text][:300]


def graphs_of(smiles: list[str]) -> GraphArrays:
    return collect([graph_of(text) for text in smiles])


def paths_of(smiles: list[str]) -> np.ndarray:
    return index_structures(graphs_of(smiles), ELEMENTS).paths


def named_scaffold(smiles: str) -> str:
    """Elements and bonds of the scaffold, as the hash sees it: without hydrogens and charges."""
    core = MurckoScaffold.GetScaffoldForMol(Chem.MolFromSmiles(smiles))
    for atom in core.GetAtoms():
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(0)
        atom.SetFormalCharge(0)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return str(Chem.MolToSmiles(core, isomericSmiles=False))


def test_scaffolds_are_those_of_rdkit(drugs: list[str]) -> None:
    graphs = graphs_of(drugs)
    sizes = np.bincount(graphs.molecule[find_scaffolds(graphs)], minlength=len(drugs))
    mols = (MurckoScaffold.GetScaffoldForMol(Chem.MolFromSmiles(text)) for text in drugs)
    assert sizes.tolist() == [mol.GetNumAtoms() for mol in mols]


def test_hashes_are_equal_exactly_for_equal_scaffolds(drugs: list[str]) -> None:
    found = index_structures(graphs_of(drugs), ELEMENTS)
    by_hash, by_name = defaultdict(set), defaultdict(set)
    for at, (text, hashed) in enumerate(zip(drugs, found.scaffold.tolist(), strict=True)):
        by_hash[hashed].add(at)
        by_name[named_scaffold(text)].add(at)
    assert sorted(map(sorted, by_hash.values())) == sorted(map(sorted, by_name.values()))


def test_equal_side_chains_on_other_scaffolds_have_one_hash() -> None:
    smiles = ["Clc1ccc(OC)cc1", "COc1cnc(Cl)cc1", "Clc1ccc(OCC)cc1", "Clc1ccc(C)cc1", "c1ccccc1"]
    found = index_structures(graphs_of(smiles), ELEMENTS).side_chains
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 4
    assert found[4] == 0


def test_the_paths_of_a_substructure_are_among_those_of_the_molecule(drugs: list[str]) -> None:
    whole = index_structures(graphs_of(drugs), ELEMENTS).paths
    queries = [MurckoScaffold.GetScaffoldForMol(Chem.MolFromSmiles(text)) for text in drugs[:60]]
    queries += map(Chem.MolFromSmarts, ("c1ccccc1[N,O]", "[#6]C(=O)N-C", "c-,:[n;H0]:c", "C#N"))
    found = left_out = 0
    for query in queries:
        bits = pattern_bits(*definite_part(query))
        for text, own in zip(drugs, whole, strict=True):
            contains = query.GetNumAtoms() and Chem.MolFromSmiles(text).HasSubstructMatch(query)
            passes = not (bits & ~own).any()
            assert passes or not contains, (text, Chem.MolToSmarts(query))
            found += bool(contains)
            left_out += not passes
    assert found > 150
    assert left_out > 700


def test_environments_far_from_a_change_stay() -> None:
    one, other = graphs_of(["CCCCCCNC(=O)c1ccccc1Cl"]), graphs_of(["CCCCCCNC(=O)c1ccccc1OC"])
    mol = Chem.MolFromSmiles("CCCCCCNC(=O)c1ccccc1Cl")
    distance = Chem.GetDistanceMatrix(mol)[14].astype(np.int64)
    distance[15] = -1
    apart = environments_apart(one, distance)[0]
    assert not (apart & ~environment_bits(one)[0]).any()
    assert not (apart & ~environment_bits(other)[0]).any()
    assert np.bitwise_count(apart).sum() > 15
    assert (apart & ~environment_bits(graphs_of(["CCCCCNC(=O)c1ccccc1Cl"]))[0]).any()


def test_what_is_kept_depends_on_the_molecule_alone(drugs: list[str]) -> None:
    graphs = graphs_of([*drugs, *drugs])
    rows = np.random.default_rng(3).permutation(graphs.molecules)
    whole = index_structures(graphs, ELEMENTS)
    moved = index_structures(take(graphs, rows), ELEMENTS)
    for one, other in zip(whole, moved, strict=True):
        np.testing.assert_array_equal(one[rows], other)
    assert all(len(part) == 0 for part in index_structures(collect([]), ELEMENTS))
