"""Tells whether one compound of a record merely accompanies another one.

A counterion has a charge to balance; a solvent or co-former does not react. So an acid belongs to a
base, and small reactive molecules belong to nothing: formaldehyde beside urea is a resin drawn as
its monomers, methyl iodide beside an amine is a quaternary salt drawn in two parts. A rough rule
recognizes acids and bases by their functional groups.
"""

from rdkit import Chem

from chem.structure.parents.counterions import Counterion
from chem.structure.stereo.smiles_and_smarts import pattern

SMALL = 15
"""Most heavy atoms of an acid or base taken as the counterion of one of at least twice its size."""
TINY = 8
"""Most heavy atoms of any other one taken as the solvent of one at least three times its size."""
MONOMER = 12
"""Most heavy atoms of a reactive molecule that is taken as a monomer or a reagent."""

_REACTIVE = (
    "[CX4][Cl,Br,I]",
    "[CX3;H1,H2]=[OX1]",
    "C1[O,N]C1",
    "N=C=O",
    "C(=O)[F,Cl,Br]",
    "C(=O)OC(=O)",
    "[CX3H2]=[CX3]",
    "S(=O)(=O)O[CX4]",
)
_ACIDS = (
    "[CX3](=O)[OX2H1,OX1-]",
    "[SX4](=O)(=O)[OX2H1,OX1-]",
    "[SX3](=O)[OX2H1]",
    "[PX4](=O)[OX2H1,OX1-]",
    "[OX2H1]c",
    "[OX2H1]C=C",
    "[NX3;H1]([C,S;$(*=O)])[C,S;$(*=O)]",
    "[NX3;H1](S(=O)(=O))[#6;$(*:*),$(*=*)]",
    "[nH]:[c;$(c=O)]",
    "[nH]1nnnc1",
    "[nH]1ncnn1",
    "[nH]1:c2:c(:n:c1):c(=O):n:c(=O):n2",
)
_BASES = (
    "[NX3;+0;!$(N~[C,S,P]=,#[O,S,N]);!$(N-a);!$(N-[N,O,S,P])]",
    "[NX3;+0;!$(N~[C,S,P]=,#[O,S,N]);!$(N(a)a);!$(N-[N,O,S,P])]-c",
    "[NX3;+0]-[CX3]=[NX2;+0]",
    "[NX2;+0;!$(N-[O,N,S]);!$(N-C=O)]=[CX3;!$(C(-[O,N,S])=N)]",
    # But not the imidazole of a xanthine: caffeine makes no salt with a carboxylic acid.
    "[nX2;+0;!$(n1:c:n:c2:c:1:n:c(=O):n:c:2=O);!$(n1:c:n:c2:c:1:c(=O):n:c(=O):n:2)]",
    "[NX3;H2]-[NX3]",
)


def is_minor(other: Chem.Mol, main: Chem.Mol) -> bool:
    """Tell whether a compound outside the table is small enough for a counterion or a solvent.

    Both molecules are uncharged, as far as protons can balance their charges.
    """
    size = other.GetNumHeavyAtoms()
    if is_monomer(other):
        return False
    if make_a_salt(other, main):
        return size <= SMALL and 2 * size <= main.GetNumHeavyAtoms()
    return size <= TINY and 3 * size <= main.GetNumHeavyAtoms()


def may_accompany(partner: Chem.Mol, known: Counterion, main: Chem.Mol, is_drug: bool) -> bool:
    """Tell whether a compound of the table merely accompanies another one.

    A medicine (rank 4) does so only as the acid of a base, or the base of an acid. Any other acid
    or base may also be a co-former, of a larger compound.

    is_drug: the other one is a small medicine of the table.
    """
    size = main.GetNumHeavyAtoms()
    if known.role == "solvate":
        return True
    if known.rank < 4 and size > MONOMER and size > partner.GetNumHeavyAtoms():
        return True  # the usual case: functional groups need no look
    pairs = (known.role != "base" and is_base(main)) or (known.role != "acid" and is_acid(main))
    if known.rank >= 4 or pairs:
        return pairs
    if is_drug:
        return True
    if is_monomer(main):
        return False
    is_salt_former = known.role in ("acid", "base")
    return not is_salt_former or size > partner.GetNumHeavyAtoms()


def is_monomer(mol: Chem.Mol) -> bool:
    """Tell whether a molecule is small and reactive: a monomer, alkylating or acylating agent."""
    return mol.GetNumHeavyAtoms() <= MONOMER and _matches(mol, _REACTIVE)


def is_acid(mol: Chem.Mol) -> bool:
    """Tell whether an uncharged molecule, or an anion, has a proton that can form salts."""
    return Chem.GetFormalCharge(mol) < 0 or _matches(mol, _ACIDS)


def is_base(mol: Chem.Mol) -> bool:
    """Tell whether a molecule has a basic nitrogen or a permanent positive charge."""
    return Chem.GetFormalCharge(mol) > 0 or _matches(mol, _BASES)


def make_a_salt(one: Chem.Mol, other: Chem.Mol) -> bool:
    """Tell whether one of two molecules is an acid and the other one a base."""
    return (is_acid(one) and is_base(other)) or (is_base(one) and is_acid(other))


def _matches(mol: Chem.Mol, groups: tuple[str, ...]) -> bool:
    return any(mol.HasSubstructMatch(pattern(smarts)) for smarts in groups)
