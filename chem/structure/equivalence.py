"""Compares nearly equal structures: without stereo, without isotope labels, or as duplicates."""

import re
from collections import Counter
from collections.abc import Collection

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolHash

from chem.records.records import Failure
from chem.structure.standardize import standardize
from chem.structure.stereo.canonical import StereoError, write_canonical
from chem.structure.valid_smiles import read_molecule

SAME_STRUCTURE = "same structure"
OTHER_SALT = "other salt"
OTHER_DRAWING = "other drawing"
EQUALITIES: dict[str, str] = {
    SAME_STRUCTURE: "the same molecule, perhaps spelled differently",
    OTHER_SALT: "another salt, solvate or free form of it",
    OTHER_DRAWING: "another drawing of it: another tautomer, protonation or way of drawing groups",
}
"""Meaning of each word."""
_SALTED = {"stripped_fragments", "disconnected_metal"}
"""Changes of a record that held more than its compound. A racemate made of two mirror images, and
the same compound twice, are drawings: nothing else was in the record."""

_LABEL = re.compile(r"\[\d")
_ATOM = re.compile(r"\[\d*([A-Z][a-z]?|[a-z][a-z]?)[^\]]*\]|(Br|Cl|[BCNOPSFI]|[bcnops])")


def without_stereo(smiles: str) -> str:
    """Return a molecule's canonical SMILES without stereocentres and double-bond stereochemistry.

    Stereoisomers share it; isotopes stay apart. Raises InputError for a SMILES that RDKit cannot
    read.

    >>> without_stereo("C[C@H](N)C(=O)O") == without_stereo("C[C@@H](N)C(=O)O")
    True
    """
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        Chem.RemoveStereochemistry(mol)
        # Read again: without stereo, hydrogens and the order of atoms may be written differently.
        return str(Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol))))


def drawing_blind_key(smiles: str) -> str:
    """Return a text that all drawings of a compound share: heavy atoms, their bonds, hydrogens.

    It is blind to stereochemistry, isotopes, orders of bonds, charges and the places of hydrogens:
    tautomers (of carbon acids, too) and protonation states share it. So do some isomers, such as
    those that differ in the place of a double bond. Raises InputError for a SMILES that RDKit
    cannot read.

    >>> drawing_blind_key("C[C@H](N)C(=O)O") == drawing_blind_key("CC([NH3+])=C(O)[O-]")
    True
    >>> drawing_blind_key("CC=O") == drawing_blind_key("CCO")
    False
    """
    mol = read_molecule(smiles)
    graph = Chem.RWMol()
    places: dict[int, int] = {}
    hydrogens = 0
    for atom in mol.GetAtoms():
        hydrogens += atom.GetNumExplicitHs() + atom.GetNumImplicitHs() - atom.GetFormalCharge()
        if atom.GetAtomicNum() == 1:  # drawn as an atom, because it has a label
            hydrogens += 1
            continue
        plain = Chem.Atom(atom.GetAtomicNum())
        plain.SetNoImplicit(True)
        places[atom.GetIdx()] = graph.AddAtom(plain)
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if ends[0] in places and ends[1] in places:
            graph.AddBond(places[ends[0]], places[ends[1]], Chem.BondType.SINGLE)
    return f"{Chem.MolToSmiles(graph)} {hydrogens}"


def is_labelled(smiles: str) -> bool:
    """Tell whether a SMILES has an isotope label, such as ``[2H]`` or ``[13CH3]``."""
    return _LABEL.search(smiles) is not None


def without_isotopes(smiles: str) -> str:
    """Return the standardized structure of a standardized SMILES with every label removed.

    A structure without labels is returned unchanged, and so is one that RDKit cannot read. A centre
    that exists only because of a label is none without it, and its part in a stereo group goes with
    it; the group's statement on cis and trans beside that centre is not worked out again.

    >>> without_isotopes("[2H]C([2H])([2H])O")
    'CO'
    """
    if not is_labelled(smiles):
        return smiles
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            return smiles
        for atom in mol.GetAtoms():
            atom.SetIsotope(0)
        # A labelled hydrogen is an atom; without its label it is a hydrogen like all others.
        try:
            written = write_canonical(Chem.RemoveHs(mol))
        except StereoError:
            return smiles
        plain = standardize(written, "smiles")
    return smiles if isinstance(plain, Failure) else plain.smiles


def heavy_composition(smiles: str) -> str:
    """Return the number of atoms of each element except hydrogen in a SMILES, alphabetically.

    Tautomers, protonation states, stereoisomers, isotopologues and resonance forms share it. The
    extension of a CXSMILES is not read.

    >>> heavy_composition("C[C@H](N)C(=O)[O-].[Na+]"), heavy_composition("[2H]c1cc[nH]c1")
    ('C3 N1 Na1 O2', 'C4 N1')
    """
    found = Counter(
        (bracket or plain).capitalize()
        for bracket, plain in _ATOM.findall(smiles.partition(" ")[0])
    )
    return " ".join(f"{element}{found[element]}" for element in sorted(found) if element != "H")


def skeleton(smiles: str) -> str:
    """Return a molecule's elements and which of them are bonded, without bond orders and charges.

    Tautomers, protonation states, stereoisomers and resonance forms share it; positional isomers
    do not. Raises InputError for a SMILES that RDKit cannot read.

    >>> skeleton("C[C@H](N)C(=O)[O-]") == skeleton("CC([NH3+])=C(O)O")
    True
    """
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        Chem.RemoveStereochemistry(mol)
        return str(rdMolHash.MolHash(mol, rdMolHash.HashFunction.ElementGraph))


def why_equal(
    one: str, changes: Collection[str], other: str, other_changes: Collection[str]
) -> str:
    """Return a word of ``EQUALITIES`` for two records with equal registration keys.

    one, other: their original SMILES, ``""`` for a molblock. changes, other_changes: what
    standardization did to each. The word is ``""`` if these do not decide.

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
