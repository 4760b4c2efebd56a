"""Hashed fingerprints: counts of atom pairs and of topological torsions, which are paths of four
atoms.

Beside circular environments they see what is far apart: how many bonds lie between two kinds of
atoms (Carhart et al. 1985, doi 10.1021/ci00046a002), and how chains run (Nilakantan et al. 1987,
doi 10.1021/ci00054a008). Integer arithmetic on the graph alone: the same on every machine and in
every batch.
"""

import numpy as np
import numpy.typing as npt

from gnn.features.batch import GraphArrays
from gnn.features.counts import Ints, Keys, find_pairs, find_paths
from gnn.features.similarity import aromatic_atoms

_FURTHEST = 20
"""Bonds between the atoms of a pair at most."""
_SHIFT = np.uint64(20)


def hashed_counts(
    graphs: GraphArrays, factors: Ints, pairs: int, paths: int
) -> npt.NDArray[np.float32]:
    """Return float32 [M, pairs + paths]: how many pairs and paths fall into each column.

    ``pairs`` and ``paths`` are powers of two, or 0 to leave them out. About 0.1 ms a molecule.
    """
    kinds = _kinds(graphs, factors)
    blocks = [np.zeros((graphs.molecules, 0), np.float32)]
    if pairs:
        blocks.append(
            _count_columns(*find_pairs(graphs, kinds, _FURTHEST), graphs.molecules, pairs)
        )
    if paths:
        blocks.append(_count_columns(*find_paths(graphs, kinds), graphs.molecules, paths))
    return np.concatenate(blocks, axis=1)


def _kinds(graphs: GraphArrays, factors: Ints) -> Keys:
    """Return [A] element, degree, hydrogens, charge, and whether the atom is aromatic."""
    known = factors[graphs.atoms].astype(np.uint64)
    kinds = aromatic_atoms(graphs)
    for column in range(4):
        kinds = kinds * np.uint64(128) + known[:, column]
    return np.asarray(kinds, np.uint64)


def _count_columns(
    molecule: Ints, keys: Keys, molecules: int, columns: int
) -> npt.NDArray[np.float32]:
    column = (keys >> _SHIFT).astype(np.int64) & (columns - 1)
    counts = np.bincount(molecule * columns + column, minlength=molecules * columns)
    return counts.reshape(molecules, columns).astype(np.float32)
