"""Finds the best places for the hydrogens and charges of a conjugated system.

Every placement that the system allows has a cost (chem.structure.normalize.tautomers.costs), and a
worth that grows with the rings that it leaves aromatic (chem.structure.normalize.tautomers.kekule).
The best placements are returned. Cost and worth depend on the system alone, never on the form that
was drawn, so every form of a compound leads to the same answer.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from chem.structure.normalize.tautomers.conjugation import Placement, System, TooLargeError
from chem.structure.normalize.tautomers.costs import CHARGE, Costs, Option
from chem.structure.normalize.tautomers.kekule import SEXTET, Matcher

MAX_PLACEMENTS = 3000
"""A system with more placements is left as it was drawn; none of 100,000 lead-like molecules is."""
_FIRST_STEP = 5
"""Distance above the atoms' least cost within which the search looks first."""
_PER_CHARGE = 1 << 10
"""Unit of the charge in the number that counts hydrogens and charge together."""


class Best(NamedTuple):
    """The cheapest placements of a system, in a fixed order; none if it is too large."""

    placements: tuple[Placement, ...]
    """More than one if the rules see no difference, as between the nitrogens of a pyrazole."""
    cost: int
    """Cost of the placements' atoms, without the rings."""
    rings: int
    """Worth of their intact rings."""
    twins: tuple[tuple[int, int], ...]
    """Pairs of indistinguishable positions, first the one that is to be bonded first."""


class _Candidate(NamedTuple):
    """A choice of one option for each flexible atom."""

    cost: int
    """Cost of the options alone."""
    mask: int
    """A bit for each position that takes part in a double bond."""
    options: tuple[Option, ...]


@lru_cache(maxsize=50_000)
def best_placements(system: System) -> Best:
    """Return the cheapest placements of a system.

    If a cation can lose a proton and become an equally good form, that form is returned: an
    alkylated hydroxypyridinium is the salt of a pyridone.
    """
    try:
        best = _search(system)
        while system.charge > 0 and system.hydrogens and best.placements:
            system = system._replace(charge=system.charge - 1, hydrogens=system.hydrogens - 1)
            free = _search(system)
            if (
                not free.placements
                or free.cost % CHARGE > 5
                or free.rings < best.rings - SEXTET // 2
            ):
                break
            best = free
        return best
    except TooLargeError:
        return Best((), 0, 0, ())


def _search(system: System) -> Best:
    """Examine the candidates in order of cost, until no other can equal the best."""
    matcher, costs = Matcher(system), Costs(system)
    candidates = _Candidates(system, costs)
    best: list[Placement] = []
    lowest: int | None = None
    atoms = rings = 0
    looked_at, limit = -1, candidates.least + _FIRST_STEP
    while looked_at < candidates.most and (lowest is None or limit > looked_at):
        for cost, mask, options in candidates.between(looked_at, limit):
            if lowest is not None and cost - matcher.most_worth > lowest:
                break
            if not matcher.matches(mask):
                continue
            worth = matcher.worth_of_rings(mask)
            paid = cost + costs.of_neighbours(mask)
            if lowest is None or paid - worth < lowest:
                best, lowest, atoms, rings = [], paid - worth, paid, worth
            if paid - worth == lowest:
                best.append(_placement(system, mask, options))
        looked_at = limit
        limit = 2 * limit + 1 if lowest is None else lowest + matcher.most_worth
    if len(best) > 1:
        habits = [sum(costs.habit(k) for k, n in enumerate(p.hydrogens) if n) for p in best]
        best = [p for p, habit in zip(best, habits, strict=True) if habit == min(habits)]
    return Best(tuple(sorted(best)), atoms, rings, candidates.twins)


def _placement(system: System, mask: int, options: tuple[Option, ...]) -> Placement:
    chosen = iter(options)
    picked = [next(chosen) if can else None for can in system.flexible]
    return Placement(
        tuple([0 if one is None else one.hydrogens for one in picked]),
        tuple([0 if one is None else one.charge for one in picked]),
        tuple([bool(mask >> k & 1) for k in range(len(picked))]),
    )


class _Candidates:
    """The choices of one option per flexible atom that conserve hydrogens and charge.

    Raises:
        TooLargeError: There are more than ``MAX_PLACEMENTS``.
    """

    def __init__(self, system: System, costs: Costs):
        self._fixed = sum([1 << k for k, can in enumerate(system.flexible) if not can])
        self._positions = [k for k, can in enumerate(system.flexible) if can]
        self._options = [costs.options(k) for k in self._positions]
        self._twins = _twins(system, self._positions, costs.neighbours)
        self.twins = tuple(
            [
                (self._positions[twin], position)
                for twin, position in zip(self._twins, self._positions, strict=True)
                if twin is not None
            ]
        )
        """See ``Best.twins``."""
        self._target = system.hydrogens + _PER_CHARGE * system.charge
        self._rest, count = self._sum_up()
        self.most = sum([max([one.cost for one in options]) for options in self._options])
        """Highest cost of a candidate; negative if there is none."""
        self.least = self._rest[0].get(self._target, -1)
        """Lower bound of the cost of the cheapest candidate."""
        if self.least < 0:
            self.most = -1
        # Twins are counted twice here, so that few systems need a full count.
        if count > MAX_PLACEMENTS and len(self.between(-1, self.most)) > MAX_PLACEMENTS:
            raise TooLargeError

    def _sum_up(self) -> tuple[list[dict[int, int]], int]:
        """Return the least cost of the options from the k-th on, by their content, for each k.

        Returns also the number of choices of all options that have the content of the system.
        """
        rest, counts = [{0: 0}], {0: 1}
        for options in reversed(self._options):
            costs: dict[int, int] = {}
            more: dict[int, int] = {}
            for held, cost in rest[-1].items():
                for one in options:
                    total = held + one.hydrogens + _PER_CHARGE * one.charge
                    paid = cost + one.cost
                    costs[total] = min(paid, costs.get(total, paid))
                    more[total] = more.get(total, 0) + counts[held]
            rest.append(costs)
            counts = more
        rest.reverse()
        return rest, counts.get(self._target, 0)

    def between(self, above: int, limit: int) -> list[_Candidate]:
        """Return the candidates that cost more than ``above`` and at most ``limit``, by cost."""
        found: list[_Candidate] = []
        rest, twins, positions, last = (
            self._rest,
            self._twins,
            self._positions,
            len(self._positions),
        )
        chosen: list[Option] = []

        def extend(k: int, left: int, cost: int, mask: int) -> None:
            if k == last:
                if cost > above:
                    found.append(_Candidate(cost, mask, tuple(chosen)))
                    if len(found) > MAX_PLACEMENTS:
                        raise TooLargeError
                return
            twin = twins[k]
            for one in self._options[k]:
                held = left - one.hydrogens - _PER_CHARGE * one.charge
                least = rest[k + 1].get(held)
                if least is None or cost + one.cost + least > limit:
                    continue
                # Two equal atoms of one carbon (a carboxylic acid's oxygens) are
                # indistinguishable: the first of them has the double bond.
                if twin is not None and one.bonded > chosen[twin].bonded:
                    continue
                chosen.append(one)
                extend(k + 1, held, cost + one.cost, mask | one.bonded << positions[k])
                chosen.pop()

        extend(0, self._target, 0, self._fixed)
        return sorted(found, key=itemgetter(0, 1))


def _twins(
    system: System, positions: Sequence[int], neighbours: Sequence[Sequence[int]]
) -> list[int | None]:
    """Return, for each flexible atom, an earlier equal atom that has the same neighbour."""
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
