from typing import Any

from rdkit import Chem, rdBase

from chem.records.records import Failure
from chem.structure.parsing import parse as module
from chem.structure.parsing.parse import parse


def facts(mol: Chem.Mol) -> list[Any]:
    """All that an atom, a bond and a ring say of themselves."""
    atoms = [
        (
            *(atom.GetAtomicNum(), atom.GetFormalCharge(), atom.GetIsotope(), atom.GetAtomMapNum()),
            *(atom.GetNumExplicitHs(), atom.GetNumImplicitHs(), atom.GetNoImplicit()),
            *(atom.GetNumRadicalElectrons(), atom.GetIsAromatic(), atom.GetHybridization()),
            *(atom.GetChiralTag(), atom.GetTotalDegree(), atom.GetTotalValence()),
        )
        for atom in mol.GetAtoms()
    ]
    bonds = [
        (
            *(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond.GetBondType()),
            *(bond.GetIsAromatic(), bond.GetIsConjugated(), bond.GetStereo(), bond.GetBondDir()),
            tuple(bond.GetStereoAtoms()),
        )
        for bond in mol.GetBonds()
    ]
    rings = [tuple(ring) for ring in mol.GetRingInfo().AtomRings()]
    return [atoms, bonds, rings, Chem.MolToSmiles(mol), Chem.MolToCXSmiles(mol)]


def test_a_molecule_is_what_rdkit_reads(real: list[str], odd: tuple[str, ...]) -> None:
    """The short way of a flat SMILES leads to the same molecule as RDKit's own."""
    flat = 0
    with rdBase.BlockLogs():
        canonical = [Chem.MolToSmiles(mol) for text in real if (mol := Chem.MolFromSmiles(text))]
        for text in (*real, *odd, *canonical):
            expected = Chem.MolFromSmiles(text)
            found = parse(text, "smiles")
            if isinstance(found, Failure):
                assert expected is None or found.code in ("query_atoms", "no_organic_fragment")
                continue
            assert facts(found) == facts(expected), text
            flat += module._NOT_FLAT.search(text) is None
    assert flat > 600


def test_stereochemistry_and_hydrogens_take_the_long_way() -> None:
    for text in (
        "F/C=C/F",
        "F\\C=C\\F",
        "C[C@H](F)O",
        "[H]OC",
        "[2H]C",
        "[1H]O",
        "[C:1]",
        "C |^1:0|",
    ):
        assert module._NOT_FLAT.search(text), text
    for text in ("c1cc[nH]c1", "C[NH3+]", "C%10CC%10", "[13CH4]", "C[N-]C#N.[Na+]"):
        assert not module._NOT_FLAT.search(text), text


def test_a_smiles_ends_where_it_ends() -> None:
    """RDKit would read up to a line break and drop the rest."""
    for text in ("CC\nO", "CC\n", "C\n\nO", "CC\r\nO", "CC\0O"):
        found = parse(text, "smiles")
        assert isinstance(found, Failure), text
        assert found.code == "invalid_smiles"
