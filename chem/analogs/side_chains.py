"""Finds the side chains of a molecule: what its scaffold carries."""

from rdkit import Chem, rdBase
from rdkit.Chem.Scaffolds import MurckoScaffold

from chem.structure.valid_smiles import read_molecule


def side_chains(smiles: str) -> tuple[str, ...]:
    """Return the side chains as sorted SMILES with ``*`` at the scaffold; none without a ring.

    The scaffold is that of Bemis and Murcko with its double-bonded atoms. Hydrogens are no side
    chains. Raises InputError for a SMILES that RDKit cannot read.

    >>> side_chains("COc1cnc(Cl)cc1"), side_chains("c1ccccc1"), side_chains("CCO")
    (('*Cl', '*OC'), (), ())
    """
    mol = read_molecule(smiles)
    Chem.RemoveStereochemistry(mol)
    core = MurckoScaffold.GetScaffoldForMol(mol)
    if not core.GetNumAtoms():
        return ()
    with rdBase.BlockLogs():
        rest = Chem.ReplaceCore(mol, core)
        if rest is None or not rest.GetNumAtoms():
            return ()
        for atom in rest.GetAtoms():
            if not atom.GetAtomicNum():
                atom.SetIsotope(0)
        return tuple(sorted(Chem.MolToSmiles(rest).split(".")))
