"""Racemates that are drawn as two molecules, one the mirror image of the other."""

from rdkit import Chem

_MIRRORED = {
    Chem.BondStereo.STEREOATROPCW: Chem.BondStereo.STEREOATROPCCW,
    Chem.BondStereo.STEREOATROPCCW: Chem.BondStereo.STEREOATROPCW,
}


def mirror_image(mol: Chem.Mol) -> Chem.Mol:
    """Return the mirror image: every stereocentre and chiral axis that is drawn is inverted."""
    image = Chem.Mol(mol)
    for atom in image.GetAtoms():
        atom.InvertChirality()
    for bond in image.GetBonds():
        turned = _MIRRORED.get(bond.GetStereo())
        if turned is not None:
            bond.SetStereo(turned)
    return image


def is_chiral_pair(one: Chem.Mol, other: Chem.Mol) -> bool:
    """Say whether two different molecules are mirror images of each other."""
    return _spelling(mirror_image(one)) == _spelling(other)


def mark_racemic(mol: Chem.Mol) -> Chem.Mol:
    """Return the molecule with all its stereocentres and axes in one AND group, ``&1``."""
    centres = [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
    ]
    axes = [bond.GetIdx() for bond in mol.GetBonds() if bond.GetStereo() in _MIRRORED]
    marked = Chem.RWMol(mol)
    group = Chem.CreateStereoGroup(Chem.StereoGroupType.STEREO_AND, marked, centres, axes)
    marked.SetStereoGroups([group])
    return marked.GetMol()


def _spelling(mol: Chem.Mol) -> str:
    # Written and read and written: one pass may leave a spelling that depends on atom order.
    again = Chem.MolFromSmiles(_write(mol))
    return _write(mol if again is None else again)


def _write(mol: Chem.Mol) -> str:
    if any(bond.GetStereo() in _MIRRORED for bond in mol.GetBonds()):
        axes_alone = int(Chem.CXSmilesFields.CX_BOND_ATROPISOMER)
        return str(Chem.MolToCXSmiles(mol, Chem.SmilesWriteParams(), axes_alone))
    return str(Chem.MolToSmiles(mol))
