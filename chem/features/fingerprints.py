"""Computes Morgan fingerprints: counts for baselines, bits for neighbours."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rdkit.Chem import rdFingerprintGenerator

from chem.structure.valid_smiles import read_molecules

Bits = npt.NDArray[np.uint64]
SIZE = 2048
"""Bits or columns of a fingerprint."""
WORDS = SIZE // 64
RADIUS = 2
"""Bonds to which an environment of the bits reaches (ECFP4)."""


def count_fingerprints(
    smiles: Sequence[str], radius: int = 2, size: int = SIZE
) -> npt.NDArray[np.uint8]:
    """Return uint8 ``[len(smiles), size]``: the number of each circular environment.

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


def morgan_bits(smiles: Sequence[str]) -> Bits:
    """Return the Morgan fingerprints (ECFP4, 2,048 bits) of n molecules, packed [n, 32].

    Environments are those of :func:`count_fingerprints`. Raises InputError, naming the position
    from 0, for a SMILES that RDKit cannot read.
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=SIZE)
    bits = np.zeros((len(smiles), SIZE // 8), np.uint8)
    for position, mol in enumerate(read_molecules(smiles)):
        bits[position] = np.packbits(generator.GetFingerprintAsNumPy(mol))
    return bits.view(np.uint64)
