"""Describes molecules to trees: RDKit's descriptors, and counts of three kinds of substructures.

The choice is that of Notwell and Wood 2023 (arXiv 2310.00174), whose gradient boosting leads most
endpoints of the TDC ADMET group: Morgan and Avalon counts, the reduced graph of pharmacophore
points (ErG; Stiefl et al. 2006, doi 10.1021/ci050457y) and RDKit's descriptors, except for two:
Ipc and AvgIpc take seconds for a peptide, and their last bits depend on the number of threads.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase
from rdkit.Avalon import pyAvalonTools
from rdkit.Chem import Descriptors, rdFingerprintGenerator, rdReducedGraphs
from rdkit.DataStructs import ConvertToNumpyArray

from chem.structure.valid_smiles import read_molecules

COLUMNS_EDITION = 2
"""Rises with every change of the columns or their numbers."""
_LEFT_OUT = ("Ipc", "AvgIpc")
_FUNCTIONS = [function for name, function in Descriptors.descList if name not in _LEFT_OUT]
_COLUMNS = 1024
"""Columns of the Morgan counts, and of the Avalon counts."""


def descriptors(
    smiles: Sequence[str], progress: Callable[[str, int, int], None] | None = None
) -> npt.NDArray[np.float32]:
    """Return float32 [len(smiles), D], 5 to 10 ms per molecule, each column in its own unit.

    Columns are RDKit's descriptors, ErG, Morgan counts (radius 2) and Avalon counts, in this order.
    A descriptor is NaN where RDKit has no finite value for the molecule. ``progress`` is called
    with a line, the molecules done and all of them.

    Raises InputError, naming the position from 0, for a SMILES that RDKit cannot read.
    """
    morgan = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=_COLUMNS)
    rows: list[npt.NDArray[np.float32]] = []
    for done, mol in enumerate(read_molecules(smiles)):
        with rdBase.BlockLogs():
            # First: descriptors leave a matrix of paths in the molecule, from which ErG differs.
            erg = rdReducedGraphs.GetErGFingerprint(mol)
            rows.append(
                np.concatenate(
                    [
                        _finite([function(mol) for function in _FUNCTIONS]),
                        _finite(erg),
                        morgan.GetCountFingerprintAsNumPy(mol).astype(np.float32),
                        _avalon(mol),
                    ]
                )
            )
        if progress is not None and done % 500 == 0:
            progress("descriptors", done, len(smiles))
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _finite(found: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    values = np.array(found, dtype=np.float64)
    values[~np.isfinite(values) | (np.abs(values) > np.finfo(np.float32).max)] = np.nan
    return values.astype(np.float32)


def _avalon(mol: Chem.Mol) -> npt.NDArray[np.float32]:
    counts = np.zeros(_COLUMNS, np.float32)
    ConvertToNumpyArray(pyAvalonTools.GetAvalonCountFP(mol, nBits=_COLUMNS), counts)
    return counts
