"""Where the hydrogens and charges of a conjugated system are best drawn.

Every placement that the system allows is given a cost, by rules that a chemist would give (an amide
before an imidic acid, a phenol before a quinone methide, an aromatic amine before an imine, a
charge on nitrogen before one on oxygen). The cheapest are returned. Costs hang on the system alone,
never on the form that was drawn, so every form of a compound leads to the same answer.
"""

from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from chem.drawing.conjugation import (
    ALKOXY,
    CARBON,
    NITROGEN,
    OUTER_CARBONS,
    OXYGEN,
    RING,
    WITHDRAWN,
    System,
)

MAX_PLACEMENTS = 3000
"""A system with more of them is left as it was drawn. Of 100,000 lead-like molecules none has."""
MAX_STEPS = 200_000
"""Bound of the search for double bonds in one system."""
_SEXTET, _HETERO_RING, _CHARGE = 30, 6, 60


class Placement(NamedTuple):
    """A form of a system of n atoms."""

    hydrogens: tuple[int, ...]
    """[n] of each flexible atom; 0 for the others."""
    charges: tuple[int, ...]
    """[n] likewise."""
    bonded: tuple[bool, ...]
    """[n] whether the atom takes part in a double bond of the system."""


class _Option(NamedTuple):
    bonded: bool
    hydrogens: int
    charge: int
    cost: int


class TooLargeError(Exception):
    """The system has more placements than can be looked at."""


class Best(NamedTuple):
    """The cheapest placements of a system, in a fixed order; none where it is too large."""

    placements: tuple[Placement, ...]
    """More than one where the rules see no difference, as between the nitrogens of a pyrazole."""
    cost: int
    """Of their atoms, without the rings."""
    rings: int
    """What their intact rings are worth."""


@lru_cache(maxsize=50_000)
def best_placements(system: System) -> Best:
    """Return the cheapest placements of a system.

    Where a cation can lose a proton to become a form as good, that form is it: an alkylated
    hydroxypyridinium is the salt of a pyridone.
    """
    try:
        best = _search(system)
        while system.charge > 0 and system.hydrogens and best.placements:
            system = system._replace(charge=system.charge - 1, hydrogens=system.hydrogens - 1)
            free = _search(system)
            if (
                not free.placements
                or free.cost % _CHARGE > 5
                or free.rings < best.rings - _SEXTET // 2
            ):
                break
            best = free
        return best
    except TooLargeError:
        return Best((), 0, 0)


def _search(system: System) -> Best:
    matcher, context = _Matcher(system), _Context(system)
    best: list[Placement] = []
    lowest: int | None = None
    atoms = rings = 0
    for cost, mask, options in sorted(_candidates(system, context), key=itemgetter(0, 1)):
        if lowest is not None and cost - matcher.most_worth > lowest:
            break
        if not matcher.matches(mask):
            continue
        worth = matcher.worth_of_rings(mask)
        paid = cost + _cost_of_neighbours(context, mask)
        if lowest is None or paid - worth < lowest:
            best, lowest, atoms, rings = [], paid - worth, paid, worth
        if paid - worth == lowest:
            best.append(_placement(system, mask, options))
    if len(best) > 1:
        habits = [sum(context.habit(k) for k, n in enumerate(p.hydrogens) if n) for p in best]
        best = [p for p, habit in zip(best, habits, strict=True) if habit == min(habits)]
    return Best(tuple(sorted(best)), atoms, rings)


def _placement(system: System, mask: int, options: tuple[_Option, ...]) -> Placement:
    chosen = iter(options)
    picked = [next(chosen) if can else None for can in system.flexible]
    return Placement(
        tuple(0 if one is None else one.hydrogens for one in picked),
        tuple(0 if one is None else one.charge for one in picked),
        tuple(bool(mask >> k & 1) for k in range(len(picked))),
    )


