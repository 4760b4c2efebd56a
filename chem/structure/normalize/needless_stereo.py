"""Removes stereochemistry that is written although its isomers cannot be bought separately.

Some double bonds turn over as hydrogens or charges move: the C=N bond of an amidine, a guanidine or
an N-H imine; the enol and the N-H enamine of a 1,3-dicarbonyl compound or of its imine; an azo
group that has a hydrazone (azophenols and azoanilines), and that hydrazone; an N-H triazene; a
formazan; and the chain of a polymethine dye. A bridgehead nitrogen has the one configuration that
its cage allows, which the carbon at the other end states already. Oximes, other hydrazones and
O-alkyl oximes keep their geometry, because their isomers are sold separately, and so do azobenzenes
without such a hydrogen.
"""

from rdkit import Chem

from chem.structure.normalize.lasting_charges import conjugated_with


def remove_needless_stereo(mol: Chem.Mol) -> Chem.Mol | None:
    """Return a copy without such stereochemistry; None if there is none."""
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
        return any(
            one(*pair)
            for one in (_is_enol, _is_nitroenamine, _is_enaminone)
            for pair in (ends, ends[::-1])
        ) or _is_polymethine(ends[0])
    if all(end.GetAtomicNum() == 7 for end in ends):
        return any(map(_is_triazene_or_formazan, ends)) or any(
            _bears_hydrogen_across(other)
            for end in ends
            for other in end.GetNeighbors()
            if other.GetIsAromatic()
        )
    for nitrogen, carbon in (ends, ends[::-1]):
        if nitrogen.GetAtomicNum() != 7 or carbon.GetAtomicNum() != 6:
            continue
        if nitrogen.GetFormalCharge():
            # A cation shares its charge with the other nitrogens.
            return any(
                other.GetAtomicNum() == 7 and other.GetIdx() != nitrogen.GetIdx()
                for other in conjugated_with(carbon)
            )
        if nitrogen.GetTotalNumHs() or _is_azo_enol(nitrogen, carbon):
            return True
        if _is_vinylogous(carbon) or (_bears_azo(carbon) and _bears_amine(nitrogen)):
            return True
        return any(
            other.GetAtomicNum() == 7
            and other.GetIdx() != nitrogen.GetIdx()
            and other.GetTotalNumHs()
            for other in carbon.GetNeighbors()
        )
    return False


def _is_enol(carbon: Chem.Atom, other: Chem.Atom) -> bool:
    """Recognize the enol of a 1,3-dicarbonyl compound, C(OH)=C-C=O: it turns via the ketone."""
    return any(
        one.GetAtomicNum() == 8 and one.GetTotalNumHs() for one in carbon.GetNeighbors()
    ) and any(is_doubly_bound_to(one, 8) for one in other.GetNeighbors())


def _is_nitroenamine(carbon: Chem.Atom, other: Chem.Atom) -> bool:
    """Recognize N-C=C-NO2 with a hydrogen on nitrogen (ranitidine): it turns via the amidine."""
    return _bears_amine(carbon) and any(
        one.GetAtomicNum() == 7 and one.GetFormalCharge() for one in other.GetNeighbors()
    )


def _is_enaminone(carbon: Chem.Atom, other: Chem.Atom) -> bool:
    """Recognize N-C=C-C=O or N-C=C-C=N with N-H of an amine: it turns via the imine."""
    return any(
        one.GetAtomicNum() == 7 and one.GetTotalNumHs() and not any(map(_is_acyl, _others(one)))
        for one in carbon.GetNeighbors()
    ) and any(
        one.GetAtomicNum() == 6 and (is_doubly_bound_to(one, 8) or _is_plain_imine(one))
        for one in other.GetNeighbors()
    )


def _is_plain_imine(carbon: Chem.Atom) -> bool:
    """Recognize C=N, but not that of hydrazones and oximes, whose nitrogen takes no hydrogen."""
    return any(
        bond.GetBondType() == Chem.BondType.DOUBLE
        and bond.GetOtherAtom(carbon).GetAtomicNum() == 7
        and all(one.GetAtomicNum() == 6 for one in bond.GetOtherAtom(carbon).GetNeighbors())
        for bond in carbon.GetBonds()
    )


