"""Assigns costs to the forms of a conjugated system, by the rules that a chemist would give.

An amide costs less than an imidic acid, a phenol less than a quinone methide, an aromatic amine
less than an imine, a charge on nitrogen less than one on oxygen. Costs depend on the system alone,
never on the form that was drawn.
"""

from typing import NamedTuple

from chem.structure.normalize.tautomers.atom_states import CARBON, NITROGEN, OXYGEN
from chem.structure.normalize.tautomers.conjugation import (
    ALKOXY,
    OUTER_CARBONS,
    RING,
    WITHDRAWN,
    System,
    neighbours_of,
)

CHARGE = 60
"""More than all other differences between two forms together: no needless charge separation."""


class Option(NamedTuple):
    """One of the states that a flexible atom can have."""

    bonded: bool
    """True if it takes part in a double bond of the system."""
    hydrogens: int
    charge: int
    cost: int


class Costs:
    """Facts of a system on which the costs of its atoms' options depend."""

    def __init__(self, system: System):
        self.system = system
        self.neighbours = neighbours_of(system)
        self.outer_carbons = [bits >> OUTER_CARBONS for bits in system.surroundings]
        self.six = [set(one) for one in system.rings if len(one) == 6]
        self.five = [set(one) for one in system.rings if len(one) == 5]
        self.in_six: set[int] = set().union(*self.six)
        self.in_five: set[int] = set().union(*self.five)
        self.aromatic = {k for ring in system.rings for k in ring if k >= 0}
        self.benzene = {
            k
            for ring in system.rings
            if len(ring) == 6 and all(i >= 0 and system.numbers[i] == CARBON for i in ring)
            for k in ring
        }
        self._rings_of_five = [one for one in system.rings if len(one) == 5]
        self._ends = [
            k
            for k, can in enumerate(system.flexible)
            if can and system.degrees[k] == 1 and self.neighbours[k]
        ]
        self._oxo = {self.neighbours[k][0] for k in self._ends if system.numbers[k] != NITROGEN}
        """Atoms beside a terminal oxygen, sulfur or similar atom that can be doubly bonded."""

    def options(self, k: int) -> list[Option]:
        """Return the states that the flexible atom at position k can have."""
        system = self.system
        number, degree = system.numbers[k], system.degrees[k]
        valence = 3 if number == NITROGEN else 2
        single, double = self._costs(k)
        options = []
        if valence >= degree:
            options.append(Option(False, valence - degree, 0, single))
        if valence > degree:
            options.append(Option(True, valence - degree - 1, 0, double))
        if system.charge > 0 or system.anion:
            options.append(Option(True, valence - degree, 1, CHARGE + self._cation(k)))
        if system.anion and valence > degree:
            # Oxygen and sulfur hold a negative charge best, except that an amide's nitrogen holds
            # it better than its oxygen.
            other = self.neighbours[k][0] if self.neighbours[k] else k
            held = other not in self.aromatic and self._is_carboxyl(other)
            cost = CHARGE + (self._anion(k) if number == NITROGEN else 8 if held else 0)
            options.append(Option(False, valence - degree - 1, -1, cost))
        return options

    def _costs(self, k: int) -> tuple[int, int]:
        """Return the costs of an atom without a double bond and with one."""
        if self.system.numbers[k] == NITROGEN:
            return self._nitrogen(k)
        others = self.neighbours[k]
        if self.system.degrees[k] != 1 or not others:
            return 0, 0
        other = others[0]
        if self.system.numbers[other] != CARBON:
            return 0, 5
        if other in self.benzene:
            return 0, 3
        if self.system.numbers[k] != OXYGEN:
            return 14, 0
        if self._is_carboxyl(other):
            return 22, 0
        if any(other in ring and min(ring) < 0 for ring in self.six):
            return 16, 0  # the enol of a pyrone is in the ring
        return (19 if any(j in self.benzene for j in self.neighbours[other]) else 18), 0

    def _is_carboxyl(self, k: int) -> bool:
        """Tell a carbon with two or three heteroatoms from that of a ketone."""
        carbons = sum(self.system.numbers[j] == CARBON for j in self.neighbours[k])
        return self.system.degrees[k] - carbons - self.outer_carbons[k] > 1

    def _nitrogen(self, k: int) -> tuple[int, int]:
        system = self.system
        if k in self.in_five:
            return self._in_five_ring(k), 0
        if k in self.in_six:
            return self._in_six_ring(k), 0
        in_ring = system.surroundings[k] & RING
        return self._in_other_ring(k) if in_ring else self._in_chain(k)

    def _in_other_ring(self, k: int) -> tuple[int, int]:
        """Return both costs of a nitrogen in a ring that cannot be aromatic."""
        others = self.neighbours[k]
        if any(self._is_amidine(j, k) for j in others):
            return 0, 1 if self.system.surroundings[k] & WITHDRAWN else 0
        # Prefer an aminoquinone to the imine of a hydroxyquinone, and an imine or cyclic oxime
        # ether to its enamine.
        if any(j in self.aromatic for j in others):
            on_benzene = any(j in self.benzene for j in others)
            return 0, 40 if on_benzene and self._is_amine(others) else 0
        return 10, 0

    def _in_chain(self, k: int) -> tuple[int, int]:
        """Return both costs of a nitrogen in no ring."""
        system, others = self.system, self.neighbours[k]
        if system.surroundings[k] & ALKOXY:
            return 1, 0
        beside_carbon = all(system.numbers[j] == CARBON for j in others)
        if beside_carbon and any(j in self.aromatic for j in others):
            if any(self._is_amidine(j, k) for j in others):
                return 0, 2
            return 0, 40 if self._is_amine(others) else 2
        # Amidoximes and hydrazones: the double bond is at the nitrogen of N-O, N-N.
        if system.surroundings[k] & WITHDRAWN or not beside_carbon:
            return 1, 0
        return 0, 1 if system.degrees[k] == 1 else 2

    def _is_amine(self, others: list[int]) -> bool:
        """Recognize a nitrogen whose neighbours are all in aromatic rings or carboxyl groups."""
        return all(j in self.aromatic or self._is_carboxyl(j) for j in others)

    def _is_amidine(self, carbon: int, nitrogen: int) -> bool:
        return carbon not in self.aromatic and any(
            j != nitrogen and self.system.numbers[j] == NITROGEN for j in self.neighbours[carbon]
        )

    def _in_five_ring(self, k: int) -> int:
        """Return the cost of a hydrogen on a nitrogen of a five-membered ring."""
        numbers = self.system.numbers
        cost = 0
        for ring in self._rings_of_five:
            if k not in ring:
                continue
            at = ring.index(k)
            before, after = ring[at - 1], ring[(at + 1) % 5]
            cost += 2 * ((before < 0) + (after < 0))
            elements = [numbers[j] if j >= 0 else -j for j in ring]
            if elements.count(NITROGEN) > 2:
                carbons = (elements[at - 1] == CARBON) + (elements[(at + 1) % 5] == CARBON)
                if carbons != 1:
                    cost += 2  # 1H-1,2,3- and 1H-1,2,4-triazoles, 1H-tetrazoles
            in_six = self.in_six
            if before not in in_six and after not in in_six and self._is_fused(ring):
                cost += 2  # 1H-indazoles
            oxo = self._oxo
            if oxo and before not in oxo and after not in oxo and not oxo.isdisjoint(ring):
                cost += 1
        return cost

    def habit(self, k: int) -> int:
        """Return how rarely the hydrogen of an azole is drawn on this nitrogen.

        It is drawn beside a carbon that bears a heteroatom or carbonyl group rather than beside one
        that bears an amine or aryl group, and on nitrogen 9 of a purine, but 7 of a xanthine.
        """
        if self.system.numbers[k] != NITROGEN or k not in self.in_five:
            return 0
        return sum(
            self._habit_beside(j, k)
            for j in self.neighbours[k]
            if self.system.numbers[j] == CARBON and any({j, k} <= ring for ring in self.five)
        )

    def _habit_beside(self, carbon: int, nitrogen: int) -> int:
        system = self.system
        if system.degrees[carbon] < 3 or self.outer_carbons[carbon]:
            return 2
        ring = next(one for one in self.five if {carbon, nitrogen} <= one)
        others = [j for j in self.neighbours[carbon] if j not in ring]
        if carbon in self.in_six:
            if not others:
                return 3
            return 1 if system.numbers[others[0]] == NITROGEN else 2
        if not others:
            return 0
        if system.numbers[others[0]] == NITROGEN:
            return 4
        return 1 if others[0] in self._oxo else 3

    def _is_fused(self, ring: tuple[int, ...]) -> bool:
        return sum([j in self.in_six for j in ring]) == 2

    def _in_six_ring(self, k: int) -> int:
        """Return the cost of a hydrogen on a nitrogen of a six-membered ring."""
        system, oxo = self.system, self._oxo
        beside = self.neighbours[k]
        cost = 8
        if oxo:
            if not oxo.isdisjoint(beside):
                cost = 3
            elif self._has_oxo_across(k):
                cost = 4
        for j in beside:
            for other in self.neighbours[j]:
                if (
                    other != k
                    and system.numbers[other] == NITROGEN
                    and system.flexible[other]
                    and other not in self.aromatic
                ):
                    cost += 1
        return cost

    def _has_oxo_across(self, k: int) -> bool:
        return any(
            ring[(ring.index(k) + 3) % 6] in self._oxo
            for ring in self.system.rings
            if len(ring) == 6 and k in ring
        )

    def _anion(self, k: int) -> int:
        """Return the cost of a negative charge on nitrogen: least beside a sydnonimine's ring."""
        return 4 if any(j in self.aromatic - self.benzene for j in self.neighbours[k]) else 6

    def _cation(self, k: int) -> int:
        if self.system.numbers[k] != NITROGEN:
            return 12
        # A charged atom with a hydrogen would have lost it.
        cost = 8 if self.system.degrees[k] < 3 else 0
        if k in self.in_six:
            return cost
        if k in self.in_five:
            return cost + 1
        return cost + 3

    def of_neighbours(self, mask: int) -> int:
        """Return the part of a form's cost that comes from atoms beside each other.

        ``mask`` has a bit for each position that takes part in a double bond.
        """
        neighbours = self.neighbours
        carbonyl = {neighbours[k][0] for k in self._ends if mask >> k & 1}
        cost = 0
        if len(carbonyl) > 1:
            # If both are possible, prefer a para quinone to an ortho quinone.
            cost = sum([2 for i, j in self.system.edges if i in carbonyl and j in carbonyl])
        for ring in self._rings_of_five:
            # A five-membered aromatic ring has one atom that gives a pair of electrons, and one
            # more for each carbonyl group.
            giving = [k for k in ring if k < 0 or not mask >> k & 1]
            if len(giving) > 1:
                spare = len(giving) - 1 - sum([k in carbonyl for k in ring])
                cost += 6 * max(0, spare)
                hydrogens = [k for k in giving if k >= 0]
                cost += sum([i in neighbours[j] for i in hydrogens for j in hydrogens])
        return cost
