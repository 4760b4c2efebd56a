"""Structures without their stereochemistry."""

from rdkit import Chem, rdBase

from chem.errors import InputError


def without_stereo(smiles: str) -> str:
    """Return a molecule's canonical SMILES without stereocentres and double-bond stereochemistry.

    Stereoisomers share it; isotopes stay apart. Raises InputError for a SMILES that RDKit cannot
    read.

    >>> without_stereo("C[C@H](N)C(=O)O") == without_stereo("C[C@@H](N)C(=O)O")
    True
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            raise InputError(f"found {smiles!r}, expected a SMILES that RDKit can read")
        Chem.RemoveStereochemistry(mol)
        # Read again: without stereo, hydrogens and the order of atoms may be written otherwise.
        return str(Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol))))
