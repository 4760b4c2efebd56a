import numpy as np
import pytest
from rdkit import Chem

from chem.features.atom_types import atom_surroundings
from chem.features.contributions import atom_contributions
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
