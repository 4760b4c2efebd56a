"""Makes the batches of molecules that a network sees."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Ints, pieces
from gnn.features.graph_arrays import GraphArrays, take


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
