"""The preferred tautomer and resonance form of a molecule.

Each conjugated system (chem.conjugation) is drawn in its cheapest placement (chem.placements).
Where several are equally cheap, that one is drawn whose hydrogens and charges come first in a
ranking of the atoms that knows nothing of hydrogens, charges and double bonds, so that the choice
does not depend on the drawing. Carbons keep their hydrogens here: what moves those is in
chem.drawings.
"""

from collections.abc import Sequence

from rdkit import Chem

from chem.conjugation import CARBON, Drawn, find_systems
from chem.placements import Placement, best_placements, double_bonds, twins_of

MAX_TIES = 16


def draw_preferred(mol: Chem.Mol) -> Chem.Mol | None:
    """Return a sanitized molecule in its preferred form; None where it is drawn so already.

    The order of atoms stays. Systems with too many placements stay as they are.
    """
    systems = find_systems(mol)
    chosen: list[tuple[Drawn, Placement]] = []
    tied: list[tuple[Drawn, tuple[Placement, ...]]] = []
    for one in systems:
        best = best_placements(one.system).placements
        if len(best) > 1:
            tied.append((one, best))
        elif best and best[0] != _current(one):
            chosen.append((one, best[0]))
    if tied:
        ranks = rank_without_hydrogens(mol, systems)
        for one, best in tied:
            keys = [_order(one, placement, ranks) for placement in best]
            lowest = min(keys)
            first = [p for p, key in zip(best, keys, strict=True) if key == lowest]
            current = _current(one)
            if len(first) > 1:
                first = _smallest(mol, one, first[:MAX_TIES])
            if current not in first:
                chosen.append((one, first[0]))
    return _redraw(mol, chosen) if chosen else None


def _smallest(mol: Chem.Mol, drawn: Drawn, placements: list[Placement]) -> list[Placement]:
    """Return the placements whose molecule has the smallest SMILES."""
    texts = []
    for one in placements:
        redrawn = _redraw(mol, [(drawn, one)])
        texts.append(Chem.MolToSmiles(mol if redrawn is None else redrawn))
    lowest = min(texts)
    return [one for one, text in zip(placements, texts, strict=True) if text == lowest]


def _current(drawn: Drawn) -> Placement:
    """Return the placement that was drawn, equal atoms of one carbon in their fixed order."""
    system = drawn.system
    hydrogens, charges, bonded = [], [], []
    for state, can in zip(drawn.states, system.flexible, strict=True):
        hydrogens.append(state.hydrogens if can else 0)
        charges.append(state.charge if can else 0)
        if state.number == CARBON or not can:
            bonded.append(not (state.number == CARBON and state.charge))
        else:
            valence = (3 if state.number == 7 else 2) + state.charge
            bonded.append(valence - state.degree - state.hydrogens == 1)
    for first, second in twins_of(system):
        if bonded[second] and not bonded[first]:
            for values in (hydrogens, charges, bonded):
                values[first], values[second] = values[second], values[first]  # type: ignore[index]
    return Placement(tuple(hydrogens), tuple(charges), tuple(bonded))


def _order(drawn: Drawn, placement: Placement, ranks: Sequence[int]) -> tuple[list[int], list[int]]:
    atoms = drawn.atoms
    return (
        sorted(ranks[i] for i, one in zip(atoms, placement.charges, strict=True) if one),
        sorted(
            ranks[i]
            for i, count in zip(atoms, placement.hydrogens, strict=True)
            for _ in range(count)
        ),
    )


def rank_without_hydrogens(mol: Chem.Mol, systems: Sequence[Drawn]) -> list[int]:
    """Rank the atoms by what all forms have in common; equal atoms have equal ranks."""
    bare = Chem.RWMol(mol)
    for bond in bare.GetBonds():
        bond.SetIsAromatic(False)
        bond.SetBondType(Chem.BondType.SINGLE)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
    moving = {
        i
        for one in systems
        for i, can in zip(one.atoms, one.system.flexible, strict=True)
        if can
    }
    for atom in bare.GetAtoms():
        i = atom.GetIdx()
        hydrogens = 0 if i in moving else atom.GetTotalNumHs()
        atom.SetIsAromatic(False)
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogens)
        if i in moving:
            atom.SetFormalCharge(0)
    bare.UpdatePropertyCache(False)
    return list(Chem.CanonicalRankAtoms(bare, breakTies=False))


def _redraw(mol: Chem.Mol, chosen: Sequence[tuple[Drawn, Placement]]) -> Chem.Mol | None:
    """Return the molecule with these systems drawn so; None where RDKit cannot read that."""
    drawn = Chem.RWMol(mol)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    for one, placement in chosen:
        doubled = {
            (min(pair), max(pair)) for pair in double_bonds(one.system, placement)
        }
        for i, j in one.system.edges:
            bond = drawn.GetBondBetweenAtoms(one.atoms[i], one.atoms[j])
            order = (
                Chem.BondType.DOUBLE if (min(i, j), max(i, j)) in doubled else Chem.BondType.SINGLE
            )
            if bond.GetBondType() != order:
                bond.SetStereo(Chem.BondStereo.STEREONONE)
                bond.SetBondType(order)
        for k, i in enumerate(one.atoms):
            atom = drawn.GetAtomWithIdx(i)
            if one.system.flexible[k]:
                atom.SetFormalCharge(placement.charges[k])
                atom.SetNoImplicit(False)
                atom.SetNumExplicitHs(placement.hydrogens[k])
            elif atom.GetAtomicNum() == CARBON:
                atom.SetFormalCharge(0)
    if Chem.SanitizeMol(drawn, catchErrors=True):
        return None
    Chem.AssignStereochemistry(drawn, cleanIt=True, force=True)
    return drawn.GetMol()
