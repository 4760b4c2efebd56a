"""Cuts a hit at every place where an analog may carry something else."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem

from chem.analogs.single_cuts import Cut, hydrogen_cuts, single_cuts
from chem.analogs.substructures import DefinitePart, definite_part, read_smarts
from chem.assess.clusters import scaffold
from chem.structure.valid_smiles import read_molecule


class Place(NamedTuple):
    """A cut of a molecule of A atoms."""

    cut: Cut
    distance: npt.NDArray[np.int64]
    """[A] bonds from the core's atom at the cut to each atom of the core; -1 for the others."""


def places(smiles: str) -> list[Place]:
    """Return the cuts of a molecule between heavy atoms, then those of hydrogens.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    mol = read_molecule(smiles)
    bonds = Chem.GetDistanceMatrix(mol).astype(np.int64)
    found = []
    for cut in (*single_cuts(mol), *hydrogen_cuts(mol)):
        distance = np.full(mol.GetNumAtoms(), -1)
        distance[list(cut.atoms)] = bonds[cut.attachment, list(cut.atoms)]
        found.append(Place(cut, distance))
    return found


class Substructure(NamedTuple):
    """What an analog is to contain."""

    text: str
    """The SMARTS, or the SMILES of a scaffold."""
    query: Chem.Mol
    part: DefinitePart
    """What every match has."""


def substructure(smiles: str, smarts: str | None = None) -> Substructure | None:
    """Return the substructure of a SMARTS, or else the scaffold of a molecule; None without rings.

    Raises InputError for a SMARTS or a SMILES that RDKit cannot read.
    """
    text = scaffold(smiles) if smarts is None else smarts
    if not text:
        return None
    query = read_molecule(text) if smarts is None else read_smarts(text)
    return Substructure(text, query, definite_part(query))
