"""Nine cheap properties of a molecule, computed for every compound of a library."""

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

PROPERTIES: dict[str, str] = {
    "mw": "g/mol; average molecular weight",
    "logp": "log10 units; octanol/water partition, Wildman-Crippen 1999 (doi 10.1021/ci990307l)",
    "tpsa": "Å²; topological polar surface of N and O, Ertl 2000 (doi 10.1021/jm000942e)",
    "hbd": "count; N-H and O-H hydrogen-bond donors",
    "hba": "count; hydrogen-bond acceptors",
    "rotatable_bonds": "count; strict definition, amide C-N bonds not counted",
    "heavy_atoms": "count; atoms other than hydrogen",
    "rings": "count; smallest set of smallest rings",
    "formal_charge": "elementary charges; sum over the atoms",
}
"""Name to unit and meaning, in the order of ``describe``. Each is finite for every molecule."""


def describe(mol: Chem.Mol) -> tuple[float, ...]:
    """Return one value for each of ``PROPERTIES``, in that order, of a sanitized molecule.

    >>> dict(zip(PROPERTIES, describe(Chem.MolFromSmiles("CCO"))))["heavy_atoms"]
    3.0
    """
    with rdBase.BlockLogs():
        values = (
            rdMolDescriptors._CalcMolWt(mol),
            rdMolDescriptors.CalcCrippenDescriptors(mol)[0],
            rdMolDescriptors.CalcTPSA(mol),
            rdMolDescriptors.CalcNumHBD(mol),
            rdMolDescriptors.CalcNumHBA(mol),
            rdMolDescriptors.CalcNumRotatableBonds(mol),
            mol.GetNumHeavyAtoms(),
            rdMolDescriptors.CalcNumRings(mol),
            Chem.GetFormalCharge(mol),
        )
    return tuple(float(value) for value in values)
