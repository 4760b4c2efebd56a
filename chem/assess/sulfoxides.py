"""Draws sulfoxides with a double bond, as alerts, drug-likeness and scaffolds expect them.

Standardization writes ``C[S+](C)[O-]``, the form that the networks learnt. The substructures
of alerts and the rules of Bickerton and of Bemis and Murcko are written for ``CS(C)=O``: a charged
sulfur is an alert of its own, and a scaffold would lose the oxygen.
"""

from rdkit import Chem, rdBase

from chem.structure.valid_smiles import read_molecule

_CHARGED = Chem.MolFromSmarts("[S,s;+1]-[O-;X1]")


def read_sulfoxides(smiles: str) -> Chem.Mol:
    """Read a molecule, its sulfoxides with a double bond; the numbers of atoms stay.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> Chem.MolToSmiles(read_sulfoxides("C[S+](C)[O-]"))
    'CS(C)=O'
    """
    return _draw(read_molecule(smiles))


def _draw(mol: Chem.Mol) -> Chem.Mol:
    """Return a molecule with its sulfoxides redrawn; the same object if it has none."""
    if not (matches := mol.GetSubstructMatches(_CHARGED)):
        return mol
    with rdBase.BlockLogs():
        drawn = Chem.RWMol(mol)
        Chem.Kekulize(drawn, clearAromaticFlags=True)
        for sulfur, oxygen in matches:
            drawn.GetBondBetweenAtoms(sulfur, oxygen).SetBondType(Chem.BondType.DOUBLE)
            for at in (sulfur, oxygen):
                drawn.GetAtomWithIdx(at).SetFormalCharge(0)
        Chem.SanitizeMol(drawn)
    return drawn.GetMol()


def write_sulfoxides(smiles: str) -> str:
    """Return a SMILES whose sulfoxides have a double bond; any other SMILES as it is.

    >>> write_sulfoxides("C[S+](C)[O-]"), write_sulfoxides("C[N+](C)(C)C")
    ('CS(C)=O', 'C[N+](C)(C)C')

    Raises InputError for a charged SMILES that RDKit cannot read.
    """
    charged = "+" in smiles and "-]" in smiles and "S" in smiles.upper()
    if not charged:
        return smiles
    mol = read_molecule(smiles)
    drawn = _draw(mol)
    return smiles if drawn is mol else str(Chem.MolToSmiles(drawn))
