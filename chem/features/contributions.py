"""What one atom adds to the properties of its molecule, learned from RDKit and remembered.

RDKit is asked once for each kind of surroundings, with a molecule that has them; a few thousand
kinds make up a library of millions.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

FIELDS = ("logp", "hydrogen_logp", "tpsa", "hbd", "hba", "can_turn", "turns")
"""Columns of a contribution: logP of the atom and of each of its hydrogens, Å², 1 for a donor,
1 for an acceptor; a single bond outside rings is rotatable between an atom that ``turns`` and one
that ``can_turn``."""
MOST_KINDS = 1_000_000
"""What is remembered is forgotten beyond it (72 MB); no library is known to get there."""


class _Patterns(NamedTuple):
    donor: Chem.Mol
    acceptor: Chem.Mol
    can_turn: Chem.Mol
    turns: Chem.Mol


@cache
def _patterns() -> _Patterns:
    """Say in SMARTS which atoms RDKit counts: a test holds each equal to RDKit's own functions."""
    strong = "!$([!D1;#7,#8,#16]-!@[CD3]=[N,O,S]);!$([#7,#8]-!@[CD3]=[N,O,S])"
    # The end of a triple bond, of the molecule, or a group whose turning changes nothing.
    idle = "!D1;!$(*#*);!$(C(F)(F)F);!$(C(Cl)(Cl)Cl);!$(C(Br)(Br)Br);!$(C([CH3])([CH3])[CH3])"
    amide = f"!$([CD3](=[N,O,S])-!@[#7,O,$([S;!D1])]);{strong}"
    return _Patterns(
        donor=Chem.MolFromSmarts("[$([N;!H0;v3]),$([N;!H0;+;v4]),$([O,S;H1;+0]),$([n;H1;+0])]"),
        acceptor=Chem.MolFromSmarts(
            "[$([O,S;H1;v2]-[!$(*=[O,N,P,S])]),$([O,S;H0;v2]),$([O,S;-]),"
            "$([N;v3;!$(N-*=!@[O,N,P,S])]),$([n;H0;X2;+0]),$([o,s;+0])]"
        ),
        can_turn=Chem.MolFromSmarts(f"[{idle}]"),
        turns=Chem.MolFromSmarts(f"[{idle};{amide}]"),
    )


def atom_contributions(mol: Chem.Mol) -> npt.NDArray[np.float64]:
    """Ask RDKit for the contributions [atoms, FIELDS] of a sanitized molecule."""
    n = mol.GetNumAtoms()
    found = np.zeros((n, len(FIELDS)))
    full = Chem.AddHs(mol)
    logp = [one for one, _ in rdMolDescriptors._CalcCrippenContribs(full)]
    found[:, 0] = logp[:n]
    for hydrogen in range(full.GetNumAtoms() - 1, n - 1, -1):
        (owner,) = full.GetAtomWithIdx(hydrogen).GetNeighbors()
        found[owner.GetIdx(), 1] = logp[hydrogen]
    found[:, 2] = rdMolDescriptors._CalcTPSAContribs(mol)
    for column, pattern in enumerate(_patterns(), start=3):
        for (atom,) in mol.GetSubstructMatches(pattern, maxMatches=n):
            found[atom, column] = 1
    return found


class Memory:
    """Contributions by kind of surroundings."""

    def __init__(self) -> None:
        # Kind 0, which adds nothing, so that there is always something to find.
        self._kinds: npt.NDArray[np.uint64] = np.zeros(1, dtype=np.uint64)
        self._values: npt.NDArray[np.float64] = np.zeros((1, len(FIELDS)))

    def __len__(self) -> int:
        return len(self._kinds) - 1

    def find(
        self, kinds: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return the place of each kind, and whether it is known (else the place is 0)."""
        place = np.searchsorted(self._kinds, kinds)
        place[place == len(self._kinds)] = 0
        known = self._kinds[place] == kinds
        return np.where(known, place, 0), known

    def learn(self, kinds: npt.NDArray[np.uint64], values: npt.NDArray[np.float64]) -> None:
        """Remember kinds [k] and their contributions [k, FIELDS]; a kind known before stays."""
        kinds, first = np.unique(np.concatenate((self._kinds, kinds)), return_index=True)
        self._values = np.concatenate((self._values, values))[first]
        self._kinds = kinds

    def values(self, place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the contributions [FIELDS, n] at these places."""
        return self._values[place].T
