"""Times RDKit's own work, as the yardstick for the speed of ours.

Both functions time a plain loop in the calling process, and leave out all work before it.
"""

from collections.abc import Sequence
from time import perf_counter

from rdkit import Chem

from chem.features.graphs import check_size, featurize_all
from chem.structure.valid_smiles import block_logs

BLOCK = 256
"""Molecules whose graphs are made at a time."""


def time_parsing(smiles: Sequence[str]) -> float:
    """Return the seconds that ``Chem.MolFromSmiles`` takes for all SMILES, and nothing else."""
    with block_logs():
        started = perf_counter()
        for text in smiles:
            Chem.MolFromSmiles(text)
        return perf_counter() - started


def time_featurizing(smiles: Sequence[str]) -> float:
    """Return the seconds that making graphs of already parsed molecules takes.

    Blocks have a good size for ``featurize_all``. SMILES that cannot be parsed are left out.
    """
    seconds = 0.0
    with block_logs():
        for start in range(0, len(smiles), BLOCK):
            parsed = [Chem.MolFromSmiles(text) for text in smiles[start : start + BLOCK]]
            mols = [mol for mol in parsed if mol is not None and check_size(mol) is None]
            started = perf_counter()
            featurize_all(mols)
            seconds += perf_counter() - started
    return seconds
