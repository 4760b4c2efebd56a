"""Compounds that are the same but for stereochemistry or isotope labels.

They have keys of their own and stay apart everywhere. The models read no stereochemistry, so
stereoisomers get equal predictions, and a list may hold several of them; a compound and its
labelled form are one question to an assay, so a list holds one of the two.
"""

from collections.abc import Sequence

from chem.structure.variants import without_isotopes, without_stereo

SAME_BUT_ISOTOPES = "same_but_isotopes"
"""What passes over a compound that is the same as a hit before it but for isotope labels."""


def variants(smiles: Sequence[str]) -> list[str]:
    """Return, for each hit, the first one before it that differs in stereochemistry or labels.

    smiles: of the hits in rank order, standardized. The text is empty for most, and otherwise the
    rank of that hit, from 1, and what differs.

    >>> variants(["C[C@H](N)O", "CCO", "C[C@@H](N)O"])
    ['', '', '1 (stereochemistry)']
    """
    firsts: dict[str, int] = {}
    told = []
    for at, text in enumerate(smiles):
        plain = without_isotopes(text)
        first = firsts.setdefault(without_stereo(plain), at)
        own = smiles[first]
        told.append("" if own == text else f"{first + 1} ({_difference(own, text)})")
    return told


def _difference(one: str, other: str) -> str:
    if without_isotopes(one) == without_isotopes(other):
        return "isotopes"
    if without_stereo(one) == without_stereo(other):
        return "stereochemistry"
    return "stereochemistry and isotopes"
