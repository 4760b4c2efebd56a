"""Which known molecules are most like others: exact Tanimoto similarity of Morgan fingerprints."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit.Chem import rdFingerprintGenerator

from chem.structure.molecules import read_molecules

Bits = npt.NDArray[np.uint64]
RADIUS, SIZE = 2, 2048
WORDS = SIZE // 64


class Nearest(NamedTuple):
    """The k known molecules that are most like each of n molecules, most similar first."""

    rows: npt.NDArray[np.int64]
    """[n, k]"""
    similarity: npt.NDArray[np.float64]
    """[n, k] 0 to 1. 1 says that the fingerprints are equal, which those of stereoisomers are."""


def morgan_bits(smiles: Sequence[str]) -> Bits:
    """Return the Morgan fingerprints (ECFP4, 2,048 bits) of n molecules, packed [n, 32].

    Environments reach two bonds out; stereochemistry is not part of them. Rogers and Hahn,
    J. Chem. Inf. Model. 2010, 50, 742 (doi 10.1021/ci100050t).

    Raises InputError, naming the position from 0, for a SMILES that RDKit cannot read.
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=SIZE)
    bits = np.zeros((len(smiles), SIZE // 8), np.uint8)
    for position, mol in enumerate(read_molecules(smiles)):
        bits[position] = np.packbits(generator.GetFingerprintAsNumPy(mol))
    return bits.view(np.uint64)


def nearest(bits: Bits, known: Bits, count: int) -> Nearest:
    """Find the ``count`` of m known molecules (all, if fewer) that are most like each of n.

    ``bits`` [n, 32] and ``known`` [m, 32] are of :func:`morgan_bits`. Of known molecules that are
    equally similar the one that stands first is taken first.
    """
    count = min(count, len(known))
    rows = np.zeros((len(bits), count), np.int64)
    similarity = np.zeros((len(bits), count))
    sizes = np.bitwise_count(known).sum(axis=1, dtype=np.int64)
    for at, molecule in enumerate(bits if count else ()):
        shared = np.bitwise_count(known & molecule).sum(axis=1, dtype=np.int64)
        size = int(np.bitwise_count(molecule).sum())
        tanimoto = shared / np.maximum(sizes + size - shared, 1)
        least = np.partition(tanimoto, len(known) - count)[len(known) - count]
        near = np.flatnonzero(tanimoto >= least)
        best = near[np.argsort(-tanimoto[near], kind="stable")[:count]]
        rows[at], similarity[at] = best, tanimoto[best]
    return Nearest(rows, similarity)
