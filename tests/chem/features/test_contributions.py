import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from chem.features.contributions import FIELDS, Memory, atom_contributions


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
