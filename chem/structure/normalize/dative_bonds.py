"""Dative bonds between nonmetals, drawn as arrows: a single bond with a charge at each end.

``CS(C)->O`` is dimethyl sulfoxide, and ``B<-N(C)C`` a borane adduct. The atom at the tail gives two
electrons, the one at the head is counted without the bond and with all its hydrogens.
"""

from rdkit import Chem

from chem.records.records import Failure
from chem.structure.parsing.metals import METALS

_DONORS = {7, 8, 9, 15, 16, 17, 33, 34, 35, 52, 53}
"""What has a lone pair to give."""


def split_dative_bonds(mol: Chem.Mol) -> Chem.Mol | Failure | None:
    """Return the molecule with charges for such bonds; None where there is none.

    Fails (``standardize/query_atoms``) for an arrow that begins at an atom without a lone pair.
    """
    arrows = [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if bond.GetBondType() == Chem.BondType.DATIVE and not _holds_metal(bond)
    ]
    if not arrows:
        return None
    charged = Chem.RWMol(mol)
    for index in arrows:
        bond = charged.GetBondWithIdx(index)
        donor, acceptor = bond.GetBeginAtom(), bond.GetEndAtom()
        if donor.GetAtomicNum() not in _DONORS:
            detail = (
                f"a dative bond begins at atom {donor.GetIdx() + 1} ({donor.GetSymbol()}), which "
                "has no lone pair: not one definite molecule; draw a single bond"
            )
            return Failure("standardize", "query_atoms", detail)
        bond.SetBondType(Chem.BondType.SINGLE)
        donor.SetFormalCharge(donor.GetFormalCharge() + 1)
        acceptor.SetFormalCharge(acceptor.GetFormalCharge() - 1)
    fault = Chem.SanitizeMol(charged, catchErrors=True)
    if fault:
        detail = "a dative bond whose ends cannot be charged; draw charges or double bonds"
        return Failure("parse", "invalid_valence", detail)
    return charged.GetMol()


def _holds_metal(bond: Chem.Bond) -> bool:
    return any(end.GetAtomicNum() in METALS for end in (bond.GetBeginAtom(), bond.GetEndAtom()))
