"""Morgan count fingerprints, for baselines, neighbours and clusters."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rdkit.Chem import rdFingerprintGenerator

from chem.structure.molecules import read_molecules


def count_fingerprints(
    smiles: Sequence[str], radius: int = 2, size: int = 2048
) -> npt.NDArray[np.uint8]:
    """Return uint8 ``[len(smiles), size]``: how often each circular environment occurs.

    Environments reach ``radius`` bonds out (2 is ECFP4-like) and are folded into ``size`` columns;
    a count above 255 stays at 255. Stereochemistry is not part of an environment. Rogers and Hahn,
    J. Chem. Inf. Model. 2010, 50, 742 (doi 10.1021/ci100050t).

    Raises InputError, naming the position from 0, for a SMILES that RDKit cannot read.
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=size)
    counts = np.zeros((len(smiles), size), dtype=np.uint8)
    for position, mol in enumerate(read_molecules(smiles)):
        counts[position] = np.minimum(generator.GetCountFingerprintAsNumPy(mol), 255)
    return counts
