"""The molecular weight of a structure as it is written, salt and solvent included."""

from rdkit import rdBase
from rdkit.Chem import rdMolDescriptors

from chem.records.records import Failure, StructureFormat
from chem.structure.parsing.parse import parse


def molecular_weight(structure: str, format: StructureFormat) -> float | None:
    """Return the average molecular weight in g/mol, or None for what cannot be read.

    >>> round(molecular_weight("CCO.Cl", "smiles"), 2)
    82.53
    """
    with rdBase.BlockLogs():
        mol = parse(structure, format)
        return None if isinstance(mol, Failure) else float(rdMolDescriptors._CalcMolWt(mol))
