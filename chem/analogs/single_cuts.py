"""Cuts molecules at one bond into a core and a substituent, as for matched molecular pairs.

Two molecules are a matched pair if they have one core and differ in what it carries at one place
(Hussain and Rea, J. Chem. Inf. Model. 2010, 50, 339, doi 10.1021/ci900450m). Bonds are cut where
RDKit's ``rdMMPA`` cuts them by default: single bonds outside of rings, one end of which is a carbon
without a double or triple bond to another element. Bonds to labelled hydrogens, which RDKit keeps
as atoms, are not cut: a label alone makes no pair.
"""

from typing import NamedTuple

from rdkit import Chem, rdBase

MOST_CHANGED = 13
"""The most heavy atoms of a substituent."""
HYDROGEN = "[*:1][H]"
SMALL = 4
"""The most heavy atoms of a substituent that is compared with a hydrogen in measured values."""
_CUT = Chem.MolFromSmarts("[#6+0;!$(*=,#[!#6])]!@!=!#[!#1]")

_BESIDE_DOUBLE_BONDS = Chem.RemoveHsParameters()
_BESIDE_DOUBLE_BONDS.removeDefiningBondStereo = True  # type: ignore[assignment]  # wrong stubs


class Cut(NamedTuple):
    """A core and the substituent that it carries, each with its end of the bond as ``[*:1]``."""

    core: str
    """Canonical SMILES."""
    substituent: str
    """Canonical SMILES; ``HYDROGEN`` for a hydrogen."""
    attachment: int
    """The atom of the core at the cut, by its number in the molecule."""
    atoms: tuple[int, ...]
    """The atoms of the core, by their numbers in the molecule."""


def single_cuts(mol: Chem.Mol) -> list[Cut]:
    """Return the cuts of a molecule whose substituent is smaller than the core.

    A substituent has at most ``MOST_CHANGED`` heavy atoms. Equal cuts come once.

    >>> [(cut.core, cut.substituent) for cut in single_cuts(Chem.MolFromSmiles("Clc1ccccc1"))]
    [('c1ccc([*:1])cc1', 'Cl[*:1]')]
    """
    found: dict[tuple[str, str], Cut] = {}
    bonds = {tuple(sorted(match)) for match in mol.GetSubstructMatches(_CUT)}
    with rdBase.BlockLogs():
        for one, other in sorted(bonds):
            for cut in _cut(mol, one, other):
                found.setdefault((cut.core, cut.substituent), cut)
    return list(found.values())


def _cut(mol: Chem.Mol, one: int, other: int) -> list[Cut]:
    """Return the cut of the bond between two atoms; none if both halves are too large or equal."""
    bond = mol.GetBondBetweenAtoms(one, other).GetIdx()
    halves = Chem.FragmentOnBonds(mol, [bond], dummyLabels=[(0, 0)])
    for end in range(mol.GetNumAtoms(), halves.GetNumAtoms()):
        halves.GetAtomWithIdx(end).SetAtomMapNum(1)
    pieces: list[tuple[int, ...]] = []
    # Atoms keep what was found out about them in the whole molecule.
    mols = Chem.GetMolFrags(halves, asMols=True, sanitizeFrags=False, fragsMolAtomMapping=pieces)
    if len(mols) != 2:
        return []
    small, large = sorted(range(2), key=lambda at: len(pieces[at]))
    size = len(pieces[small]) - 1
    if size > MOST_CHANGED or len(pieces[small]) == len(pieces[large]):
        return []
    atoms = tuple(atom for atom in pieces[large] if atom < mol.GetNumAtoms())
    end = one if one in atoms else other
    core, substituent = Chem.MolToSmiles(mols[large]), Chem.MolToSmiles(mols[small])
    return [Cut(core, substituent, end, atoms)]


def hydrogen_cuts(mol: Chem.Mol) -> list[Cut]:
    """Return the molecule as a core at each place where it has a hydrogen; equal ones come once.

    Stereocentres are left out.

    >>> [cut.core for cut in hydrogen_cuts(Chem.MolFromSmiles("Cc1ccncc1"))]
    ['c1cc(C[*:1])ccn1', 'Cc1ccncc1[*:1]', 'Cc1ccnc([*:1])c1']
    """
    found: dict[str, Cut] = {}
    every = tuple(range(mol.GetNumAtoms()))
    for atom in mol.GetAtoms():
        if not atom.GetTotalNumHs() or atom.GetAtomicNum() not in (6, 7, 8, 16):
            continue
        core = _carry(mol, atom.GetIdx())
        if core is not None:
            found.setdefault(core, Cut(core, HYDROGEN, atom.GetIdx(), every))
    return list(found.values())


def _carry(mol: Chem.Mol, at: int) -> str | None:
    """Return the SMILES of a molecule whose atom carries ``[*:1]`` in place of a hydrogen."""
    core = Chem.RWMol(mol)
    end = core.GetAtomWithIdx(at)
    if end.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
        return None  # it is not known where the hydrogen was
    end.SetNumExplicitHs(max(end.GetNumExplicitHs() - 1, 0))
    dummy = Chem.Atom(0)
    dummy.SetAtomMapNum(1)
    core.AddBond(at, core.AddAtom(dummy), Chem.BondType.SINGLE)
    with rdBase.BlockLogs():
        try:
            Chem.SanitizeMol(core)
        except Chem.MolSanitizeException:
            return None
        return str(Chem.MolToSmiles(core))


def with_hydrogen(mol: Chem.Mol, cut: Cut) -> str | None:
    """Return the SMILES of a molecule with a hydrogen in place of a cut's substituent.

    It equals ``join(cut.core, HYDROGEN)`` and takes half of the time. None if there is no such
    molecule, and for a stereocentre.
    """
    core = Chem.RWMol(mol)
    end = core.GetAtomWithIdx(cut.attachment)
    if end.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
        return None
    if end.GetNoImplicit() or (end.GetIsAromatic() and end.GetAtomicNum() != 6):
        end.SetNumExplicitHs(end.GetNumExplicitHs() + 1)
    kept = set(cut.atoms)
    core.BeginBatchEdit()
    for at in range(mol.GetNumAtoms()):
        if at not in kept:
            core.RemoveAtom(at)
    core.CommitBatchEdit()
    with rdBase.BlockLogs():
        try:
            Chem.SanitizeMol(core)
        except Chem.MolSanitizeException:
            return None
        return str(Chem.MolToSmiles(core))


def join(core: str, substituent: str) -> str | None:
    """Return the canonical SMILES of a core with a substituent; None if there is no such molecule.

    >>> join("c1ccc([*:1])cc1", "CO[*:1]"), join("c1ccc([*:1])cc1", HYDROGEN)
    ('COc1ccccc1', 'c1ccccc1')
    """
    with rdBase.BlockLogs():
        both = [Chem.MolFromSmiles(text) for text in (core, substituent)]
        if None in both:
            return None
        try:
            whole = Chem.MolToSmiles(Chem.molzip(*both))
        except (RuntimeError, ValueError, Chem.MolSanitizeException):
            return None
        mol = Chem.MolFromSmiles(whole)  # reads the hydrogen away, but for one at a C=C with sides
        if mol is None:
            return None
        mol = Chem.RemoveHs(mol, _BESIDE_DOUBLE_BONDS)
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        return str(Chem.MolToSmiles(mol))


def transformation(old: str, new: str) -> str:
    """Return what changed, as a reaction SMILES of two substituents.

    >>> transformation("CO[*:1]", "Cl[*:1]")
    'CO[*:1]>>Cl[*:1]'
    """
    return f"{old}>>{new}"
