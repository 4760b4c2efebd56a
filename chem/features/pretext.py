"""Computes labels that need no experiment: RDKit descriptors that pretrain an encoder.

A molecule has about 400 of them, computed in 2 ms: physico-chemical descriptors, surface areas
binned by partial charge, lipophilicity, refractivity and electrotopological state, functional
groups, molecular quantum numbers (Nguyen et al. 2009, doi 10.1002/cmdc.200900317) and
two-dimensional autocorrelations. The descriptors that cost most and add least to these (QED, BCUT,
information content, Bertz's index, high-order chi) are left out.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase
from rdkit.Chem import Descriptors, rdMolDescriptors

_LEFT_OUT = frozenset(
    (
        *("qed", "SPS", "BertzCT", "Ipc", "AvgIpc", "NumRadicalElectrons"),
        *("Chi3n", "Chi3v", "Chi4n", "Chi4v"),
        *("MaxPartialCharge", "MinPartialCharge", "MaxAbsPartialCharge", "MinAbsPartialCharge"),
    )
)
_QUANTUM_NUMBERS, _AUTOCORRELATIONS = 42, 192


@cache
def _functions() -> tuple[tuple[str, Callable[[Chem.Mol], float]], ...]:
    return tuple(
        (name, function)
        for name, function in Descriptors.descList
        if name not in _LEFT_OUT and not name.startswith("BCUT2D")
    )


@cache
def pretext_names() -> tuple[str, ...]:
    """Return the name of each label, in the order of :func:`pretext_labels`."""
    return (
        *(name for name, _ in _functions()),
        *(f"MQN{number}" for number in range(1, _QUANTUM_NUMBERS + 1)),
        *(f"AUTOCORR2D_{number}" for number in range(1, _AUTOCORRELATIONS + 1)),
    )


def pretext_labels(mol: Chem.Mol) -> npt.NDArray[np.float32]:
    """Return float32 [len(pretext_names())]; NaN where RDKit has no value for the molecule."""
    with rdBase.BlockLogs():
        found = [function(mol) for _, function in _functions()]
        found.extend(rdMolDescriptors.MQNs_(mol))
        found.extend(rdMolDescriptors.CalcAUTOCORR2D(mol))
    values = np.array(found, dtype=np.float64)
    values[~np.isfinite(values) | (np.abs(values) > np.finfo(np.float32).max)] = np.nan
    return values.astype(np.float32)
