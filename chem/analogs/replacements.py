"""Joins the core of a molecule with substituents of other molecules."""

from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rdkit import Chem

from chem.analogs.single_cuts import HYDROGEN, Cut, join, transformation
from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize

_ORDERS = {Chem.BondType.DOUBLE: "=", Chem.BondType.TRIPLE: "#"}
_BOUND = Chem.MolFromSmarts("[#0]~*")


class Replacement(NamedTuple):
    """A molecule with another substituent at one place."""

    mol: Standardized
    change: str
    """As in ``CO[*:1]>>Cl[*:1]``."""
    core: str


@lru_cache(maxsize=100_000)
def attachment(smiles: str) -> str:
    """Return the kind of the atom that ``[*:1]`` is bound to.

    It is the element, in small letters if the atom is aromatic. Another atom has its double and
    triple bonds; a carbon the elements beside it that are no carbon, so that no chlorine is put
    beside an oxygen; a nitrogen its neighbours with such bonds, which make it an amide.

    >>> attachment("c1ccc([*:1])cc1"), attachment("CO[*:1]"), attachment("[*:1][H]")
    ('c', 'O', 'H')
    >>> attachment("COC[*:1]")
    'C:O'
    >>> attachment("CC(=O)[*:1]"), attachment("CC(=O)N[*:1]"), attachment("CS(=O)(=O)[*:1]")
    ('C:=O', 'N:C=', 'S:=O')
    """
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    return _kind(mol.GetAtomWithIdx(mol.GetSubstructMatch(_BOUND)[1]))


def carrier(mol: Chem.Mol, cut: Cut) -> str:
    """Return :func:`attachment` of the core of one of the cuts of a molecule, without reading it.

    >>> from chem.analogs.single_cuts import single_cuts
    >>> mol = Chem.MolFromSmiles("COc1ccccc1")
    >>> [(cut.core, carrier(mol, cut)) for cut in single_cuts(mol)]
    [('c1ccc(O[*:1])cc1', 'O'), ('c1ccc([*:1])cc1', 'c')]
    """
    return _kind(mol.GetAtomWithIdx(cut.attachment), frozenset(cut.atoms))


def _kind(end: Chem.Atom, core: Container[int] | None = None) -> str:
    """Return the kind of an atom; core: the atoms that count as beside it, by default all."""
    symbol: str = end.GetSymbol()
    if end.GetIsAromatic():
        return symbol.lower()
    beside = set()
    for bond in end.GetBonds():
        other = bond.GetOtherAtom(end)
        if core is not None and other.GetIdx() not in core:
            continue
        order, element = _ORDERS.get(bond.GetBondType(), ""), other.GetSymbol()
        if order or (symbol == "C" and element not in ("C", "H", "*")):
            beside.add(order + element)
        if symbol == "N" and any(_ORDERS.get(one.GetBondType()) for one in other.GetBonds()):
            beside.add(f"{element}=")
    return ":".join([symbol, *sorted(beside)])


def replacements(
    cuts: Sequence[Cut], substituents: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[Replacement]:
    """Yield molecules with other substituents, standardized: each substituent at every place.

    A molecule may come more than once. What cannot be joined or standardized is left out.

    Args:
        cuts: The places.
        substituents: SMILES with ``[*:1]`` and the kinds of atoms that carry each
            (:func:`attachment`). Others do not get it. A hydrogen replaces every substituent.
    """
    for substituent, kinds in substituents:
        for cut in cuts:
            is_known = substituent == HYDROGEN or attachment(cut.core) in kinds
            if substituent == cut.substituent or not is_known:
                continue
            text = join(cut.core, substituent)
            made = Failure("join", "failed", "") if text is None else standardize(text, "smiles")
            if isinstance(made, Standardized):
                yield Replacement(made, transformation(cut.substituent, substituent), cut.core)
