"""Bemis-Murcko scaffolds: the rings of a molecule and what joins them."""

from rdkit import Chem, rdBase
from rdkit.Chem.Scaffolds import MurckoScaffold

from chem.structure.molecules import read_molecule


def scaffold(smiles: str) -> str:
    """Return the scaffold as a canonical SMILES without stereochemistry; ``""`` when acyclic.

    Double-bonded atoms on rings and linkers are kept, as in Bemis and Murcko,
    J. Med. Chem. 1996, 39, 2887 (doi 10.1021/jm9602928). Stereo is left out so that isomers share
    a scaffold, as DeepChem's scaffold splitter has it by default.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> scaffold("CCc1ccccc1")
    'c1ccccc1'
    """
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        core = MurckoScaffold.GetScaffoldForMol(mol)  # type: ignore[no-untyped-call]
        return str(Chem.MolToSmiles(core, isomericSmiles=False))
