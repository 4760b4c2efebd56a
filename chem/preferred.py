"""The one drawing of a compound that is judged: every tautomer and resonance form leads to it.

Most molecules have nothing to decide. Their SMILES tells so, which costs a microsecond; the few
that may have something are looked at closely.
"""

import re
from collections.abc import Callable
from functools import cache

from rdkit import Chem

from chem.aromatize import aromatize
from chem.drawings import settle_hydrogens
from chem.inner_salts import balance_charges
from chem.needless_stereo import remove_needless_stereo
from chem.tautomers import draw_preferred

Note = Callable[[str, Chem.Mol], None]

_SURELY = re.compile(r"=\[?N|N[\d%]*\(?=|\[N@")
"""A double bond at nitrogen, or stereochemistry there."""
_AZOLE = re.compile(r"\[nH\].*n|n.*\[nH\]")
"""An azole or lactam with a second aromatic nitrogen."""
_FIXED_CHARGES = re.compile(r"\[N\+\]\(=O\)\[O-\]|O=\[N\+\]\(\[O-\]\)|\[S@*\+\]\(|\[O-\]\[S@*\+\]")
"""Nitro groups and sulfoxides."""
_HYDROXYL = re.compile(r"[^=][OS](?:\)|$)|^[OS][^=]")
_HETEROAROMATIC = re.compile(r"[nos]")
_ALKENE_OR_ALKYNE = re.compile(r"[C\])\d]\(?=\[?C|#")
_MOBILE = (
    "[$([O,S;X2;H1]-[$([#6]=,#[#6,#16]),$(c:[n,o,s]),$(c:c:n),$(c:c:c:n)]),"
    "$([N;X3;!H0]-C=C),$([O,S]=[C;R]-[C;R]=C),$([O,S;X2;H1]C#*)]"
)
_STEREO = re.compile(r"[/\\]|\[N@")


@cache
def _mobile() -> Chem.Mol:
    return Chem.MolFromSmarts(_MOBILE)


@cache
def _between_carbonyls() -> Chem.Mol:
    return Chem.MolFromSmarts("O=[#6;R]-[C;R;X4;!H0]-[#6;R]=O")


def may_be_redrawn(mol: Chem.Mol, smiles: str) -> bool:
    """Tell whether a molecule may have another preferred drawing than its canonical SMILES.

    False is certain. Of lead-like molecules a tenth may have one, and a fortieth has.
    """
    return bool(_AZOLE.search(smiles)) or _may_be_odd(mol, smiles)


def _may_be_odd(mol: Chem.Mol, smiles: str) -> bool:
    """Tell the same of all that is more than the place of a hydrogen in an azole."""
    if _SURELY.search(smiles):
        return True
    if "+" in smiles and "+" in _FIXED_CHARGES.sub("", smiles):
        return True
    if (
        _ALKENE_OR_ALKYNE.search(smiles)
        or (_HYDROXYL.search(smiles) and _HETEROAROMATIC.search(smiles))
    ) and mol.HasSubstructMatch(_mobile()):
        return True
    carbonyls = smiles.count("=O") + smiles.startswith("O=")
    return carbonyls > 1 and bool(mol.HasSubstructMatch(_between_carbonyls()))


def draw_as_preferred(mol: Chem.Mol, smiles: str, note: Note) -> Chem.Mol:
    """Return the preferred drawing of a sanitized, neutralized molecule of one fragment.

    The very molecule where it is drawn so already; ``smiles`` is its canonical SMILES. ``note``
    hears of ``tautomer`` (a hydrogen has moved, or a geometry that moving hydrogens destroy was
    dropped), ``resonance`` (only charges and double bonds have) and ``neutralized`` (an inner salt
    was given its neutral form).
    """
    if not _may_be_odd(mol, smiles):
        return _draw_systems(mol, note)
    if "+" in smiles:
        balanced = balance_charges(mol)
        if balanced is not None:
            mol = balanced
            note("neutralized", mol)
    mol = _draw_systems(mol, note)
    settled = settle_hydrogens(mol)
    if settled is not mol and Chem.MolToSmiles(settled) != Chem.MolToSmiles(mol):
        note("tautomer", settled)
        mol = _draw_systems(settled, note)
    aromatic = aromatize(mol)
    if aromatic is not None:
        note("tautomer", aromatic)
        mol = _draw_systems(aromatic, note)
    if _STEREO.search(smiles):
        plain = remove_needless_stereo(mol)
        if plain is not None:
            mol = plain
            note("tautomer", mol)
    return mol


def _draw_systems(mol: Chem.Mol, note: Note) -> Chem.Mol:
    drawn = draw_preferred(mol)
    if drawn is None:
        return mol
    note("tautomer" if _hydrogens(drawn) != _hydrogens(mol) else "resonance", drawn)
    return drawn


def _hydrogens(mol: Chem.Mol) -> list[int]:
    return [atom.GetTotalNumHs() for atom in mol.GetAtoms()]
