"""Computes molecular weights of structures as written, salt and solvent included."""

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from chem.records.records import Failure, StructureFormat
from chem.structure.parents.parent import choose_parent
from chem.structure.parsing.metals import salt_cutter
from chem.structure.parsing.parse import parse
from chem.structure.stereo.canonical import StereoError


def molecular_weight(structure: str, format: StructureFormat) -> float | None:
    """Return the average molecular weight in g/mol, or None for a structure that cannot be read.

    >>> round(molecular_weight("CCO.Cl", "smiles"), 2)
    82.53
    """
    with rdBase.BlockLogs():
        mol = parse(structure, format)
        return None if isinstance(mol, Failure) else float(rdMolDescriptors._CalcMolWt(mol))


def weight_per_parent(structure: str, format: StructureFormat) -> float | None:
    """Return the weight per mole of parent of a record as it is drawn, in g/mol.

    It uses average atomic weights. Counterions, solvents and metals count as often as they are
    drawn, and the sum is divided by the number of parents: a hemifumarate weighs half of its
    formula. None if the record does not say: it cannot be read, it has no parent, or its charges do
    not add up to zero, so that a counterion is not drawn.

    >>> round(weight_per_parent("Cl.CN(C)C", "smiles"), 1)
    95.6
    """
    with rdBase.BlockLogs():
        text = structure.strip() if format == "smiles" else structure
        mol = parse(text, format)
        if isinstance(mol, Failure) or Chem.GetFormalCharge(mol) != 0:
            return None
        weight = float(rdMolDescriptors._CalcMolWt(mol))
        # Fragments as chem.structure.standardize sees them, without bonds to sodium.
        separated = Chem.RemoveHs(mol)
        salt_cutter().DisconnectInPlace(separated)
        if len(Chem.GetMolFrags(separated)) == 1:
            return weight
        try:
            parent = choose_parent(separated)
        except StereoError:
            return None
        return None if isinstance(parent, Failure) else weight / parent.copies
