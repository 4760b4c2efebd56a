"""Draws a compound in its preferred form, to which every tautomer and resonance form leads.

Most molecules leave nothing to decide. Their SMILES shows it, at the cost of a microsecond; only
the few others are examined closely.
"""

import re
from collections.abc import Callable

from rdkit import Chem

from chem.structure.normalize.drawings import settle_hydrogens
from chem.structure.normalize.keto_to_aromatic import aromatize
from chem.structure.normalize.lasting_charges import balance_charges
from chem.structure.normalize.needless_stereo import remove_needless_stereo
from chem.structure.normalize.tautomers.tautomers import draw_preferred
from chem.structure.stereo.smiles_and_smarts import pattern

Note = Callable[[str, Chem.Mol], None]

_SURELY = re.compile(r"=\[?N|N[\d%]*\(?=|\[N@|P|=S(?!\()|S=[Cc]")
"""A double bond at nitrogen, or stereochemistry there; phosphorus; thiocarbonyl groups."""
_FIXED_CHARGES = re.compile(r"\[N\+\]\(=O\)\[O-\]|O=\[N\+\]\(\[O-\]\)|\[S@*\+\]\(|\[O-\]\[S@*\+\]")
"""Nitro groups and sulfoxides."""
ANTHRACENE = 14
"""Aromatic carbons of anthracene."""
_HYDROXYL = re.compile(r"[^=][OS](?:\)|$)|^[OS][^=]")
_HETEROAROMATIC = re.compile(r"[nos]")
_ALKENE = re.compile(r"[C\])\d]\(?=\[?C|C#C")
_STEREO = re.compile(r"[/\\]|\[N@")
_PHENOL = "[O,S;X2;H1]-c"
"""A simpler part of the next pattern, quick to rule out."""
_HETEROARYL_HYDROXYL = "[O,S;X2;H1]-[$(c:[n,o,s]),$(c:c:n),$(c:c:c:n)]"
_ENOL = "[N,O,S;!H0]-C=,#C"
"""An enol, enamine or ynol."""
_ENONE = "[O,S]=[C;R]-[C;R]=C"
_MALONYL = "[C;X4;!H0](-[#6]=O)-[#6]=O"
"""A simpler part of the next pattern."""
_BETWEEN = "[C;X4;!H0](-[$([#6](=O)[#6,$([N;R])]),$([C;H1]=O)])-[#6]=O"
"""A saturated carbon between a ketone or aldehyde and another carbonyl group."""
_ANTHROL = "[O;X2;H1]-c1c2ccccc2[cH]c2ccccc12"


def _may_be_azole(smiles: str) -> bool:
    """Tell whether a SMILES may hold an azole or lactam with a second aromatic nitrogen."""
    return "[nH]" in smiles and smiles.count("n") > 1


def _may_be_odd(mol: Chem.Mol, smiles: str) -> bool:
    """Tell whether anything but the place of a hydrogen in an azole may have to be decided."""
    if _SURELY.search(smiles):
        return True
    if "+" in smiles and "+" in _FIXED_CHARGES.sub("", smiles):
        return True
    has = mol.HasSubstructMatch
    if _ALKENE.search(smiles) and (has(pattern(_ENOL)) or has(pattern(_ENONE))):
        return True
    may_be = _HETEROAROMATIC.search(smiles) and _HYDROXYL.search(smiles)
    if may_be and has(pattern(_PHENOL)) and has(pattern(_HETEROARYL_HYDROXYL)):
        return True
    if smiles.count("c") >= ANTHRACENE and _HYDROXYL.search(smiles) and has(pattern(_ANTHROL)):
        return True
    carbonyls = smiles.count("=O") + smiles.startswith("O=")
    return carbonyls > 1 and bool(has(pattern(_MALONYL)) and has(pattern(_BETWEEN)))


def draw_as_preferred(mol: Chem.Mol, smiles: str, note: Note) -> tuple[Chem.Mol, bool]:
    """Return the preferred drawing of a sanitized, neutralized molecule of one fragment.

    Returns the very same molecule if it is drawn so already, which costs microseconds if nothing
    can move; and whether another call may find more.
    ``smiles`` is its canonical SMILES. ``note`` receives ``tautomer`` (a hydrogen has moved, or a
    geometry that moving hydrogens destroy was dropped), ``resonance`` (only charges and double
    bonds have moved) and ``neutralized`` (an inner salt was given its neutral form).
    """
    if not _may_be_odd(mol, smiles):
        return (_draw_systems(mol, smiles, note) if _may_be_azole(smiles) else mol), False
    before = mol
    if "+" in smiles:
        balanced = balance_charges(mol)
        if balanced is not None:
            mol = balanced
            note("neutralized", mol)
    mol = _draw_systems(mol, smiles, note)
    settled = settle_hydrogens(mol)
    if settled is not mol and _differ(settled, mol):
        note("tautomer", settled)
        mol = _draw_systems(settled, smiles, note)
    aromatic = aromatize(mol)
    if aromatic is not None:
        note("tautomer", aromatic)
        mol = _draw_systems(aromatic, smiles, note)
    if _STEREO.search(smiles):
        plain = remove_needless_stereo(mol)
        if plain is not None:
            mol = plain
            note("tautomer", mol)
    return mol, mol is not before


def _differ(mol: Chem.Mol, other: Chem.Mol) -> bool:
    """Compare two drawings with the same order of atoms: SMILES in that order is quick to write."""
    if Chem.MolToSmiles(mol, canonical=False) == Chem.MolToSmiles(other, canonical=False):
        return False
    return str(Chem.MolToSmiles(mol)) != str(Chem.MolToSmiles(other))


def _draw_systems(mol: Chem.Mol, smiles: str, note: Note) -> Chem.Mol:
    drawn = draw_preferred(mol, smiles)
    if drawn is None:
        return mol
    note(drawn.word, drawn.mol)
    return drawn.mol