def _candidates(system: System, context: "_Context") -> list[tuple[int, int, tuple[_Option, ...]]]:
    """Return every choice of one option for each flexible atom that keeps hydrogens and charge."""
    fixed = sum(1 << k for k, can in enumerate(system.flexible) if not can)
    positions = [k for k, can in enumerate(system.flexible) if can]
    options = [context.options(k) for k in positions]
    twins = _twins(system, positions)
    # What the atoms from the k-th on can still hold, so that a hopeless choice is left early.
    most = [0] * (len(positions) + 1)
    least = [0] * (len(positions) + 1)
    for k in reversed(range(len(positions))):
        most[k] = most[k + 1] + max(one.hydrogens for one in options[k])
        least[k] = least[k + 1] + min(one.hydrogens for one in options[k])
    found: list[tuple[int, int, tuple[_Option, ...]]] = []

    def extend(
        k: int, left: int, charge: int, cost: int, mask: int, chosen: tuple[_Option, ...]
    ) -> None:
        if not least[k] <= left <= most[k]:
            return
        if k == len(positions):
            if charge == system.charge:
                found.append((cost, mask, chosen))
                if len(found) > MAX_PLACEMENTS:
                    raise TooLargeError
            return
        twin = twins[k]
        for one in options[k]:
            # Two equal atoms of one carbon (a carboxylic acid's oxygens) are told apart by
            # nothing: the first of them has the double bond.
            if twin is not None and one.bonded > chosen[twin].bonded:
                continue
            extend(
                k + 1,
                left - one.hydrogens,
                charge + one.charge,
                cost + one.cost,
                mask | one.bonded << positions[k],
                (*chosen, one),
            )

    extend(0, system.hydrogens, 0, 0, fixed, ())
    return found


def _twins(system: System, positions: list[int]) -> list[int | None]:
    """Return for each flexible atom the one before it that is equal and has the same neighbour."""
    neighbours = _neighbours(system)
    seen: dict[tuple[int, int], int] = {}
    twins: list[int | None] = []
    for k, position in enumerate(positions):
        twin = None
        if system.degrees[position] == 1 and neighbours[position]:
            key = (system.numbers[position], neighbours[position][0])
            twin = seen.get(key)
            seen[key] = k
        twins.append(twin)
    return twins


@lru_cache(maxsize=50_000)
def twins_of(system: System) -> tuple[tuple[int, int], ...]:
    """Return the pairs of positions that nothing tells apart, the one to be bonded first."""
    positions = [k for k, can in enumerate(system.flexible) if can]
    twins = _twins(system, positions)
    return tuple(
        (positions[twin], position)
        for position, twin in zip(positions, twins, strict=True)
        if twin is not None
    )


def _neighbours(system: System) -> list[list[int]]:
    neighbours: list[list[int]] = [[] for _ in system.numbers]
    for i, j in system.edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    return neighbours


