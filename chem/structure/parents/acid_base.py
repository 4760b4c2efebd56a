"""Whether a compound can give or take the proton of a salt: a rough rule, by functional groups."""

from functools import cache

from rdkit import Chem

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
    # But the imidazole of a xanthine: caffeine makes no salt with a carboxylic acid.
    "[nX2;+0;!$(n1:c:n:c2:c:1:n:c(=O):n:c:2=O);!$(n1:c:n:c2:c:1:c(=O):n:c(=O):n:2)]",
    "[NX3;H2]-[NX3]",
)


def is_acid(mol: Chem.Mol) -> bool:
    """Say whether an uncharged molecule, or an anion, has a proton that salts are made of."""
    return Chem.GetFormalCharge(mol) < 0 or _matches(mol, _ACIDS)


def is_base(mol: Chem.Mol) -> bool:
    """Say whether a molecule has a basic nitrogen or a permanent positive charge."""
    return Chem.GetFormalCharge(mol) > 0 or _matches(mol, _BASES)


def make_a_salt(one: Chem.Mol, other: Chem.Mol) -> bool:
    """Say whether one of two molecules is an acid and the other one a base."""
    return (is_acid(one) and is_base(other)) or (is_base(one) and is_acid(other))


@cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


def _matches(mol: Chem.Mol, patterns: tuple[str, ...]) -> bool:
    return any(mol.HasSubstructMatch(_pattern(smarts)) for smarts in patterns)
