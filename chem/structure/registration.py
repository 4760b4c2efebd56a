"""Makes registration keys, by which duplicates and lists of compounds are compared.

The key is the SMILES of one form of the compound. For nearly all compounds that is the drawing that
is scored (chem.structure.normalize.preferred): the same for every tautomer, resonance form,
protonation and order of atoms. An enol of a 1,3-dicarbonyl compound has the key of its keto form,
so that the key does not depend on which of the two forms is scored. A cation that shares its charge
with N-H or O-H has the key of its neutral form (chem.structure.normalize.lasting_charges). A ketone
drawn with a configuration that the enol does not have is another statement, with another key.
"""

import re
from functools import cache

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.structure.normalize.drawings import free_hydrogens, keep_groups
from chem.structure.normalize.lasting_charges import release_protons
from chem.structure.normalize.preferred import draw_as_preferred
from chem.structure.normalize.tautomers.tautomers import draw_preferred
from chem.structure.parents.counterions import neutral
from chem.structure.stereo.canonical import write_canonical
from chem.structure.stereo.smiles_and_smarts import pattern

_MAY_BE_ENOL = re.compile(r"[C\])\d]\(?=\[?C")
_MAY_BE_CATION = re.compile(r"\[[NnOoSsCc]\w*\+\]")
_MOST_DRAWINGS = 8
_RULES = (
    "enol\t[O,S;X2;H1:1][C:2]=[C;$(C-[#6]=[O,S,N]),$(C-C#N),$(C-[N+](=O)[O-]),$(C-S(=O)=O):3]"
    ">>[*:1]=[C:2][C:3]\n"
)
_ENOL = "[O,S;X2;H1][C]=[C]-[$([#6]=[O,S,N]),$(C#N),$(N=O),$(S=O)]"


@cache
def _ketonizer() -> rdMolStandardize.Normalizer:
    with rdBase.BlockLogs():
        parameters = rdMolStandardize.CleanupParameters()
        return rdMolStandardize.NormalizerFromData(_RULES, parameters)


def registration_key(mol: Chem.Mol, smiles: str) -> str:
    """Return the key of a standardized molecule; ``smiles`` is its canonical SMILES.

    Two records are the same compound if and only if their keys are equal. A statement of enhanced
    stereochemistry (``CC(N)O |&1:1|``) is part of it.
    """
    if _MAY_BE_CATION.search(smiles):
        with rdBase.BlockLogs():
            mol, smiles = _neutralize(mol, smiles)
    if not _MAY_BE_ENOL.search(smiles) or not mol.HasSubstructMatch(pattern(_ENOL)):
        return smiles
    with rdBase.BlockLogs():
        return write_canonical(_ketonize(mol))


def _neutralize(mol: Chem.Mol, smiles: str) -> tuple[Chem.Mol, str]:
    """Return the preferred drawing without protons that a cation can lose; the same if none."""
    released = release_protons(mol)
    if released is None:
        return mol, smiles
    for _ in range(_MOST_DRAWINGS):
        released = neutral(released)
        smiles = write_canonical(released)
        again = Chem.MolFromSmiles(smiles)
        mol = released if again is None else again
        released, _ = draw_as_preferred(mol, smiles, lambda *_: None)
        if released is mol:
            break
    return mol, write_canonical(mol)


def _ketonize(mol: Chem.Mol) -> Chem.Mol:
    """Draw every enol of a 1,3-dicarbonyl compound as a ketone."""
    mol = free_hydrogens(mol, (6, 8, 16))
    keto = Chem.Mol(mol)
    _ketonizer().normalizeInPlace(keto)
    keto = keep_groups(mol, keto)
    drawn = draw_preferred(keto, Chem.MolToSmiles(keto))
    keto = keto if drawn is None else drawn.mol
    # Read again, because RDKit's reading does not depend on how the molecule was made.
    again = Chem.MolFromSmiles(write_canonical(keto))
    return keto if again is None else again
