"""Why two records are one compound: what differs between them as they came."""

from collections.abc import Collection

from rdkit import Chem, rdBase

from chem.structure.composition import heavy_composition

SAME_STRUCTURE = "same structure"
OTHER_SALT = "other salt"
OTHER_DRAWING = "other drawing"
EQUALITIES: dict[str, str] = {
    SAME_STRUCTURE: "the same molecule, perhaps spelt otherwise",
    OTHER_SALT: "another salt, solvate or free form of it",
    OTHER_DRAWING: "another drawing of it: a tautomer, protonated or not, groups written otherwise",
}
"""Word to meaning."""
_SALTED = {"stripped_fragments", "disconnected_metal"}
"""Changes of a record that held more than its compound. Two mirror images that make a racemate,
and the same compound twice, are drawings: nothing else was in the record."""


def why_equal(
    one: str, changes: Collection[str], other: str, other_changes: Collection[str]
) -> str:
    """Return a word of ``EQUALITIES`` for two records with equal registration keys.

    one, other: their SMILES as they came, ``""`` where a molblock came in. changes, other_changes:
    what standardization did to each. The word is ``""`` where these do not tell.

    >>> why_equal("CCN", (), "CCN.Cl", ("stripped_fragments",))
    'other salt'
    """
    if (one and one == other) or not (changes or other_changes):
        return SAME_STRUCTURE
    salted = _SALTED & {*changes, *other_changes}
    if one and other:
        if salted and heavy_composition(one) != heavy_composition(other):
            return OTHER_SALT
        return SAME_STRUCTURE if _canonical(one) == _canonical(other) else OTHER_DRAWING
    if _SALTED & set(changes) != _SALTED & set(other_changes):
        return OTHER_SALT
    return "" if set(changes) == set(other_changes) else OTHER_DRAWING


def _canonical(smiles: str) -> str:
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        return smiles if mol is None else str(Chem.MolToCXSmiles(mol))
