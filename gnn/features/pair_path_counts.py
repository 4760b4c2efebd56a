"""Counts hashed pairs of atoms and paths of four atoms of a batch, as tensors on any device.

Pairs and paths see distant atoms: the number of bonds between two kinds of atoms (Carhart et al.
1985, doi 10.1021/ci00046a002), and the course of chains (topological torsions; Nilakantan et al.
1987, doi 10.1021/ci00054a008).

The counts are those of :func:`gnn.features.substructure_keys.find_pairs` and ``find_paths``, which
find the same with numpy; tests compare both. Everything is a whole number, so the counts are the
same on every device and in every batch.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import FIRST, GOLDEN, SECOND
from gnn.features.batch import Batch
from gnn.features.hashed_fingerprints import SHIFT
from gnn.features.substructure_kernels import AROMATIC
from gnn.features.substructure_keys import SALT

_LOOK = 3
"""Steps between two looks at whether any atom is still to be reached."""
FURTHEST = 20
"""Most bonds between the atoms of a pair."""
_CLASSES = (16, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768)
"""Numbers of atoms to which molecules are padded while distances are computed; the last group is
padded to the largest molecule."""
_CELLS = {"cpu": 1 << 18, "cuda": 1 << 27}
"""Most cells of the matrices of distances that are computed at once; on a CPU they fit a cache."""
_WORD = 1 << 64


def _signed(number: int) -> int:
    """Return the int64 with the bits of a number of 64 bits."""
    number %= _WORD
    return number - _WORD if number >= _WORD // 2 else number


def _shifted(values: Tensor, bits: int) -> Tensor:
    """Shift bits right and fill with zeros, as for numbers without a sign."""
    return (values >> bits) & ((1 << (64 - bits)) - 1)


def mix(values: Tensor, salt: int) -> Tensor:
    """Scramble 64 bits in a different way for each salt, as the numpy code does."""
    mixed = (values + _signed(salt * SALT)) * _signed(int(GOLDEN))
    mixed = (mixed ^ _shifted(mixed, 30)) * _signed(int(FIRST))
    mixed = (mixed ^ _shifted(mixed, 27)) * _signed(int(SECOND))
    return mixed ^ _shifted(mixed, 31)


def pair_path_counts(batch: Batch, factors: Tensor, pairs: int, paths: int) -> Tensor:
    """Return float32 [G, pairs + paths], the number of pairs and paths in each column.

    ``pairs`` and ``paths`` are powers of two, or 0 to leave them out; ``factors`` int64 [tokens, 5]
    describes each atom token. Padding molecules have zeros.
    """
    kinds = _kinds(batch, factors)
    columns = pairs + paths
    counts = torch.zeros(batch.molecules * columns, device=batch.atoms.device)
    first = 0
    for size, name, find in ((pairs, "pairs", _pairs), (paths, "paths", _paths)):
        if size:
            if name not in batch.memo:  # networks with other sizes take the same keys
                batch.memo[name] = torch.stack(find(batch, kinds))
            molecule, keys = batch.memo[name]
            _add(counts, molecule, keys, columns, first, size)
        first += size
    return counts.view(batch.molecules, columns)


def _add(
    counts: Tensor, molecule: Tensor, keys: Tensor, columns: int, first: int, size: int
) -> None:
    """Add one for each key, in one of ``size`` columns from ``first`` on."""
    places = molecule * columns + first + ((keys >> SHIFT) & (size - 1))
    counts.index_add_(0, places, torch.ones(len(places), device=counts.device))


def _kinds(batch: Batch, factors: Tensor) -> Tensor:
    """Return [A], codes of element, degree, hydrogens, charge, and whether the atom is aromatic."""
    used = len(batch.graphs.atoms)  # padding atoms come after them
    known = factors[batch.atoms[:used]]
    kinds = torch.zeros(used, dtype=torch.int64, device=batch.atoms.device)
    kinds[batch.edge_index[1][batch.bonds == AROMATIC]] = 1
    for column in range(4):
        kinds = kinds * 128 + known[:, column]
    return kinds


def _pairs(batch: Batch, kinds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the molecule and the key of each pair of atoms up to ``FURTHEST`` bonds apart."""
    device = kinds.device
    hashes = mix(kinds, 6)
    between = mix(torch.arange(FURTHEST + 1, device=device), 7)
    offsets = torch.from_numpy(batch.graphs.atom_offsets.copy()).to(device)
    sizes = offsets.diff()
    source, target = batch.edge_index
    of_edge = batch.molecule[source]
    molecules, keys = [kinds[:0]], [kinds[:0]]
    largest = int(np.diff(batch.graphs.atom_offsets).max(initial=0))
    for rows, size in _by_size(sizes, largest, _CELLS[device.type]):
        slot = torch.full((batch.molecules,), -1, dtype=torch.int64, device=device)
        slot[rows] = torch.arange(len(rows), device=device)
        first = offsets[rows]
        bonded = slot[of_edge] >= 0
        at = slot[of_edge[bonded]]
        joined = torch.zeros(len(rows), size, size, device=device)
        joined[at, source[bonded] - first[at], target[bonded] - first[at]] = 1
        i, j = _corners(size, device)
        distance = _distances(joined)[:, i, j]
        row, pair = distance.nonzero(as_tuple=True)
        both = hashes[first[row] + i[pair]] + hashes[first[row] + j[pair]]
        keys.append(mix(both ^ between[distance[row, pair].long()], 8))
        molecules.append(rows[row])
    return torch.cat(molecules), torch.cat(keys)