class _Context:
    """What the cost of an atom's options hangs on."""

    def __init__(self, system: System):
        self.system = system
        self.neighbours = _neighbours(system)
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

    def options(self, k: int) -> list[_Option]:
        system = self.system
        number, degree = system.numbers[k], system.degrees[k]
        valence = 3 if number == NITROGEN else 2
        single, double = self._costs(k)
        options = []
        if valence >= degree:
            options.append(_Option(False, valence - degree, 0, single))
        if valence > degree:
            options.append(_Option(True, valence - degree - 1, 0, double))
        if system.charge > 0 or system.anion:
            options.append(_Option(True, valence - degree, 1, _CHARGE + self._cation(k)))
        if system.anion and valence > degree:
            # Oxygen and sulfur bear a charge best, but the nitrogen of an amide better than its
            # oxygen.
            other = self.neighbours[k][0] if self.neighbours[k] else k
            held = other not in self.aromatic and self._is_carboxyl(other)
            cost = _CHARGE + (self._anion(k) if number == NITROGEN else 8 if held else 0)
            options.append(_Option(False, valence - degree - 1, -1, cost))
        return options

    def _costs(self, k: int) -> tuple[int, int]:
        """Return the costs of an atom without a double bond, and of one with it."""
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
        """Tell a carbon with two or three heteroatoms from a ketone's."""
        carbons = sum(self.system.numbers[j] == CARBON for j in self.neighbours[k])
        return self.system.degrees[k] - carbons - self.outer_carbons[k] > 1

    def _nitrogen(self, k: int) -> tuple[int, int]:
        system = self.system
        if k in self.in_five:
            return self._in_five_ring(k), 0
        if k in self.in_six:
            return self._in_six_ring(k), 0
        others = self.neighbours[k]
        in_ring = bool(system.surroundings[k] & RING)
        if in_ring:
            if any(self._is_amidine(j, k) for j in others):
                return 0, 1 if system.surroundings[k] & WITHDRAWN else 0
            # An aminoquinone before the imine of a hydroxyquinone, an imine or cyclic oxime ether
            # before its enamine.
            if any(j in self.aromatic for j in others):
                on_benzene = any(j in self.benzene for j in others)
                return 0, 40 if on_benzene and self._is_amine(others) else 0
            return 10, 0
        if system.surroundings[k] & ALKOXY:
            return 1, 0
        if any(j in self.aromatic for j in others) and all(
            system.numbers[j] == CARBON for j in others
        ):
            if any(self._is_amidine(j, k) for j in others):
                return 0, 2
            return 0, 40 if self._is_amine(others) else 2
        if system.surroundings[k] & WITHDRAWN:
            return 1, 0
        if any(system.numbers[j] != CARBON for j in others):
            return 1, 0  # amidoximes and hydrazones: the double bond is at the nitrogen of N-O, N-N
        if system.degrees[k] == 1:
            return 0, 1
        return 0, 2

    def _is_amine(self, others: list[int]) -> bool:
        """Tell a nitrogen that has no double bond but to rings or carbonyl groups."""
        return all(j in self.aromatic or self._is_carboxyl(j) for j in others)

    def _is_amidine(self, carbon: int, nitrogen: int) -> bool:
        return carbon not in self.aromatic and any(
            j != nitrogen and self.system.numbers[j] == NITROGEN for j in self.neighbours[carbon]
        )

    def _in_five_ring(self, k: int) -> int:
        """Return the cost of a hydrogen on a nitrogen of a five-membered ring."""
        system = self.system
        cost = 0
        for ring in system.rings:
            if len(ring) != 5 or k not in ring:
                continue
            nitrogens = sum(self._element(j) == NITROGEN for j in ring)
            at = ring.index(k)
            sides = [ring[at - 1], ring[(at + 1) % 5]]
            carbons = sum(self._element(j) == CARBON for j in sides)
            cost += 2 * sum(j < 0 for j in sides)
            if nitrogens > 2 and carbons != 1:
                cost += 2  # 1H-1,2,3- and 1H-1,2,4-triazoles, 1H-tetrazoles
            if self._is_fused(ring) and not any(self._is_in_six(j) for j in sides):
                cost += 2  # 1H-indazoles
            if self._has_oxo(ring) and not any(self._bears_oxo(j) for j in sides):
                cost += 1
        return cost

    def habit(self, k: int) -> int:
        """Return how seldom the hydrogen of an azole is drawn on this nitrogen rather than another.

        It is drawn beside a carbon that bears a heteroatom or carbonyl group sooner than beside
        one that bears an amine or aryl group, and on nitrogen 9 of a purine, but 7 of a xanthine.
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
        if self._is_in_six(carbon):
            if not others:
                return 3
            return 1 if system.numbers[others[0]] == NITROGEN else 2
        if not others:
            return 0
        if system.numbers[others[0]] == NITROGEN:
            return 4
        return 1 if self._bears_oxo(others[0]) else 3

    def _element(self, k: int) -> int:
        return -k if k < 0 else self.system.numbers[k]

    def _is_fused(self, ring: tuple[int, ...]) -> bool:
        return sum(self._is_in_six(j) for j in ring) == 2

    def _is_in_six(self, k: int) -> bool:
        return k in self.in_six

    def _bears_oxo(self, k: int) -> bool:
        return k >= 0 and any(
            self._is_oxo(j) and self.system.degrees[j] == 1 for j in self.neighbours[k]
        )

    def _has_oxo(self, ring: tuple[int, ...]) -> bool:
        return any(self._bears_oxo(k) for k in ring)

    def _in_six_ring(self, k: int) -> int:
        """Return the cost of a hydrogen on a nitrogen of a six-membered ring."""
        cost = 8
        for j in self.neighbours[k]:
            for other in self.neighbours[j]:
                if other != k and self.system.degrees[other] == 1 and self._is_oxo(other):
                    cost = min(cost, 3)
        if cost == 8 and self._has_oxo_across(k):
            cost = 4
        for j in self.neighbours[k]:
            for other in self.neighbours[j]:
                if (
                    other != k
                    and self.system.numbers[other] == NITROGEN
                    and self.system.flexible[other]
                    and other not in self.aromatic
                ):
                    cost += 1
        return cost

    def _is_oxo(self, k: int) -> bool:
        return self.system.flexible[k] and self.system.numbers[k] != NITROGEN

    def _has_oxo_across(self, k: int) -> bool:
        for ring in self.system.rings:
            if len(ring) == 6 and k in ring:
                across = ring[(ring.index(k) + 3) % 6]
                if across >= 0 and any(
                    self._is_oxo(j) and self.system.degrees[j] == 1 for j in self.neighbours[across]
                ):
                    return True
        return False

    def _anion(self, k: int) -> int:
        """Return the cost of a negative charge on nitrogen: least beside a sydnonimine's ring."""
        return 4 if any(j in self.aromatic - self.benzene for j in self.neighbours[k]) else 6

    def _cation(self, k: int) -> int:
        if self.system.numbers[k] != NITROGEN:
            return 12
        # A hydrogen would have been taken off the charged atom.
        cost = 8 if self.system.degrees[k] < 3 else 0
        if k in self.in_six:
            return cost
        if k in self.in_five:
            return cost + 1
        return cost + 3


