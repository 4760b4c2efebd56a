"""Computes what a library is searched by for the analogs of a hit, from graphs alone.

Four things are kept of each molecule: bits of its atom environments (for similarity and for matched
pairs), bits of its paths (for substructures), and hashes of its scaffold and of its side chains.
They are filters: what they let pass is compared with RDKit afterwards. Everything is arithmetic on
whole numbers and depends on the molecule alone.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.features.array_types import Bools, Hashes, Ints
from gnn.features.graph_arrays import GraphArrays, between
from gnn.features.substructure_keys import circular_hashes, find_paths, mix

BITS = 512
"""Bits of environments, and as many of paths."""
WORDS = BITS // 64
RADIUS = 2
"""The largest radius of an environment, in bonds, as in ECFP4."""
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_SHIFT = np.uint64(64 - BITS.bit_length() + 1)
_ROUNDS = 4
"""Bonds that a hash of a scaffold's atom looks out."""
AROMATIC, _DOUBLE = 1, 2
"""Tokens of bonds."""
_PIECE = 512
"""Molecules at once, whose arrays fit the cache of a CPU."""


class StructureIndex(NamedTuple):
    """What is kept of M molecules."""

    environments: Hashes
    """[M, 8] bits of the atom environments of radius 0 to 2."""
    paths: Hashes
    """[M, 8] bits of bonds and of paths of four atoms (:func:`path_bits`). The bits of a
    substructure are among those of the molecule."""
    scaffold: Hashes
    """[M] equal for equal Bemis-Murcko scaffolds; 0 without a ring."""
    side_chains: Hashes
    """[M] equal for equal sets of side chains; 0 if there are none."""


def index_structures(graphs: GraphArrays, elements: npt.NDArray[np.int64]) -> StructureIndex:
    """Return what is kept of molecules.

    elements: [tokens] a number of the element of each atom token; 0 if it is not known.
    """
    found = []
    for start in range(0, max(graphs.molecules, 1), _PIECE):
        piece = between(graphs, start, min(start + _PIECE, graphs.molecules))
        kinds = elements[piece.atoms].astype(np.uint64)
        scaffold, side_chains = hash_parts(piece, kinds)
        paths = path_bits(piece, kinds, _aromatic(piece))
        paths[piece.molecule[kinds == 0]] = ALL  # an unknown element may be the wanted one
        found.append((environment_bits(piece), paths, scaffold, side_chains))
    return StructureIndex(*(np.concatenate(part) for part in zip(*found, strict=True)))


def environment_bits(graphs: GraphArrays) -> Hashes:
    """Return the bits [M, 8] of all atom environments of radius 0 to ``RADIUS``."""
    hashes = circular_hashes(graphs, graphs.atoms.astype(np.uint64), RADIUS)
    return fold_bits(np.tile(graphs.molecule, RADIUS + 1), np.concatenate(hashes), graphs.molecules)


def environments_apart(graphs: GraphArrays, distance: Ints) -> Hashes:
    """Return the bits [1, 8] of the environments of one molecule that hold no atom at distance 0.

    distance: [A] bonds between each atom and the nearest one that may be another; -1 for atoms
    that are left out.
    """
    hashes = circular_hashes(graphs, graphs.atoms.astype(np.uint64), RADIUS)
    kept = [each[distance > radius] for radius, each in enumerate(hashes)]
    keys = np.concatenate(kept)
    return fold_bits(np.zeros(len(keys), np.int64), keys, 1)


def path_bits(graphs: GraphArrays, elements: Hashes, is_aromatic: Bools) -> Hashes:
    """Return the bits [M, 8] of all bonds and of all paths of four atoms.

    Atoms are told apart by their element [A] and by whether they are aromatic [A], and bonds by
    their tokens, but for those of aromatic bonds, which count as single. So the bits of a query
    that leaves open whether a bond is single or aromatic are known. Bonds of atoms of the element 0
    do not count.
    """
    kinds = elements * np.uint64(2) + is_aromatic
    graphs = graphs._replace(bonds=np.where(graphs.bonds == AROMATIC, 0, graphs.bonds))
    if not elements.all():
        graphs = _without_unknown(graphs, elements > 0)
    begin, end = graphs.ends
    both = mix(kinds, 21)
    bonds = mix((both[begin] + both[end]) ^ graphs.bonds.astype(np.uint64), 22)
    molecule, paths = find_paths(graphs, kinds)
    molecules = np.concatenate([graphs.molecule[begin], molecule])
    return fold_bits(molecules, np.concatenate([bonds, paths]), graphs.molecules)


