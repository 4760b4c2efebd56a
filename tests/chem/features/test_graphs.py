import itertools
from collections.abc import Callable

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.errors import InputError
from chem.features import graphs
from chem.features.graphs import (
    BOND_ORDERS,
    MAX_ATOMS,
    OTHER_BOND,
    UNSEEN,
    MolGraph,
    atom_states,
    check_size,
    featurize,
    featurize_all,
    featurizer_spec,
    state_factors,
    written_graphs,
)
from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize

State = tuple[str, int, int, int, int]


def read(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    assert mol is not None
    return mol


def graph_of(smiles: str) -> MolGraph:
    graph = featurize(read(smiles))
    assert isinstance(graph, MolGraph)
    return graph


def state_of(atom: Chem.Atom) -> State:
    """An atom's state, asked for atom by atom; its degree counts hydrogens."""
    return (
        atom.GetSymbol(),
        atom.GetTotalDegree(),
        atom.GetTotalNumHs(),
        atom.GetFormalCharge(),
        int(atom.IsInRing()),
    )


def in_words(row: dict[str, str]) -> State:
    numbers = [int(row[key]) for key in ("degree", "hydrogens", "charge", "in_ring")]
    return (row["element"], numbers[0], numbers[1], numbers[2], numbers[3])


def assert_equal(one: MolGraph, other: MolGraph) -> None:
    for part, wanted in zip(one, other, strict=True):
        np.testing.assert_array_equal(part, wanted)


def build(state: State) -> tuple[Chem.Mol, int]:
    """A molecule with one atom in this state: methyls, or a ring of them, around it."""
    element, degree, hydrogens, charge, in_ring = state
    mol = Chem.RWMol()
    atom = Chem.Atom(element)
    atom.SetFormalCharge(charge)
    atom.SetNoImplicit(True)
    atom.SetNumExplicitHs(hydrogens)
    centre = mol.AddAtom(atom)
    around = [mol.AddAtom(Chem.Atom("C")) for _ in range(degree - hydrogens)]
    for other in around:
        mol.AddBond(centre, other, Chem.BondType.SINGLE)
    if in_ring:
        mol.AddBond(around[0], around[1], Chem.BondType.SINGLE)
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    return mol, centre


def test_each_word_of_the_vocabulary_is_the_state_it_says() -> None:
    """The hashes in the file are what RDKit computes today for the states in words."""
    states = atom_states()
    assert [int(row["token"]) for row in states.rows] == list(range(1, len(states.rows) + 1))
    assert len({in_words(row) for row in states.rows}) == len(states.rows)
    for row in states.rows:
        mol, centre = build(in_words(row))
        assert state_of(mol.GetAtomWithIdx(centre)) == in_words(row)
        found = rdMolDescriptors.GetConnectivityInvariants(mol)[centre]
        assert found == int(row["invariant"]), row


def test_look_up_is_sorted_and_loses_nothing() -> None:
    states = atom_states()
    assert (np.diff(states.invariants.astype(np.int64)) > 0).all()
    by_hash = dict(zip(states.invariants.tolist(), states.tokens.tolist(), strict=True))
    assert by_hash == {int(row["invariant"]): int(row["token"]) for row in states.rows}


def test_drugs_are_what_atom_by_atom_and_bond_by_bond_gives(drugs: list[Chem.Mol]) -> None:
    tokens = {in_words(row): int(row["token"]) for row in atom_states().rows}
    orders = dict(zip(BOND_ORDERS, range(len(BOND_ORDERS)), strict=True))
    unseen = bonds = 0
    for mol in drugs:
        graph = featurize(mol)
        assert isinstance(graph, MolGraph)
        assert [part.dtype for part in graph] == [np.uint16, np.uint16, np.uint16, np.uint8]
        expected = [tokens.get(state_of(atom), UNSEEN) for atom in mol.GetAtoms()]
        assert graph.atoms.tolist() == expected, Chem.MolToSmiles(mol)
        pairs = sorted(
            (*sorted((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())), bond.GetBondTypeAsDouble())
            for bond in mol.GetBonds()
        )
        found = zip(*(part.tolist() for part in graph[1:]), strict=True)
        assert list(found) == [
            (one, other, orders.get(order, OTHER_BOND)) for one, other, order in pairs
        ]
        unseen += expected.count(UNSEEN)
        bonds += len(pairs)
    assert bonds > 2000
    assert unseen < 0.001 * sum(mol.GetNumAtoms() for mol in drugs)


@pytest.mark.parametrize(
    ("smiles", "token"),
    [("CC", 0), ("cc", 1), ("C=C", 2), ("C#C", 3), ("C[Cr]$[Cr]C", OTHER_BOND)],
)
def test_each_kind_of_bond_has_its_token(smiles: str, token: int) -> None:
    ring = "c1ccccc1" if smiles == "cc" else smiles
    assert token in graph_of(ring).bonds


def test_atoms_in_another_order_are_the_same_graph(
    drugs: list[Chem.Mol], shuffle: Callable[[Chem.Mol, int], Chem.Mol]
) -> None:
    for mol in drugs[:40]:
        one, other = featurize(mol), featurize(shuffle(mol, 1))
        assert isinstance(one, MolGraph)
        assert isinstance(other, MolGraph)
        assert sorted(one.atoms) == sorted(other.atoms)
        kinds = [
            sorted((*sorted((g.atoms[b], g.atoms[e])), k) for b, e, k in zip(*g[1:], strict=True))
            for g in (one, other)
        ]
        assert kinds[0] == kinds[1]


@pytest.mark.parametrize(
    ("labelled", "plain"),
    [
        ("[13CH3]C(=O)O", "CC(=O)O"),
        ("[2H]C([2H])([2H])Oc1ccccc1", "COc1ccccc1"),
        ("[13cH]1ccccc1", "c1ccccc1"),
        ("C[15NH2]", "CN"),
        ("[18F]CCO", "FCCO"),
        ("Ic1ccccc1.[13CH4]", "Ic1ccccc1.C"),
        ("[12CH3]C", "CC"),
        ("C[C@]([2H])(O)F", "C[C@@H](O)F"),
    ],
)
def test_a_labelled_molecule_is_its_plain_form(labelled: str, plain: str) -> None:
    mol = read(labelled)
    before = Chem.MolToSmiles(mol)
    graph = featurize(mol)
    assert isinstance(graph, MolGraph)
    wanted = graph_of(plain)
    assert sorted(graph.atoms) == sorted(wanted.atoms)
    assert graph.atoms.all()
    assert sorted(graph.bonds) == sorted(wanted.bonds)
    assert Chem.MolToSmiles(mol) == before  # the molecule itself is left as it was


@pytest.mark.parametrize("smiles", ["C[CH2][Og]", "C[U]", "[Xe]"])
def test_an_unseen_state_has_token_zero(smiles: str) -> None:
    mol = read(smiles)
    graph = featurize(mol)
    assert isinstance(graph, MolGraph)
    strange = [atom.GetSymbol() in ("Og", "U", "Xe") for atom in mol.GetAtoms()]
    assert (graph.atoms == UNSEEN).tolist() == strange


@pytest.mark.parametrize(
    ("smiles", "fits"),
    [("", False), ("C", True), ("C" * MAX_ATOMS, True), ("C" * (MAX_ATOMS + 1), False)],
    ids=["nothing", "one atom", "the most", "one more"],
)
def test_sizes(smiles: str, fits: bool) -> None:
    found = featurize(read(smiles))
    if fits:
        assert isinstance(found, MolGraph)
        assert len(found.atoms) == len(smiles)
    else:
        assert isinstance(found, Failure)
        assert (found.stage, found.code) == ("featurize", "size")
        assert f"{len(smiles)} atoms" in found.detail


def test_factors_tell_states_apart() -> None:
    factors = state_factors()
    rows = atom_states().rows
    assert factors.shape == (len(rows) + 1, 5)
    assert factors[UNSEEN].tolist() == [0] * 5
    assert (factors[1:] > 0).all()
    for one, other in itertools.combinations(rows, 2):
        states = in_words(one), in_words(other)
        alike = factors[int(one["token"])] == factors[int(other["token"])]
        assert alike[0] == (states[0][0] == states[1][0])
        assert alike[4] == (states[0][4] == states[1][4])


def test_the_hash_is_of_all_that_a_graph_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    found = featurizer_spec()["hash"]
    featurizer_spec.cache_clear()
    assert featurizer_spec()["hash"] == found
    states = atom_states()
    fewer = states._replace(rows=states.rows[:-1])
    other = states._replace(rows=({**states.rows[0], "invariant": "7"}, *states.rows[1:]))
    hashes = {found}
    for changed in (fewer, other):
        with monkeypatch.context() as patch:
            patch.setattr(graphs, "atom_states", lambda changed=changed: changed)
            featurizer_spec.cache_clear()
            hashes.add(featurizer_spec()["hash"])
    with monkeypatch.context() as patch:
        patch.setattr(graphs, "MAX_ATOMS", 7)
        featurizer_spec.cache_clear()
        hashes.add(featurizer_spec()["hash"])
    featurizer_spec.cache_clear()
    assert featurizer_spec()["hash"] == found
    assert len(hashes) == 4


def test_many_at_once_are_the_same_as_one_by_one(real: list[str], odd: tuple[str, ...]) -> None:
    mols = [Chem.MolFromSmiles(text) for text in (*real, *odd)]
    mols = [mol for mol in mols if mol is not None and check_size(mol) is None]
    flat = featurize_all(mols)
    assert [part.dtype for part in flat[:4]] == [np.uint16, np.uint16, np.uint16, np.uint8]
    atom = bond = 0
    for mol, atoms, bonds in zip(mols, flat.atom_counts, flat.bond_counts, strict=True):
        alone = featurize(mol)
        assert isinstance(alone, MolGraph)
        own = slice(bond, bond + bonds)
        found = MolGraph(
            flat.atoms[atom : atom + atoms], flat.begin[own], flat.end[own], flat.bonds[own]
        )
        assert_equal(found, alone)
        atom, bond = atom + atoms, bond + bonds
    assert (atom, bond) == (len(flat.atoms), len(flat.bonds))
    assert all(len(part) == 0 for part in featurize_all([]))


def test_an_atom_is_in_a_ring_whatever_smallest_rings_are_chosen() -> None:
    """As the spec says: cubane has six faces, of which five suffice; a cage has no one choice."""
    for smiles in ("C12C3C4C1C5C2C3C45", "C1C2CC3CC1CC(C2)C3", "C1CC2CCC1CC2"):
        graph = graph_of(smiles)
        rows = [atom_states().rows[token - 1] for token in graph.atoms]
        assert all(row["in_ring"] == "1" for row in rows)
    assert "never featurized by another rule" in featurizer_spec()["rings"]


def test_atoms_are_in_the_order_of_the_smiles(drugs: list[Chem.Mol]) -> None:
    elements = {int(row["token"]): row["element"] for row in atom_states().rows}
    smiles = [Chem.MolToSmiles(mol) for mol in drugs]
    for text, found in zip(smiles, written_graphs(smiles), strict=True):
        mol = Chem.MolFromSmiles(text)
        assert found.written == mol.GetNumAtoms()
        for token, at in zip(found.graph.atoms, found.atoms, strict=True):
            assert elements[int(token)] == mol.GetAtomWithIdx(int(at)).GetSymbol()


def test_labelled_hydrogens_are_written_but_in_no_graph() -> None:
    (found,) = written_graphs(["[2H]C([2H])([2H])[13CH2]N"])
    assert found.atoms.tolist() == [1, 4, 5]
    assert found.written == 6
    plain = featurize(Chem.MolFromSmiles("CCN"))
    assert isinstance(plain, MolGraph)
    for mine, theirs in zip(found.graph, plain, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_whatever_can_be_standardized_is_a_graph_with_a_place_for_each_atom(
    odd: tuple[str, ...],
) -> None:
    made = [standardize(smiles, "smiles") for smiles in odd]
    smiles = [one.smiles for one in made if isinstance(one, Standardized)]
    assert len(smiles) > 60
    for found in written_graphs(smiles):
        assert len(found.atoms) == len(found.graph.atoms)
        assert (np.diff(found.atoms) > 0).all()


@pytest.mark.parametrize("smiles", ["CCQ", "", "C" * 1200])
def test_what_makes_no_graph_is_refused(smiles: str) -> None:
    with pytest.raises(InputError, match="expected a"):
        written_graphs(["CCO", smiles])