def _cost_of_neighbours(context: _Context, mask: int) -> int:
    """Return what a form costs by atoms that stand beside each other."""
    system = context.system
    neighbours = context.neighbours
    carbonyl = {
        neighbours[k][0]
        for k, can in enumerate(system.flexible)
        if can and mask >> k & 1 and system.degrees[k] == 1 and neighbours[k]
    }
    # Where both are possible, a para quinone before an ortho quinone.
    cost = sum(2 for i, j in system.edges if i in carbonyl and j in carbonyl)
    for ring in system.rings:
        if len(ring) == 5:
            # A five-membered aromatic ring has one atom that gives a pair of electrons, and one
            # more for each carbonyl group.
            giving = [k for k in ring if k < 0 or not mask >> k & 1]
            spare = len(giving) - 1 - sum(k in carbonyl for k in ring)
            cost += 6 * max(0, spare)
            hydrogens = [k for k in giving if k >= 0]
            cost += sum(2 for i in hydrogens for j in hydrogens if j in neighbours[i]) // 2
    return cost


class _Matcher:
    """Which sets of atoms can be joined in pairs by double bonds along the edges."""

    def __init__(self, system: System):
        self._around = [0] * len(system.numbers)
        for i, j in system.edges:
            self._around[i] |= 1 << j
            self._around[j] |= 1 << i
        self._known: dict[int, bool] = {0: True}
        self.rings = [
            sum(1 << k for k in ring)
            for ring in system.rings
            if len(ring) == 6 and all(k >= 0 and system.numbers[k] == CARBON for k in ring)
        ]
        self.hetero_rings = [
            sum(1 << k for k in ring)
            for ring in system.rings
            if len(ring) == 6 and all(k >= 0 for k in ring)
        ]
        self.hetero_rings = [one for one in self.hetero_rings if one not in self.rings]

        # No form is worth more: as many rings as share no atom, each of the others a little.
        apart = self._most_apart(0, 0)
        self.most_worth = _SEXTET * apart + len(self.rings) + _HETERO_RING * len(self.hetero_rings)

    def _most_apart(self, first: int, taken: int) -> int:
        most = 0
        for k in range(first, len(self.rings)):
            if not self.rings[k] & taken:
                most = max(most, 1 + self._most_apart(k + 1, taken | self.rings[k]))
        return most

    def matches(self, mask: int) -> bool:
        known = self._known.get(mask)
        if known is None:
            if len(self._known) > MAX_STEPS:
                raise TooLargeError
            known = self._known[mask] = self._try(mask)
        return known

    def _try(self, mask: int) -> bool:
        chosen, fewest = -1, 99
        rest = mask
        while rest:
            low = rest & -rest
            rest ^= low
            k = low.bit_length() - 1
            count = (self._around[k] & mask).bit_count()
            if count < fewest:
                if count == 0:
                    return False
                chosen, fewest = k, count
                if count == 1:
                    break
        mask ^= 1 << chosen
        partners = self._around[chosen] & mask
        while partners:
            low = partners & -partners
            partners ^= low
            if self.matches(mask ^ low):
                return True
        return False

    def worth_of_rings(self, mask: int) -> int:
        """Return the worth of the benzene rings that this form leaves intact."""
        intact = [ring for ring in self.rings if ring & ~mask == 0 and self.matches(mask & ~ring)]
        hetero = sum(ring & ~mask == 0 and self.matches(mask & ~ring) for ring in self.hetero_rings)
        return _SEXTET * self._most_sextets(mask, intact, 0) + len(intact) + _HETERO_RING * hetero

    def _most_sextets(self, mask: int, rings: list[int], first: int) -> int:
        most = 0
        for k in range(first, len(rings)):
            ring = rings[k]
            if ring & ~mask == 0 and self.matches(mask & ~ring):
                most = max(most, 1 + self._most_sextets(mask & ~ring, rings, k + 1))
        return most


def double_bonds(system: System, placement: Placement) -> Iterator[tuple[int, int]]:
    """Yield the pairs of positions that a placement joins by double bonds: one way of drawing it.

    Raises:
        ValueError: the placement cannot be drawn.
    """
    matcher = _Matcher(system)
    mask = sum(1 << k for k, one in enumerate(placement.bonded) if one)
    if not matcher.matches(mask):
        raise ValueError("the atoms cannot be joined in pairs")
    neighbours = _neighbours(system)
    while mask:
        k = min(
            (i for i in range(len(neighbours)) if mask >> i & 1),
            key=lambda i: (sum(mask >> j & 1 for j in neighbours[i]), i),
        )
        for j in neighbours[k]:
            rest = mask & ~(1 << k) & ~(1 << j)
            if mask >> j & 1 and matcher.matches(rest):
                yield k, j
                mask = rest
                break
