"""Takes a molecule apart by the reactions that could have made it, and couples its halves anew."""

from functools import lru_cache
from typing import NamedTuple

from rdkit import Chem, rdBase

from chem.analogs.reactions import REACTIONS, Reaction
from chem.analogs.reagents import count_groups, is_reagent
from chem.structure.valid_smiles import read_molecule

KEPT = 0.4
"""The least share of a molecule's heavy atoms in the reagent that is kept."""


class Disconnection(NamedTuple):
    """The two reagents that a molecule can be made of; one is kept, the other one replaced."""

    reaction: Reaction
    kept: str
    """SMILES of the reagent that is kept."""
    replaced: str
    """SMILES of the reagent that is replaced."""
    side: int
    """Which reagent of the reaction is replaced: 0 or 1."""


def disconnections(smiles: str) -> list[Disconnection]:
    """Return the ways to make a molecule of a part of it and another reagent.

    Each is checked: the reagents have one group that reacts, and they give the molecule again.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> [(one.reaction.name, one.kept) for one in disconnections("O=C(Nc1ccccc1)c1ccccc1")]
    [('amide coupling', 'Nc1ccccc1'), ('amide coupling', 'O=C(O)c1ccccc1')]
    """
    mol = read_molecule(smiles)
    least = KEPT * mol.GetNumHeavyAtoms()
    found: dict[tuple[str, str, str], Disconnection] = {}
    for reaction in REACTIONS:
        for reagents in sorted(reagents_of(mol, reaction)):
            for side in (0, 1):
                kept, replaced = reagents[1 - side], reagents[side]
                if heavy_atoms(kept) >= least:
                    one = Disconnection(reaction, kept, replaced, side)
                    found.setdefault((reaction.name, kept, replaced), one)  # a urea has two
    return list(found.values())


def reagents_of(mol: Chem.Mol, reaction: Reaction) -> set[tuple[str, str]]:
    """Return the pairs of reagents that give a molecule by a reaction, as SMILES."""
    found: set[tuple[str, str]] = set()
    whole = _text(mol)
    with rdBase.BlockLogs():
        for one, other in reaction.retro.RunReactants((mol,)):
            first, second = _written(one), _written(other)
            if first is None or second is None or (first, second) in found:
                continue
            if (
                _are_reagents((first, second), reaction)
                and couple(reaction, first, second) == whole
            ):
                found.add((first, second))
    return found


def couple(reaction: Reaction, first: str, second: str) -> str | None:
    """Return the SMILES of the product of two reagents; None if there is none or more than one."""
    with rdBase.BlockLogs():
        pairs = reaction.forward.RunReactants((_read(first), _read(second)))
        products = {_written(product) for (product,) in pairs}
    return products.pop() if len(products) == 1 else None


def heavy_atoms(smiles: str) -> int:
    """Return the number of heavy atoms of a reagent."""
    return int(_read(smiles).GetNumHeavyAtoms())


def _are_reagents(smiles: tuple[str, str], reaction: Reaction) -> bool:
    return all(
        is_reagent(count_groups(_read(text), reaction.every_group), reaction, side)
        for side, text in enumerate(smiles)
    )


@lru_cache(maxsize=10_000)
def _read(smiles: str) -> Chem.Mol:
    return read_molecule(smiles)


def _written(mol: Chem.Mol) -> str | None:
    """Return the SMILES of a product of RDKit; None if there is no such molecule."""
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException:
        return None
    return _text(mol)


def _text(mol: Chem.Mol) -> str:
    """Return the SMILES of a molecule, with its groups of stereocentres."""
    fields = Chem.CXSmilesFields.CX_ENHANCEDSTEREO
    return str(Chem.MolToCXSmiles(mol, Chem.SmilesWriteParams(), fields))
