"""Groups atoms: each group has one Shapley value of a prediction divided among a molecule.

A group is an atom, except in two cases. Bonded atoms of opposite charge are one group, together
with any terminal atom that is the anion's twin on the cation: the way in which the charges of a
nitro group, an azide or an N-oxide are drawn is a convention, and half of a functional group is
none. If a molecule has more than ``MOST`` groups, neighbours are joined to connected pieces of
equal size.

The graph alone determines the numbers of groups, so that the same molecule with its atoms in
another order has the same groups (up to symmetry).
"""

from collections import deque
from typing import NamedTuple

import numpy as np

from gnn.features.array_types import GOLDEN, Ints, scramble
from gnn.features.graph_arrays import GraphArrays

MOST = 60
"""Most groups of a molecule: limits the work for peptides and the like."""
_ELEMENT, _CHARGE = 0, 3
_NEUTRAL = 5
"""A neutral atom in the factors' column of charges (:func:`chem.features.graphs.state_factors`)."""
_BONDS = 8


class AtomGroups(NamedTuple):
    """The atom groups of one molecule of n atoms."""

    group: Ints
    """[n] the group of each atom, from 0."""
    alike: Ints
    """[n] a number that is equal for atoms that no walk through the graph distinguishes."""
    seed: int
    """Random seed that depends on the structure alone."""

    @property
    def size(self) -> int:
        """Number of groups."""
        return int(self.group.max(initial=-1)) + 1


def find_atom_groups(graph: GraphArrays, factors: Ints) -> AtomGroups:
    """Return the atom groups of one molecule.

    Args:
        graph: A single molecule.
        factors: [tokens, 5] description of each atom token.
    """
    alike = _refine(graph, _dense(graph.atoms.astype(np.int64)))
    seed = int(scramble(alike.astype(np.uint64) * np.uint64(977) + graph.atoms + GOLDEN).sum())
    merged = _join_charges(graph, factors, _number(graph, alike))
    group = _dense(merged)
    if group.max(initial=-1) >= MOST:
        group = _pieces(graph, group)
    return AtomGroups(group, alike, seed)


def _dense(values: Ints) -> Ints:
    """Number values from 0, in their order, without gaps."""
    found: Ints = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return found


def _refine(graph: GraphArrays, colours: Ints) -> Ints:
    """Distinguish atoms by their neighbours until nothing changes (Weisfeiler and Leman 1968)."""
    source = np.concatenate([graph.begin, graph.end]).astype(np.int64)
    target = np.concatenate([graph.end, graph.begin]).astype(np.int64)
    bonds = np.concatenate([graph.bonds, graph.bonds]).astype(np.int64)
    count = int(colours.max(initial=-1)) + 1
    while True:
        heard = np.zeros(len(colours), np.uint64)
        said = scramble((colours[source] * _BONDS + bonds).astype(np.uint64) + GOLDEN)
        np.add.at(heard, target, said)
        order = np.lexsort((heard, colours))
        steps = np.diff(colours[order]).astype(bool) | (np.diff(heard[order]) != 0)
        finer = np.empty_like(colours)
        finer[order] = np.concatenate([np.zeros(min(1, len(order)), np.int64), np.cumsum(steps)])
        found = int(finer.max(initial=-1)) + 1
        if found == count:
            return colours
        colours, count = finer, found


def _number(graph: GraphArrays, alike: Ints) -> Ints:
    """Number the atoms from 0: set one of several like atoms apart, refine, and repeat."""
    colours = alike
    while colours.max(initial=-1) + 1 < len(colours):
        sizes = np.bincount(colours)
        tied = int(np.argmax(sizes > 1))
        chosen = int(np.argmax(colours == tied))
        colours = colours + (colours > tied) + (colours == tied)
        colours[chosen] = tied
        colours = _refine(graph, colours)
    return colours


def _join_charges(graph: GraphArrays, factors: Ints, numbers: Ints) -> Ints:
    """Give one number to atoms that share a pair of charges."""
    charge = np.where(graph.atoms > 0, factors[graph.atoms, _CHARGE] - _NEUTRAL, 0)
    begin, end = graph.begin.astype(np.int64), graph.end.astype(np.int64)
    pairs = np.flatnonzero(charge[begin] * charge[end] < 0)
    if not len(pairs):
        return numbers
    joined = numbers.copy()
    degree = np.bincount(np.concatenate([begin, end]), minlength=len(numbers))
    element = factors[graph.atoms, _ELEMENT]
    for bond in pairs:
        cation, anion = sorted((int(begin[bond]), int(end[bond])), key=lambda atom: -charge[atom])
        group = [cation, anion]
        if degree[anion] == 1:
            around = np.concatenate([end[begin == cation], begin[end == cation]])
            twins = (degree[around] == 1) & (element[around] == element[anion])
            group += around[twins].tolist()
        joined[np.isin(joined, joined[group])] = joined[group].min()
    return joined


def _pieces(graph: GraphArrays, group: Ints) -> Ints:
    """Join neighbouring groups to at most ``MOST`` connected pieces, as equal as possible."""
    count = int(group.max()) + 1
    around: list[list[int]] = [[] for _ in range(count)]
    for one, other in zip(group[graph.begin], group[graph.end], strict=True):
        if one != other:
            around[one].append(int(other))
            around[other].append(int(one))
    size = -(-count // MOST)
    while True:
        piece = _grow_pieces(around, size)
        if piece.max() < MOST or size >= count:
            # Unconnected parts may be more than MOST: then the last ones are one piece.
            found: Ints = np.minimum(piece, MOST - 1)[group]
            return found
        size += 1


def _grow_pieces(around: list[list[int]], size: int) -> Ints:
    """Grow connected pieces of up to ``size`` groups, one after the other."""
    piece = np.full(len(around), -1, np.int64)
    number = -1
    for first in range(len(around)):
        if piece[first] >= 0:
            continue
        number += 1
        held, waiting = 0, deque([first])
        while waiting and held < size:
            group = waiting.popleft()
            if piece[group] >= 0:
                continue
            piece[group] = number
            held += 1
            waiting.extend(sorted(n for n in around[group] if piece[n] < 0))
    return piece