def _is_vinylogous(carbon: Chem.Atom) -> bool:
    """Recognize N=C-C=C-N-H by its imine carbon: the hydrogen moves between the nitrogens."""
    return _is_plain_imine(carbon) and any(
        bond.GetBondType() == Chem.BondType.DOUBLE
        and bond.GetOtherAtom(one).GetAtomicNum() == 6
        and _bears_amine(bond.GetOtherAtom(one))
        for one in carbon.GetNeighbors()
        for bond in one.GetBonds()
    )


def _bears_amine(atom: Chem.Atom) -> bool:
    return any(one.GetAtomicNum() == 7 and one.GetTotalNumHs() for one in atom.GetNeighbors())


def _bears_azo(carbon: Chem.Atom) -> bool:
    return any(
        one.GetAtomicNum() == 7 and is_doubly_bound_to(one, 7) for one in carbon.GetNeighbors()
    )


def _is_triazene_or_formazan(nitrogen: Chem.Atom) -> bool:
    """Recognize one end of N=N: N=N-N-H, N=N-C=N-N-H, or N=N-C(=O)-N-N-H and sulfur analogues."""
    for one in nitrogen.GetNeighbors():
        if one.GetAtomicNum() == 7 and one.GetTotalNumHs():
            return True
        if one.GetAtomicNum() == 6 and any(
            other.GetAtomicNum() == 7 and _bears_amine(other) for other in one.GetNeighbors()
        ):
            return True
    return False


def _is_azo_enol(nitrogen: Chem.Atom, carbon: Chem.Atom) -> bool:
    """Recognize Ar-NH-N=C-C=O, the hydrazone of a coupled 1,3-dicarbonyl or pyrazolone."""
    return (
        any(
            one.GetAtomicNum() == 7
            and one.GetTotalNumHs()
            and any(third.GetIsAromatic() for third in _others(one))
            for one in nitrogen.GetNeighbors()
        )
        and sum(_is_acyl(one) or _is_imine(one) for one in carbon.GetNeighbors()) == 2
    )


def _others(atom: Chem.Atom) -> tuple[Chem.Atom, ...]:
    return tuple(atom.GetNeighbors())


def _is_acyl(atom: Chem.Atom) -> bool:
    """Recognize a carbonyl, cyano or sulfonyl group by its middle atom."""
    return is_doubly_bound_to(atom, 8) or any(
        bond.GetBondType() == Chem.BondType.TRIPLE for bond in atom.GetBonds()
    )


def _is_imine(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 6 and is_doubly_bound_to(atom, 7)


def is_doubly_bound_to(atom: Chem.Atom, number: int) -> bool:
    """Tell whether an atom has a double bond to an atom of this element."""
    return any(
        bond.GetBondType() == Chem.BondType.DOUBLE
        and bond.GetOtherAtom(atom).GetAtomicNum() == number
        for bond in atom.GetBonds()
    )


def _bears_hydrogen_across(atom: Chem.Atom) -> bool:
    """Recognize an aromatic atom with OH or NH ortho or para to it, or an azole's N-H there."""
    steps = [{atom.GetIdx()}]
    seen: set[int] = set()
    ring: dict[int, Chem.Atom] = {atom.GetIdx(): atom}
    for _ in range(3):
        seen |= steps[-1]
        further = {
            other.GetIdx(): other
            for i in steps[-1]
            for other in ring[i].GetNeighbors()
            if other.GetIsAromatic() and other.GetIdx() not in seen
        }
        ring.update(further)
        steps.append(set(further))
    return any(
        (other.GetAtomicNum() == 7 and other.GetIsAromatic() and other.GetTotalNumHs())
        or (not other.GetIsAromatic() and other.GetAtomicNum() in (7, 8) and other.GetTotalNumHs())
        for i in steps[1] | steps[3]
        for other in (ring[i], *ring[i].GetNeighbors())
    )


def _is_polymethine(atom: Chem.Atom) -> bool:
    return any(map(_is_iminium, conjugated_with(atom)))


def _is_iminium(atom: Chem.Atom) -> bool:
    """Recognize the end of a polymethine dye, in which double and single bonds can swap."""
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
