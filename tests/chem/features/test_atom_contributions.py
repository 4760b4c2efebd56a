import numpy as np
import pytest
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from chem.features.atom_contributions import FIELDS, Memory, atom_contributions, atom_surroundings
from chem.features.graphs import featurize_all


def surroundings(smiles: str) -> tuple[Chem.Mol, list[int]]:
    mol = Chem.MolFromSmiles(smiles)
    graphs = featurize_all([mol])
    pairs = zip(graphs.begin.tolist(), graphs.end.tolist(), strict=True)
    ring = [mol.GetBondBetweenAtoms(one, other).IsInRing() for one, other in pairs]
    return mol, atom_surroundings(graphs, np.array(ring, dtype=bool)).tolist()


def test_atoms_of_one_kind_contribute_the_same(real: list[str]) -> None:
    """The law that all rests on: the kind decides the contribution, in whatever molecule."""
    known: dict[int, tuple[float, ...]] = {}
    seen = 0
    for text in real:
        if Chem.MolFromSmiles(text) is None or ">" in text:
            continue
        mol, kinds = surroundings(text)
        strained = mol.GetSubstructMatches(Chem.MolFromSmarts("[#7,#8;r3]"))
        skipped = {atom for (atom,) in strained}
        rows = atom_contributions(mol).tolist()
        for atom, (kind, row) in enumerate(zip(kinds, rows, strict=True)):
            if atom not in skipped and not mol.GetAtomWithIdx(atom).GetIsotope():
                assert known.setdefault(kind, tuple(row)) == tuple(row), (text, atom)
                seen += 1
    assert seen > 8 * len(known)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("CN", "CO", "another element"),
        ("CC", "CN", "another neighbor"),
        ("CC=O", "C[CH]=O", None),
        ("CC(=O)N", "CC(=C)N", "what is double-bonded two bonds away"),
        ("CC(=O)N", "CC(=O)NC", "hydrogens"),
        ("C[N+](C)(C)C", "CN(C)C", "charge"),
        ("O=C1NCCC1", "O=C(NC)C", "a ring"),
        ("O=CC", "O=C(C)C", "all that is bound to a carbonyl"),
        ("CCC(C)CC", "CCC(CC)CC", None),
    ],
)
def test_what_tells_atoms_apart(one: str, other: str, why: str | None) -> None:
    first, second = surroundings(one)[1], surroundings(other)[1]
    if why is None:
        assert first[0] == second[0]
    else:
        assert first != second
        assert not set(first) >= set(second)


def test_the_order_of_atoms_does_not_matter(real: list[str]) -> None:
    for text in real[::20]:
        mol, kinds = surroundings(text)
        backwards = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
        graphs = featurize_all([backwards])
        pairs = zip(graphs.begin.tolist(), graphs.end.tolist(), strict=True)
        ring = [backwards.GetBondBetweenAtoms(a, b).IsInRing() for a, b in pairs]
        found = atom_surroundings(graphs, np.array(ring, dtype=bool)).tolist()
        assert found[::-1] == kinds


def test_atoms_add_up_to_what_rdkit_says_of_the_molecule(
    real: list[str], odd: tuple[str, ...]
) -> None:
    for text in (*real[::3], *odd):
        with rdBase.BlockLogs():
            mol = Chem.MolFromSmiles(text)
        if mol is None or mol.GetNumAtoms() > 200:
            continue
        part = dict(zip(FIELDS, atom_contributions(mol).T, strict=True))
        hydrogens = [atom.GetTotalNumHs() for atom in mol.GetAtoms()]
        logp = (part["logp"] + part["hydrogen_logp"] * hydrogens).sum()
        np.testing.assert_allclose(logp, rdMolDescriptors.CalcCrippenDescriptors(mol)[0], atol=1e-9)
        np.testing.assert_allclose(part["tpsa"].sum(), rdMolDescriptors.CalcTPSA(mol), atol=1e-9)
        assert part["hbd"].sum() == rdMolDescriptors.CalcNumHBD(mol), text
        assert part["hba"].sum() == rdMolDescriptors.CalcNumHBA(mol), text
        turning = 0
        for bond in mol.GetBonds():
            one, other = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            can = part["turns"][one] * part["can_turn"][other]
            can = can or part["turns"][other] * part["can_turn"][one]
            single = bond.GetBondType() == Chem.BondType.SINGLE
            turning += bool(can and single and not bond.IsInRing())
        assert turning == rdMolDescriptors.CalcNumRotatableBonds(mol), text


def test_memory_finds_what_it_learned() -> None:
    memory = Memory()
    kinds = np.array([7, 3, 9, 3], dtype=np.uint64)
    place, known = memory.find(kinds)
    assert not known.any()
    memory.learn(kinds, np.arange(4)[:, None] * np.ones(len(FIELDS)))
    memory.learn(kinds[:1], np.full((1, len(FIELDS)), 50.0))
    assert len(memory) == 3
    place, known = memory.find(np.array([9, 8, 3, 7, 10], dtype=np.uint64))
    assert known.tolist() == [True, False, True, True, False]
    assert memory.values(place)[0].tolist() == [2, 0, 1, 0, 0]
