"""Which fragment of a salt or mixture is the compound: its parent.

The parent is the organic fragment with the most heavy atoms, unless that is a known counterion and
another organic fragment is not: olanzapine pamoate is olanzapine, though pamoic acid is larger.
Hydrogens do not count (with them, meglumine would outweigh iothalamate and tafamidis).
"""

from functools import cache
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize

COUNTERIONS = {
    "acetic acid": "CC(=O)O",
    "adipic acid": "O=C(O)CCCCC(=O)O",
    "arginine": "N=C(N)NCCCC(N)C(=O)O",
    "aspartic acid": "NC(CC(=O)O)C(=O)O",
    "benzathine": "c1ccc(CNCCNCc2ccccc2)cc1",
    "benzenesulfonic acid": "O=S(=O)(O)c1ccccc1",
    "benzoic acid": "O=C(O)c1ccccc1",
    "camphorsulfonic acid": "CC1(C)C2CCC1(CS(=O)(=O)O)C(=O)C2",
    "citric acid": "O=C(O)CC(O)(C(=O)O)CC(=O)O",
    "cyclamic acid": "O=S(=O)(O)NC1CCCCC1",
    "dicyclohexylamine": "C1CCC(NC2CCCCC2)CC1",
    "diethanolamine": "OCCNCCO",
    "diethylamine": "CCNCC",
    "ethanedisulfonic acid": "O=S(=O)(O)CCS(=O)(=O)O",
    "ethanesulfonic acid": "CCS(=O)(=O)O",
    "ethylenediamine": "NCCN",
    "formic acid": "O=CO",
    "fumaric or maleic acid": "O=C(O)C=CC(=O)O",
    "gentisic acid": "O=C(O)c1cc(O)ccc1O",
    "gluconic acid": "O=C(O)C(O)C(O)C(O)C(O)CO",
    "glucuronic acid": "O=C(O)C1OC(O)C(O)C(O)C1O",
    "glutamic acid": "NC(CCC(=O)O)C(=O)O",
    "glycolic acid": "O=C(O)CO",
    "hippuric acid": "O=C(O)CNC(=O)c1ccccc1",
    "isethionic acid": "O=S(=O)(O)CCO",
    "lactic acid": "CC(O)C(=O)O",
    "lactobionic acid": "O=C(O)C(O)C(O)C(OC1OC(CO)C(O)C(O)C1O)C(O)CO",
    "lauric acid": "CCCCCCCCCCCC(=O)O",
    "lauryl sulfate": "CCCCCCCCCCCCOS(=O)(=O)O",
    "lysine": "NCCCCC(N)C(=O)O",
    "malic acid": "O=C(O)CC(O)C(=O)O",
    "malonic acid": "O=C(O)CC(=O)O",
    "mandelic acid": "O=C(O)C(O)c1ccccc1",
    "meglumine": "CNCC(O)C(O)C(O)C(O)CO",
    "methanesulfonic acid": "CS(=O)(=O)O",
    "methyl sulfate": "COS(=O)(=O)O",
    "naphthalene-1,5-disulfonic acid": "O=S(=O)(O)c1cccc2c(S(=O)(=O)O)cccc12",
    "naphthalene-2-sulfonic acid": "O=S(=O)(O)c1ccc2ccccc2c1",
    "oleic acid": "CCCCCCCCC=CCCCCCCCC(=O)O",
    "orotic acid": "O=C(O)c1cc(=O)[nH]c(=O)[nH]1",
    "oxalic acid": "O=C(O)C(=O)O",
    "palmitic acid": "CCCCCCCCCCCCCCCC(=O)O",
    "pamoic acid": "O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O",
    "propionic acid": "CCC(=O)O",
    "saccharin": "O=C1NS(=O)(=O)c2ccccc21",
    "salicylic acid": "O=C(O)c1ccccc1O",
    "stearic acid": "CCCCCCCCCCCCCCCCCC(=O)O",
    "succinic acid": "O=C(O)CCC(=O)O",
    "sulfosalicylic acid": "O=C(O)c1cc(S(=O)(=O)O)ccc1O",
    "tartaric acid": "O=C(O)C(O)C(O)C(=O)O",
    "toluenesulfonic acid": "Cc1ccc(S(=O)(=O)O)cc1",
    "triethanolamine": "OCCN(CCO)CCO",
    "triethylamine": "CCN(CC)CC",
    "trifluoroacetic acid": "O=C(O)C(F)(F)F",
    "tromethamine": "NC(CO)(CO)CO",
    "xinafoic acid": "O=C(O)c1ccc2ccccc2c1O",
}
"""Organic acids and bases that make salts of drugs, uncharged and without stereochemistry."""


class _Tools(NamedTuple):
    largest: rdMolStandardize.LargestFragmentChooser
    uncharger: rdMolStandardize.Uncharger
    carbon: Chem.Mol
    counterions: frozenset[str]
    most_atoms: int
    """Heavy atoms of the largest counterion: a larger fragment need not be compared."""


@cache
def _tools() -> _Tools:
    parameters = rdMolStandardize.CleanupParameters()
    # RDKit's stub mistypes both.
    parameters.preferOrganic = True  # type: ignore[assignment]
    parameters.largestFragmentChooserCountHeavyAtomsOnly = True  # type: ignore[assignment]
    known = [Chem.MolFromSmiles(smiles) for smiles in COUNTERIONS.values()]
    return _Tools(
        largest=rdMolStandardize.LargestFragmentChooser(parameters),
        uncharger=rdMolStandardize.Uncharger(),
        carbon=Chem.MolFromSmarts("[#6]"),
        counterions=frozenset(Chem.MolToSmiles(mol) for mol in known),
        most_atoms=max(mol.GetNumHeavyAtoms() for mol in known),
    )


def choose_parent(mol: Chem.Mol) -> Chem.Mol:
    """Return the parent fragment of a sanitized molecule of several fragments, still charged."""
    tools = _tools()
    largest = Chem.Mol(mol)
    tools.largest.chooseInPlace(largest)
    if not _is_counterion(largest):
        return largest
    others = [
        fragment
        for fragment in Chem.GetMolFrags(mol, asMols=True)
        if fragment.HasSubstructMatch(tools.carbon) and not _is_counterion(fragment)
    ]
    if not others:
        return largest
    parent: Chem.Mol = others[0]
    for other in others[1:]:
        parent = Chem.CombineMols(parent, other)
    tools.largest.chooseInPlace(parent)
    return parent


def _is_counterion(fragment: Chem.Mol) -> bool:
    tools = _tools()
    if fragment.GetNumHeavyAtoms() > tools.most_atoms:
        return False
    neutral = Chem.Mol(fragment)
    tools.uncharger.unchargeInPlace(neutral)
    return Chem.MolToSmiles(neutral, isomericSmiles=False) in tools.counterions
