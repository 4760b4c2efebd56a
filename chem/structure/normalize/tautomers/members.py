"""Which atoms of a molecule a conjugated system can hold, and whether anything in it can move."""

from rdkit import Chem

from chem.structure.normalize.tautomers.atom_states import (
    CARBON,
    NITROGEN,
    NO_MEMBER,
    OXYGEN,
    SPREADS,
    AtomState,
)


def classify(
    mol: Chem.Mol, states: list[AtomState], special: list[int], neighbours: list[list[int]]
) -> tuple[set[int], set[int]]:
    """Return the atoms whose form is fixed, and those that no system may hold.

    Closed are triple and cumulated bonds, nitro groups, and what is doubly bound to an atom that
    is in no system (sulfur of a sulfonamide, phosphorus). Only ``special`` atoms have to be
    looked at.
    """
    fixed: set[int] = set()
    closed: set[int] = set()
    for i in special:
        state = states[i]
        left = state.left
        if state.number == CARBON and 0 <= left < 2:
            continue
        if left == NO_MEMBER:
            if state.number in SPREADS:
                _close_double_bonds(mol, i, closed)
        elif left < 0:
            closed.add(i)
            _close_double_bonds(mol, i, closed)
        elif left >= 2:
            closed.add(i)
            others = neighbours[i]
            if all(states[j].left < 2 for j in others):
                closed.update(j for j in others if states[j].left == 1)
        elif state.number == NITROGEN and state.charge == 1:
            anions = [j for j in neighbours[i] if states[j].charge == -1]
            if anions:
                closed.update(anions)
                oxo = [
                    j for j in neighbours[i] if states[j].number == OXYGEN and states[j].left == 1
                ]
                if oxo:
                    closed.update((i, *oxo))
                fixed.add(i)
        elif state.number in SPREADS and state.degree == 2 and left == 0:
            _close_double_bonds(mol, i, closed)
    return fixed - closed, closed


def _close_double_bonds(mol: Chem.Mol, atom: int, closed: set[int]) -> None:
    for bond in mol.GetAtomWithIdx(atom).GetBonds():
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            closed.add(bond.GetOtherAtomIdx(atom))


def find_members(
    states: list[AtomState],
    fixed: set[int],
    closed: set[int],
    charged: bool,
    neighbours: list[list[int]],
) -> set[int]:
    """Return the atoms that a system can hold, be the molecule neutral or not."""
    members = set()
    for i, state in enumerate(states):
        left = state.left
        if left < 0 or left > 1 or i in closed:
            if i in fixed:
                members.add(i)
        elif left == 1 or i in fixed:
            members.add(i)
        else:
            if state.number == CARBON:
                if state.charge == 1:
                    members.add(i)
            elif state.charge == 0:
                # An atom without a hydrogen can only take part as a cation.
                if state.hydrogens or (charged and state.degree > 1):
                    members.add(i)
            elif state.charge == -1 and all(states[j].number <= NITROGEN for j in neighbours[i]):
                members.add(i)
    return members


def moves(atoms: list[int], states: list[AtomState], fixed: set[int]) -> bool:
    """Tell whether there is a hydrogen or a charge to move, and a place to move it to."""
    donor = acceptor = False
    for i in atoms:
        state = states[i]
        if state.number == CARBON:
            if state.charge:
                return True
        elif i not in fixed:
            if state.charge:
                return True
            if state.left == 1:
                acceptor = True
            elif state.hydrogens:
                donor = True
    return donor and acceptor


def is_settled(
    atoms: list[int], states: list[AtomState], neighbours: list[list[int]], inside: set[int]
) -> bool:
    """Tell a form that no other can beat: amides, lactams, amines beside ring nitrogens.

    All hydrogens are on nitrogen. Double bonds are at carbonyl groups, which are not in a
    carbocycle, and at ring nitrogens, beside which no ring nitrogen has a hydrogen.
    """
    ring_donor = ring_acceptor = False
    for i in atoms:
        number = states[i].number
        if number == CARBON:
            continue
        left = states[i].left
        if number == NITROGEN:
            if left:
                if i not in inside:
                    return False
                ring_acceptor = True
            elif i in inside:
                ring_donor = True
        elif left:
            (carbon,) = neighbours[i]
            if states[carbon].number != CARBON:
                return False
            if carbon in inside and all(
                j == i or states[j].number == CARBON for j in neighbours[carbon]
            ):
                return False
        else:
            return False
    return not (ring_donor and ring_acceptor)
