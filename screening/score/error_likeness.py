"""Computes the similarities of compounds by which their errors are known to go together."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.features.graphs import MolGraph, featurize
from chem.structure.valid_smiles import read_molecules
from gnn.calibration.domain import Bits, environment_bits
from gnn.calibration.shared_error import similarities
from gnn.features.graph_arrays import collect

Floats = npt.NDArray[np.float64]


def likeness_of(smiles: Sequence[str]) -> Floats:
    """Return the similarities [n, n] of n scored compounds, given as standardized SMILES."""
    return similarities(environments_of(smiles))


def environments_of(smiles: Sequence[str]) -> Bits:
    """Return the environments [n, 128] of n scored compounds."""
    graphs = [featurize(mol) for mol in read_molecules(smiles)]
    accepted = [graph for graph in graphs if isinstance(graph, MolGraph)]  # all: they were scored
    return environment_bits(collect(accepted))
