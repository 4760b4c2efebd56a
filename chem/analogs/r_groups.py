"""Splits the molecules of a series into their core and R-groups."""

from collections.abc import Sequence
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem import rdRGroupDecomposition

from chem.structure.valid_smiles import read_molecules

CORE = "Core"


class Series(NamedTuple):
    """Molecules of a series, split."""

    labels: tuple[str, ...]
    """``R1``, ``R2``, ...: the places at which the molecules differ, in the order of numbers."""
    groups: tuple[tuple[str, ...], ...]
    """The R-group of each molecule at each place, as SMILES with ``[*:1]`` and so on."""
    places: tuple[int, ...]
    """The position of each of these molecules in the list."""


def split_series(smiles: Sequence[str], core: Chem.Mol) -> Series:
    """Split the molecules that contain a core; places at which all carry a hydrogen have no label.

    RDKit's decomposition chooses among symmetric matches those with the most similar R-groups.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> from rdkit.Chem import MolFromSmiles
    >>> split_series(["Clc1ccncc1", "COc1ccncc1", "CCO"], MolFromSmiles("c1ccncc1")).groups
    (('Cl[*:1]',), ('CO[*:1]',))
    """
    mols = list(read_molecules(smiles))
    with rdBase.BlockLogs():
        rows, unmatched = rdRGroupDecomposition.RGroupDecompose([core], mols, asSmiles=True)
    left_out = set(unmatched)
    names = (name for name in (rows[0] if rows else {}) if name != CORE)
    labels = tuple(sorted(names, key=lambda name: int(name.removeprefix("R"))))
    groups = tuple(tuple(str(row[name]) for name in labels) for row in rows)
    places = tuple(at for at in range(len(mols)) if at not in left_out)
    return Series(labels, groups, places)
