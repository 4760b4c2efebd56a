"""Writes InChIKeys, by which other databases and notebooks name a compound."""

from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdinchi

MOST_ATOMS = 100
"""The most heavy atoms of a molecule that gets an InChIKey: beyond, InChI may take seconds."""


@lru_cache(maxsize=8192)
def inchi_key(smiles: str) -> str:
    """Return the standard InChIKey of a standardized SMILES.

    It is empty for a molecule of more than ``MOST_ATOMS`` heavy atoms, and for one that InChI
    cannot express. Racemates and stereo groups get the key of the drawn isomer.

    >>> inchi_key("CC(=O)Oc1ccccc1C(=O)O"), inchi_key("C" * 101)
    ('BSYNRYMUTXBXSQ-UHFFFAOYSA-N', '')
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None or mol.GetNumHeavyAtoms() > MOST_ATOMS:
            return ""
        return str(rdinchi.InchiToInchiKey(rdinchi.MolToInchi(mol)[0]) or "")
