"""Makes analogs of molecules: their scaffolds and substituents in new combinations.

Two molecules are each cut at one bond from a ring to what it carries, and the halves are joined
crosswise, if both bonds join the same two kinds of atoms.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from rdkit import Chem, rdBase

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from chem.structure.valid_smiles import read_molecule

_CUT = Chem.MolFromSmarts("[#6,#7,#8,#16;R]-!@[#6,#7,#8,#16]")
"""Bonds at which chemists vary a molecule."""
_LEAST_ATOMS, _MOST_ATOMS = 15, 50
"""Heavy atoms of an analog."""

Kind = tuple[int, bool, int, bool]
"""Element and aromaticity of the atom in the ring, and of the other one."""
Cut = tuple[int, int, int]
"""A molecule's position, the atom in the ring, the other atom."""


def draw_analogs(smiles: Sequence[str], seed: int = 0) -> Iterator[list[Standardized]]:
    """Yield the analogs that random pairs of molecules give, none to two at each draw, without end.

    The same analog may come again, and so may one of the molecules. The same arguments give the
    same analogs. Nothing is yielded if no two molecules have bonds between the same kinds of atoms.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    mols = [read_molecule(text) for text in smiles]
    kinds = _find_cuts(mols)
    every = [
        (kind, cut)
        for kind, cuts in kinds.items()
        if len({position for position, *_ in cuts}) > 1
        for cut in cuts
    ]
    generator = np.random.default_rng(seed)
    while every:
        kind, first = every[generator.integers(len(every))]
        second = kinds[kind][generator.integers(len(kinds[kind]))]
        yield _cross(mols, first, second) if first[0] != second[0] else []


def _find_cuts(mols: Sequence[Chem.Mol]) -> dict[Kind, list[Cut]]:
    """Return the bonds to cut by the kinds of their atoms."""
    found: dict[Kind, list[Cut]] = defaultdict(list)
    for position, mol in enumerate(mols):
        for ring, other in mol.GetSubstructMatches(_CUT):
            one, two = mol.GetAtomWithIdx(ring), mol.GetAtomWithIdx(other)
            kind = (
                *(one.GetAtomicNum(), one.GetIsAromatic()),
                *(two.GetAtomicNum(), two.GetIsAromatic()),
            )
            found[kind].append((position, ring, other))
    return found


def _cross(mols: Sequence[Chem.Mol], first: Cut, second: Cut) -> list[Standardized]:
    """Return the valid ones of the two molecules that two cuts give crosswise."""
    both = Chem.RWMol(Chem.CombineMols(mols[first[0]], mols[second[0]]))
    shift = mols[first[0]].GetNumAtoms()
    ring, other = first[1:]
    ring_2, other_2 = (atom + shift for atom in second[1:])
    both.RemoveBond(ring, other)
    both.RemoveBond(ring_2, other_2)
    both.AddBond(ring, other_2, Chem.BondType.SINGLE)
    both.AddBond(ring_2, other, Chem.BondType.SINGLE)
    with rdBase.BlockLogs():
        pieces = Chem.GetMolFrags(both, asMols=True, sanitizeFrags=False)
        sizes = [piece.GetNumHeavyAtoms() for piece in pieces]
        if len(pieces) != 2 or not all(_LEAST_ATOMS <= size <= _MOST_ATOMS for size in sizes):
            return []
        texts = [Chem.MolToSmiles(piece) for piece in pieces]
    read = [standardize(text, "smiles") for text in texts]
    return [one for one in read if not isinstance(one, Failure)]
