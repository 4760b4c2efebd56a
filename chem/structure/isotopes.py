"""Structures without their isotope labels: which compounds differ by labels alone."""

import re

from rdkit import Chem, rdBase

from chem.records.records import Failure
from chem.structure.standardize import standardize
from chem.structure.stereo.canonical import StereoError, write_canonical

_LABEL = re.compile(r"\[\d")


def is_labelled(smiles: str) -> bool:
    """Tell whether a SMILES has an isotope label, such as ``[2H]`` or ``[13CH3]``."""
    return _LABEL.search(smiles) is not None


def without_isotopes(smiles: str) -> str:
    """Return the standardized structure of a standardized SMILES with every label taken off.

    A structure without labels comes back as it is, and so does one that RDKit cannot read. A centre
    that only a label made is none without it, and its part in a stereo group goes with it; what the
    group said of cis and trans beside that centre is not worked out anew.

    >>> without_isotopes("[2H]C([2H])([2H])O")
    'CO'
    """
    if not is_labelled(smiles):
        return smiles
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            return smiles
        for atom in mol.GetAtoms():
            atom.SetIsotope(0)
        # A labelled hydrogen is an atom; without its label it is a hydrogen like all others.
        try:
            written = write_canonical(Chem.RemoveHs(mol))
        except StereoError:
            return smiles
        plain = standardize(written, "smiles")
    return smiles if isinstance(plain, Failure) else plain.smiles
