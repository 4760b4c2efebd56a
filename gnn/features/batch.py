"""Holds many molecules' graphs as flat arrays, and makes the batches that a network sees."""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.features.array_types import Ints, pieces


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


class Batch(NamedTuple):
    """G molecules of N atoms and E directed bonds, in the layout of PyTorch Geometric."""

    atoms: Tensor
    """int64 [N] atom-state tokens."""
    edge_index: Tensor
    """int64 [2, E] source and target atom of each directed bond, sorted by target."""
    bonds: Tensor
    """int64 [E] bond tokens."""
    molecule: Tensor
    """int64 [N] the molecule of each atom, ascending."""
    molecules: int
    """G, padding included."""
    graphs: GraphArrays
    """The molecules that it was made of, without padding."""
    memo: dict[Hashable, Tensor]
    """Results that several networks share, by a key that identifies them."""

    def to(self, device: torch.device) -> "Batch":
        """Return the batch with every tensor on a device."""
        if device.type == "cpu":
            return self
        return Batch(
            self.atoms.to(device, non_blocking=True),
            self.edge_index.to(device, non_blocking=True),
            self.bonds.to(device, non_blocking=True),
            self.molecule.to(device, non_blocking=True),
            self.molecules,
            self.graphs,
            {},
        )


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


def make_batch(
    graphs: GraphArrays, atoms: int | None = None, molecules: int | None = None
) -> Batch:
    """Lay molecules out as one disjoint graph.

    With ``atoms`` and ``molecules`` the batch is padded to these numbers. Matrix products then
    always have one shape, so that a molecule's result is the same to the last bit whatever else is
    in its batch. Padding atoms belong to a padding molecule and have no bonds.
    """
    used = len(graphs.atoms)
    begin, end = graphs.ends
    source = np.concatenate([begin, end])
    target = np.concatenate([end, begin])
    kinds = np.concatenate([graphs.bonds, graphs.bonds]).astype(np.int64)
    order = np.argsort(target, kind="stable")
    tokens = graphs.atoms.astype(np.int64)
    molecule = graphs.molecule
    count = graphs.molecules if molecules is None else molecules
    if atoms is not None:
        if used > atoms or graphs.molecules >= count:
            raise ValueError(
                f"{used} atoms of {graphs.molecules} molecules do not fit {atoms}, {count}"
            )
        tokens = np.concatenate([tokens, np.zeros(atoms - used, np.int64)])
        molecule = np.concatenate([molecule, np.full(atoms - used, count - 1)])
    return Batch(
        torch.from_numpy(tokens),
        torch.from_numpy(np.stack([source[order], target[order]])),
        torch.from_numpy(kinds[order]),
        torch.from_numpy(molecule),
        count,
        graphs,
        {},
    )


def batches(graphs: GraphArrays, size: int) -> Iterator[tuple[Ints, Batch]]:
    """Yield molecules in batches of ``size``, each with its rows."""
    for rows in pieces(graphs.molecules, size):
        yield rows, make_batch(take(graphs, rows))


def padded_batches(
    graphs: GraphArrays, atoms: int, molecules: int
) -> Iterator[tuple[slice, int, Batch]]:
    """Yield molecules in batches of one fixed size, each with its rows and their number."""
    for start, stop in pack(graphs, atoms, molecules):
        some = take(graphs, np.arange(start, stop))
        yield slice(start, stop), stop - start, make_batch(some, atoms, molecules)


def pack(graphs: GraphArrays, atoms: int, molecules: int) -> Iterator[tuple[int, int]]:
    """Cut molecules, in order, into runs ``(start, stop)`` that fit a batch of fixed size.

    ``molecules`` counts the padding molecule. A molecule of more than ``atoms`` atoms is an error.
    """
    start = 0
    while start < graphs.molecules:
        room = graphs.atom_offsets[start] + atoms
        stop = int(np.searchsorted(graphs.atom_offsets, room, side="right")) - 1
        stop = min(stop, start + molecules - 1, graphs.molecules)
        if stop <= start:
            raise ValueError(f"molecule {start} has more than {atoms} atoms")
        yield start, stop
        start = stop
