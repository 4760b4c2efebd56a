"""Holds many molecules' graphs as flat arrays.

It needs no torch, so that processes that only read and write graphs start fast.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.features.array_types import Ints


class GraphArrays(NamedTuple):
    """The graphs of M molecules, A atoms and B bonds in all; Arrow list columns flatten to it."""

    atoms: npt.NDArray[np.uint16]
    """[A] atom-state tokens."""
    begin: npt.NDArray[np.uint16]
    """[B] first atom of each bond, counted within its molecule."""
    end: npt.NDArray[np.uint16]
    """[B] second atom of each bond, counted within its molecule."""
    bonds: npt.NDArray[np.uint8]
    """[B] bond tokens, each bond once."""
    atom_offsets: Ints
    """[M + 1] start of each molecule's atoms."""
    bond_offsets: Ints
    """[M + 1] start of each molecule's bonds."""

    @property
    def molecules(self) -> int:
        """Number of molecules."""
        return len(self.atom_offsets) - 1

    @property
    def molecule(self) -> Ints:
        """[A] the molecule of each atom."""
        return np.repeat(np.arange(self.molecules), np.diff(self.atom_offsets))

    @property
    def ends(self) -> tuple[Ints, Ints]:
        """[B] both atoms of each bond, counted over all molecules."""
        shift = np.repeat(self.atom_offsets[:-1], np.diff(self.bond_offsets))
        return self.begin + shift, self.end + shift


def collect(graphs: Sequence[tuple[npt.NDArray[np.generic], ...]]) -> GraphArrays:
    """Join single graphs, each ``(atoms, begin, end, bonds)``, into flat arrays."""
    kinds = (np.uint16, np.uint16, np.uint16, np.uint8)
    flat = [
        np.concatenate([np.zeros(0, kind), *(graph[field] for graph in graphs)]).astype(kind)
        for field, kind in enumerate(kinds)
    ]
    atom_offsets = np.cumsum([0, *(len(graph[0]) for graph in graphs)], dtype=np.int64)
    bond_offsets = np.cumsum([0, *(len(graph[3]) for graph in graphs)], dtype=np.int64)
    return GraphArrays(flat[0], flat[1], flat[2], flat[3], atom_offsets, bond_offsets)


def join_graphs(many: Sequence[GraphArrays]) -> GraphArrays:
    """Lay the molecules of all arrays end to end."""
    flat = [np.concatenate(arrays) for arrays in list(zip(*many, strict=True))[:4]]
    sizes = [np.concatenate([np.diff(one[field]) for one in many]) for field in (4, 5)]
    offsets = [np.concatenate([[0], np.cumsum(each)]).astype(np.int64) for each in sizes]
    return GraphArrays(flat[0], flat[1], flat[2], flat[3], offsets[0], offsets[1])


def spans(starts: Ints, lengths: Ints) -> Ints:
    """Return the indices of many ranges, one after the other, without a loop."""
    before = np.cumsum(lengths) - lengths
    found: Ints = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return found


def between(graphs: GraphArrays, start: int, stop: int) -> GraphArrays:
    """Return consecutive molecules, which share the memory of all."""
    first, last = graphs.atom_offsets[[start, stop]]
    first_bond, last_bond = graphs.bond_offsets[[start, stop]]
    return GraphArrays(
        graphs.atoms[first:last],
        graphs.begin[first_bond:last_bond],
        graphs.end[first_bond:last_bond],
        graphs.bonds[first_bond:last_bond],
        graphs.atom_offsets[start : stop + 1] - first,
        graphs.bond_offsets[start : stop + 1] - first_bond,
    )


def take(graphs: GraphArrays, rows: Ints) -> GraphArrays:
    """Pick molecules by row, in the order given."""
    atoms_each = np.diff(graphs.atom_offsets)[rows]
    bonds_each = np.diff(graphs.bond_offsets)[rows]
    atom_at = spans(graphs.atom_offsets[rows], atoms_each)
    bond_at = spans(graphs.bond_offsets[rows], bonds_each)
    return GraphArrays(
        graphs.atoms[atom_at],
        graphs.begin[bond_at],
        graphs.end[bond_at],
        graphs.bonds[bond_at],
        np.concatenate([[0], np.cumsum(atoms_each)]),
        np.concatenate([[0], np.cumsum(bonds_each)]),
    )
