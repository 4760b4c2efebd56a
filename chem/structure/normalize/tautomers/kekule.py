"""Joins the atoms of a conjugated system in pairs by double bonds, and values its rings.

A set of atoms is an integer: bit k is the atom at position k of the system.
"""

from collections.abc import Iterator

from chem.structure.normalize.tautomers.atom_states import CARBON
from chem.structure.normalize.tautomers.conjugation import (
    Placement,
    System,
    TooLargeError,
    neighbours_of,
)

MAX_STEPS = 200_000
"""Most steps of the search for double bonds in one system."""
SEXTET, HETERO_RING = 30, 6
"""Worth of an intact benzene ring, and of another intact ring of six atoms."""


class Matcher:
    """The sets of atoms that can be joined in pairs by double bonds along the edges."""

    def __init__(self, system: System):
        around = self._around = [0] * len(system.numbers)
        for i, j in system.edges:
            around[i] |= 1 << j
            around[j] |= 1 << i
        self._known: dict[int, bool] = {0: True}
        carbon: list[int] = []
        hetero: list[int] = []
        for ring in system.rings:
            if len(ring) == 6 and min(ring) >= 0:
                is_carbon = all(system.numbers[k] == CARBON for k in ring)
                (carbon if is_carbon else hetero).append(sum([1 << k for k in ring]))
        self._hetero = [one for one in hetero if one not in carbon]
        self._rings, pendants = self._cut_pendants(carbon)
        self._rest = ~sum(pendants)
        """All atoms except those of the pendant rings."""
        self._pendant_worth = (SEXTET + 1) * len(pendants)
        self.most_worth = (
            # No form is worth more: the most rings that share no atom, and a little for each other.
            SEXTET * self._most_apart(0, 0)
            + len(self._rings)
            + HETERO_RING * len(self._hetero)
            + self._pendant_worth
        )

    def _cut_pendants(self, rings: list[int]) -> tuple[list[int], list[int]]:
        """Split benzene rings into those to be examined, and those that every form has.

        Only one bond leads from one of the latter to the rest. It is never a double bond, because
        that would leave five carbons, which cannot be joined in pairs.
        """
        left, pendants, taken = list(rings), [], 0
        before = -1
        while len(left) != before:
            before = len(left)
            for ring in list(left):
                outside, bits = 0, ring
                while bits:
                    low = bits & -bits
                    bits ^= low
                    outside += (self._around[low.bit_length() - 1] & ~ring & ~taken).bit_count()
                if outside == 1:
                    left.remove(ring)
                    pendants.append(ring)
                    taken |= ring
        return left, pendants

    def _most_apart(self, first: int, taken: int) -> int:
        most = 0
        for k in range(first, len(self._rings)):
            if not self._rings[k] & taken:
                most = max(most, 1 + self._most_apart(k + 1, taken | self._rings[k]))
        return most

    def matches(self, mask: int) -> bool:
        """Tell whether these atoms, which include all fixed ones, can be joined in pairs.

        Raises:
            TooLargeError: That took too many steps.
        """
        return self.joins(mask & self._rest)

    def joins(self, mask: int) -> bool:
        """Tell whether any set of atoms can be joined in pairs; see :meth:`matches`."""
        known = self._known.get(mask)
        if known is None:
            if len(self._known) > MAX_STEPS:
                raise TooLargeError
            known = self._known[mask] = self._try(mask)
        return known

    def _try(self, mask: int) -> bool:
        around = self._around
        leaves: list[int] = []
        fresh = mask
        """Atoms with perhaps one neighbour left, or none: first all, then those beside a pair."""
        while True:
            while fresh:
                low = fresh & -fresh
                fresh ^= low
                others = around[low.bit_length() - 1] & mask
                if not others & (others - 1):
                    if not others:
                        return False
                    leaves.append(low)
            while leaves and not mask & leaves[-1]:
                leaves.pop()
            if not leaves:
                return not mask or self._branch(mask)
            # An atom with one neighbour left is joined to it.
            low = leaves.pop()
            other = around[low.bit_length() - 1] & mask
            if not other:
                return False
            mask ^= low | other
            fresh = around[other.bit_length() - 1] & mask

    def _branch(self, mask: int) -> bool:
        """Try every partner of an atom that has the fewest."""
        chosen, partners = self.most_bound(mask)
        mask ^= chosen
        while partners:
            low = partners & -partners
            partners ^= low
            if self.joins(mask ^ low):
                return True
        return False

    def most_bound(self, mask: int) -> tuple[int, int]:
        """Return the first atom with the fewest possible partners, and these partners, as sets."""
        around = self._around
        chosen = partners = 0
        fewest = len(around)
        bits = mask
        while bits:
            low = bits & -bits
            bits ^= low
            others = around[low.bit_length() - 1] & mask
            count = others.bit_count()
            if count < fewest:
                chosen, partners, fewest = low, others, count
                if count == 1:
                    break
        return chosen, partners

    def worth_of_rings(self, mask: int) -> int:
        """Return the worth of the six-membered rings that this form leaves intact."""
        mask &= self._rest
        intact = [r for r in self._rings if r & ~mask == 0 and self.joins(mask & ~r)]
        hetero = 0
        for ring in self._hetero:
            if ring & ~mask == 0 and self.joins(mask & ~ring):
                hetero += HETERO_RING
        most = self._most_sextets(mask, intact)
        return self._pendant_worth + SEXTET * most + len(intact) + hetero

    def _most_sextets(self, mask: int, intact: list[int]) -> int:
        if len(intact) < 2:
            return len(intact)
        together = 0
        for ring in intact:
            if ring & together:
                break
            together |= ring
        else:
            if self.joins(mask & ~together):
                return len(intact)
        return self._choose_sextets(mask, intact, 0)

    def _choose_sextets(self, mask: int, rings: list[int], first: int) -> int:
        most = 0
        for k in range(first, len(rings)):
            ring = rings[k]
            if ring & ~mask == 0 and self.joins(mask & ~ring):
                most = max(most, 1 + self._choose_sextets(mask & ~ring, rings, k + 1))
        return most


def double_bonds(system: System, placement: Placement) -> Iterator[tuple[int, int]]:
    """Yield the pairs of positions that a placement joins by double bonds, in one drawing of it.

    Raises:
        ValueError: The placement cannot be drawn.
    """
    matcher = Matcher(system)
    mask = sum(1 << k for k, one in enumerate(placement.bonded) if one)
    if not matcher.joins(mask):
        raise ValueError("the atoms cannot be joined in pairs")
    neighbours = neighbours_of(system)
    while mask:
        low, partners = matcher.most_bound(mask)
        k = low.bit_length() - 1
        if partners & (partners - 1):
            # The first of several that leaves a partner for each of the rest.
            j = next(
                j
                for j in neighbours[k]
                if partners >> j & 1 and matcher.joins(mask & ~low & ~(1 << j))
            )
        else:
            j = partners.bit_length() - 1
        yield k, j
        mask &= ~low & ~(1 << j)