def pattern_bits(elements: Ints, is_aromatic: Bools, begin: Ints, end: Ints, bonds: Ints) -> Hashes:
    """Return the bits [8] that every molecule with a substructure of A atoms and B bonds has.

    Args:
        elements: [A] atomic numbers; 0 where several are possible.
        is_aromatic: [A]
        begin: [B] an atom of each bond.
        end: [B] the other one.
        bonds: [B] tokens, those of aromatic bonds as of single ones.
    """
    ends = [np.array([0, len(each)]) for each in (elements, bonds)]
    kinds = elements.astype(np.uint64)
    atoms, first, second = (each.astype(np.uint16) for each in (elements, begin, end))
    graph = GraphArrays(atoms, first, second, bonds.astype(np.uint8), *ends)
    bits: Hashes = path_bits(graph, kinds, is_aromatic)[0]
    return bits


def _aromatic(graphs: GraphArrays) -> Bools:
    """Tell which atoms [A] have an aromatic bond."""
    found = np.zeros(len(graphs.atoms), dtype=bool)
    for ends in graphs.ends:
        found[ends[graphs.bonds == AROMATIC]] = True
    return found


def _without_unknown(graphs: GraphArrays, known: Bools) -> GraphArrays:
    """Return the graphs without the bonds of unknown atoms."""
    begin, end = graphs.ends
    kept = known[begin] & known[end]
    sizes = np.bincount(graphs.molecule[begin[kept]], minlength=graphs.molecules)
    return graphs._replace(
        begin=graphs.begin[kept],
        end=graphs.end[kept],
        bonds=graphs.bonds[kept],
        bond_offsets=np.concatenate([[0], np.cumsum(sizes)]),
    )


def fold_bits(molecule: Ints, keys: Hashes, molecules: int) -> Hashes:
    """Return the bits [molecules, 8] of hashed keys [K] of these molecules [K]."""
    bits = np.zeros(molecules * BITS, np.uint8)
    bits[molecule * BITS + (keys >> _SHIFT).astype(np.int64)] = 1
    return np.packbits(bits).view(np.uint64).reshape(molecules, WORDS)


def hash_parts(graphs: GraphArrays, kinds: Hashes) -> tuple[Hashes, Hashes]:
    """Return the hashes [M] of scaffolds and of side chains; ``kinds`` [A] are elements."""
    begin, end = graphs.ends
    is_scaffold = find_scaffolds(graphs)
    leaves = is_scaffold[begin] != is_scaffold[end]
    outer = np.where(is_scaffold[begin], end, begin)[leaves]
    attached = np.bincount(outer, graphs.bonds[leaves] + 1.0, minlength=len(kinds))
    marked = kinds * np.uint64(64) + attached.astype(np.uint64)
    hashes = circular_hashes(graphs, marked, _ROUNDS, ~leaves)[-1]
    parts = (np.where(part, mix(hashes, 23), np.uint64(0)) for part in (is_scaffold, ~is_scaffold))
    scaffold, side_chains = (_sum_each(part, graphs.atom_offsets) for part in parts)
    return scaffold, side_chains


def _sum_each(values: Hashes, offsets: Ints) -> Hashes:
    """Return the sum [M] of the values of each molecule's atoms; it may pass 2^64."""
    ends = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=ends[1:])
    total: Hashes = ends[offsets[1:]] - ends[offsets[:-1]]
    return total


def find_scaffolds(graphs: GraphArrays) -> Bools:
    """Tell which atoms [A] are of the Bemis-Murcko scaffold: rings, what joins them, and =X on it.

    Bemis and Murcko, J. Med. Chem. 1996, 39, 2887 (doi 10.1021/jm9602928).
    """
    all_begin, all_end = graphs.ends
    begin, end = all_begin, all_end
    while True:
        degree = np.bincount(begin, minlength=len(graphs.atoms))
        degree += np.bincount(end, minlength=len(graphs.atoms))
        kept = (degree[begin] > 1) & (degree[end] > 1)
        if kept.all():
            break
        begin, end = begin[kept], end[kept]
    inside = degree > 1
    double = graphs.bonds == _DOUBLE
    found = inside.copy()
    found[all_end[double & inside[all_begin]]] = True
    found[all_begin[double & inside[all_end]]] = True
    return found
