"""Makes the batches of molecules that a network sees."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from gnn.features.array_types import Ints, pieces
from gnn.features.graph_arrays import GraphArrays, between

CPU = torch.device("cpu")


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


def make_batch(
    graphs: GraphArrays,
    atoms: int | None = None,
    molecules: int | None = None,
    device: torch.device = CPU,
) -> Batch:
    """Lay molecules out as one disjoint graph on a device, to which they are copied as bytes.

    With ``atoms`` and ``molecules`` the batch is padded to these numbers. Matrix products then
    always have one shape, so that a molecule's result is the same to the last bit whatever else is
    in its batch. Padding atoms belong to a padding molecule and have no bonds.
    """
    used = len(graphs.atoms)
    count = graphs.molecules if molecules is None else molecules
    if atoms is not None and (used > atoms or graphs.molecules >= count):
        raise ValueError(
            f"{used} atoms of {graphs.molecules} molecules do not fit {atoms}, {count}"
        )
    tokens, begin, end = (_copy(some, device) for some in (graphs.atoms, graphs.begin, graphs.end))
    bonds = torch.from_numpy(graphs.bonds.copy()).to(device).long()
    atom_offsets = torch.from_numpy(graphs.atom_offsets.copy()).to(device)
    bond_offsets = torch.from_numpy(graphs.bond_offsets.copy()).to(device)
    shift = atom_offsets[:-1].repeat_interleave(bond_offsets.diff(), output_size=len(bonds))
    source = torch.cat([begin + shift, end + shift])
    target = torch.cat([end + shift, begin + shift])
    target, order = target.sort(stable=True)
    numbers = torch.arange(graphs.molecules, device=device)
    molecule = numbers.repeat_interleave(atom_offsets.diff(), output_size=used)
    if atoms is not None:
        tokens = functional.pad(tokens, (0, atoms - used))
        molecule = functional.pad(molecule, (0, atoms - used), value=count - 1)
    edge_index = torch.stack([source[order], target])
    return Batch(tokens, edge_index, torch.cat([bonds, bonds])[order], molecule, count, graphs, {})


def _copy(numbers: npt.NDArray[np.uint16], device: torch.device) -> Tensor:
    """Copy numbers of 16 bits to a device, and widen them there to int64."""
    return torch.from_numpy(numbers.astype(np.int16)).to(device).long() & 0xFFFF


def batches(
    graphs: GraphArrays, size: int, device: torch.device = CPU
) -> Iterator[tuple[Ints, Batch]]:
    """Yield molecules in batches of ``size``, each with its rows."""
    for rows in pieces(graphs.molecules, size):
        yield rows, make_batch(between(graphs, rows[0], rows[-1] + 1), device=device)


def padded_batches(
    graphs: GraphArrays, atoms: int, molecules: int, device: torch.device = CPU
) -> Iterator[tuple[slice, int, Batch]]:
    """Yield molecules in batches of one fixed size, each with its rows and their number."""
    for start, stop in pack(graphs, atoms, molecules):
        some = between(graphs, start, stop)
        yield slice(start, stop), stop - start, make_batch(some, atoms, molecules, device)


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
