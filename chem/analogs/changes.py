"""Tells what an analog has that a molecule does not have, and the other way round."""

from collections import Counter
from collections.abc import Iterable

from chem.analogs.side_chains import side_chains
from chem.analogs.single_cuts import HYDROGEN, Cut, join, single_cuts, transformation
from chem.assess.clusters import scaffold
from chem.structure.valid_smiles import read_molecule


def pair_change(cuts: Iterable[Cut], other: str) -> tuple[str, str]:
    """Return the smallest change that makes a molecule of these cuts another one, and their core.

    Two empty texts if the two are no matched pair. The change is written like ``CO[*:1]>>Cl[*:1]``.
    Raises InputError for a SMILES that RDKit cannot read.
    """
    mol = read_molecule(other)
    size = mol.GetNumAtoms()
    of_core = {cut.core: cut.substituent for cut in single_cuts(mol)}
    found = []
    for cut in cuts:
        new = of_core.get(cut.core)
        if new is None and cut.substituent != HYDROGEN and len(cut.atoms) == size:
            new = HYDROGEN if join(cut.core, HYDROGEN) == other else None
        if new is not None and new != cut.substituent:
            found.append((-len(cut.atoms), cut.core, transformation(cut.substituent, new)))
    if not found:
        return "", ""
    _, core, change = min(found)
    return change, core


def parts_change(smiles: str, other: str) -> str:
    """Return the change of the scaffold and of the side chains; ``""`` if both are equal.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> parts_change("COc1ccccc1", "COc1ccncc1Cl")
    'c1ccccc1>>c1ccncc1; side chains >>*Cl'
    """
    scaffolds = [scaffold(text) for text in (smiles, other)]
    told = [">>".join(scaffolds)] if scaffolds[0] != scaffolds[1] else []
    chains = [Counter(side_chains(text)) for text in (smiles, other)]
    if chains[0] != chains[1]:
        lost, gained = chains[0] - chains[1], chains[1] - chains[0]
        each = [".".join(sorted(some.elements())) for some in (lost, gained)]
        told.append(f"side chains {each[0]}>>{each[1]}")
    return "; ".join(told)
