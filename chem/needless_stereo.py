"""Stereochemistry that is written but cannot be bought.

A C=N bond of an amidine, a guanidine or an N-H imine turns over as its hydrogens move, and the chain
of a polymethine dye as its charge does. A bridgehead
nitrogen has the one configuration that its cage allows, which the carbon at the other end states
already. Oximes, hydrazones and O-alkyl oximes keep their geometry: their isomers are sold apart.
"""

from rdkit import Chem

from chem.inner_salts import conjugated_with


def remove_needless_stereo(mol: Chem.Mol) -> Chem.Mol | None:
    """Return a copy without such stereochemistry; None where there is none."""
    bonds = [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if bond.GetStereo() != Chem.BondStereo.STEREONONE and _turns_over(bond)
    ]
    atoms = [atom.GetIdx() for atom in mol.GetAtoms() if _is_stated_elsewhere(mol, atom)]
    if not bonds and not atoms:
        return None
    plain = Chem.Mol(mol)
    for i in bonds:
        plain.GetBondWithIdx(i).SetStereo(Chem.BondStereo.STEREONONE)
    for i in atoms:
        plain.GetAtomWithIdx(i).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return plain


def _turns_over(bond: Chem.Bond) -> bool:
    ends = bond.GetBeginAtom(), bond.GetEndAtom()
    if all(end.GetAtomicNum() == 6 for end in ends):
        return any(map(_is_iminium, conjugated_with(ends[0])))
    for nitrogen, carbon in (ends, ends[::-1]):
        if nitrogen.GetAtomicNum() != 7 or carbon.GetAtomicNum() != 6:
            continue
        if nitrogen.GetFormalCharge():
            # A cation shares its charge with the other nitrogens.
            return any(
                other.GetAtomicNum() == 7 and other.GetIdx() != nitrogen.GetIdx()
                for other in conjugated_with(carbon)
            )
        if nitrogen.GetTotalNumHs():
            return True
        return any(
            other.GetAtomicNum() == 7
            and other.GetIdx() != nitrogen.GetIdx()
            and other.GetTotalNumHs()
            for other in carbon.GetNeighbors()
        )
    return False


def _is_iminium(atom: Chem.Atom) -> bool:
    """Tell the end of a polymethine dye, whose double bonds change places with its single bonds."""
    return (
        atom.GetAtomicNum() == 7
        and atom.GetFormalCharge() == 1
        and not atom.GetIsAromatic()
        and atom.GetDegree() == 3
        and all(other.GetFormalCharge() == 0 for other in atom.GetNeighbors())
    )


def _is_stated_elsewhere(mol: Chem.Mol, atom: Chem.Atom) -> bool:
    if (
        atom.GetAtomicNum() != 7
        or atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED
        or atom.GetFormalCharge()
        or atom.GetDegree() != 3
    ):
        return False
    rings = [set(ring) for ring in mol.GetRingInfo().AtomRings() if atom.GetIdx() in ring]
    if len(rings) < 2:
        return False
    beside = {other.GetIdx() for other in atom.GetNeighbors()}
    return any(
        other.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
        and other.GetIdx() not in beside
        and other.GetIdx() != atom.GetIdx()
        and sum(other.GetIdx() in ring for ring in rings) >= 2
        for other in mol.GetAtoms()
    )