def _by_size(sizes: Tensor, largest: int, cells: int) -> list[tuple[Tensor, int]]:
    """Return molecules with more than one atom in groups of similar size, and the size of each."""
    found: list[tuple[Tensor, int]] = []
    if largest < 2:
        return found
    low = 1
    for size in [*(one for one in _CLASSES if one < largest), largest]:
        rows = ((sizes > low) & (sizes <= size)).nonzero()[:, 0]
        for some in rows.split(max(1, cells // size**2)):
            if len(some):
                found.append((some, size))
        low = size
    return found


@lru_cache(maxsize=64)
def _corners(size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return both numbers of each pair of ``size`` atoms, the smaller one first."""
    i, j = torch.triu_indices(size, size, 1, device=device).unbind(0)
    return i, j


def _distances(joined: Tensor) -> Tensor:
    """Return int16 [g, S, S], the bonds between atoms; 0 for an atom itself, and for none or many.

    joined: [g, S, S] ones for atoms with a bond; it gets ones for each atom with itself.
    """
    size, device = joined.shape[1], joined.device
    joined.diagonal(dim1=1, dim2=2).fill_(1)
    reached, buffers = joined, [torch.empty_like(joined) for _ in range(2)]
    times, steps = joined.clone(), 1  # how often each atom was within reach
    count = -1.0
    while steps < min(FURTHEST, size - 1):
        reached = torch.bmm(reached, joined, out=buffers[steps % 2]).clamp_(max=1)
        times += reached
        steps += 1
        # On a GPU, asking whether any atom is left would stop the queue.
        if device.type == "cpu" and steps % _LOOK == 0:
            before, count = count, float(reached.sum())
            if before == count:
                break
    distance = times.neg_().add_(steps + 1)
    distance.diagonal(dim1=1, dim2=2).zero_()
    return distance.masked_fill_(distance > steps, 0).to(torch.int16)


def _paths(batch: Batch, kinds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the molecule and the key of each path of four atoms; keys have no direction."""
    device = kinds.device
    hashes, bonds = mix(kinds, 9), batch.bonds + 1
    source, target = batch.edge_index  # sorted by target: edges into an atom are together
    degree = torch.bincount(target, minlength=len(kinds))
    first = degree.cumsum(0) - degree
    middle = (source < target).nonzero()[:, 0]
    left, right = source[middle], target[middle]
    many = degree[left] * degree[right]
    at = torch.repeat_interleave(torch.arange(len(middle), device=device), many)
    number = torch.arange(len(at), device=device) - (many.cumsum(0) - many)[at]
    b, c = left[at], right[at]
    into = first[b] + number // degree[c].clamp(min=1)
    out = first[c] + number % degree[c].clamp(min=1)
    a, d = source[into], source[out]
    kept = ((a != c) & (d != b) & (a != d)).nonzero()[:, 0]
    a, b, c, d = a[kept], b[kept], c[kept], d[kept]
    before, after = mix(bonds[into[kept]], 10), mix(bonds[out[kept]], 10)
    one = mix(mix(hashes[a] ^ before, 11) + hashes[b], 12)
    other = mix(mix(hashes[d] ^ after, 11) + hashes[c], 12)
    keys = mix((one + other) ^ mix(bonds[middle[at[kept]]], 13), 14)
    return batch.molecule[b], keys
