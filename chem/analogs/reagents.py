"""Tells which reagent a compound is: what functional groups it has that react."""

from collections.abc import Iterable

from rdkit import Chem

from chem.analogs.reactions import GROUPS, Group, Reaction

NONE, ONE, UNSUITABLE = 0, 1, 2
"""No such group; exactly one; several, or one at a stereocentre, which is lost or inverted."""

Counts = dict[Group, int]
"""``NONE``, ``ONE`` or ``UNSUITABLE`` for each group."""


def count_groups(mol: Chem.Mol, groups: Iterable[Group] = GROUPS) -> Counts:
    """Return which groups a molecule has.

    >>> from chem.analogs.reactions import ACID, AMINE
    >>> found = count_groups(Chem.MolFromSmiles("OC(=O)c1ccccc1"))
    >>> found[ACID], found[AMINE]
    (1, 0)
    """
    return {group: _count(mol, group) for group in groups}


def _count(mol: Chem.Mol, group: Group) -> int:
    matches = mol.GetSubstructMatches(group.query)
    if not matches:
        return NONE
    reacting = mol.GetAtomWithIdx(matches[0][0])
    is_centre = reacting.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
    return UNSUITABLE if len(matches) > 1 or is_centre else ONE


def is_reagent(counts: Counts, reaction: Reaction, side: int) -> bool:
    """Tell whether a compound is the first or the second reagent (0, 1) of a reaction.

    It has exactly one group that reacts as that reagent, and none that reacts as the other one or
    in another way.
    """
    own, other = reaction.groups[side], reaction.groups[1 - side]
    spoiling = {other, *reaction.spoiled_by} - {own}
    return counts[own] == ONE and not any(counts[group] for group in spoiling)


def may_be_bought(mol: Chem.Mol) -> bool:
    """Tell whether a compound is taken for a building block: it has neither a charge nor a label.

    >>> may_be_bought(Chem.MolFromSmiles("[2H]OC")), may_be_bought(Chem.MolFromSmiles("OC"))
    (False, True)
    """
    is_labelled = any(atom.GetIsotope() for atom in mol.GetAtoms())
    return not is_labelled and Chem.GetFormalCharge(mol) == 0
