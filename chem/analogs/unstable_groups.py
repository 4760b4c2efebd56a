"""Finds groups that no chemist keeps in a bottle: made analogs that gain one are left out.

A substituent of one compound may be put where another one has its oxygen, and a hemiacetal comes
out. Such a molecule scores like any other, and it is easy to make on paper. The list names groups
that fall apart in water, and those that react with any nucleophile (compare Hann et al. 1999, doi
10.1021/ci990423o). It is no list of alerts: what is only suspected is left to those
(:mod:`chem.assess.alerts`).
"""

from collections import Counter

from rdkit import Chem

_NO_ACYL = "!$(N-[C,S,P]=[O,S,N])"
UNSTABLE = {
    "hemiacetal": "[OX2H,SX2H][CX4][OX2,NX3,SX2]",
    "open acetal": "[OX2,SX2][CX4;!R;!$(C(F)F)][OX2,SX2]",
    "N,O-acetal": f"[NX3;{_NO_ACYL}][CX4;!$(C(F)F)][OX2,SX2]",
    "aminal": f"[NX3;{_NO_ACYL}][CX4][NX3;{_NO_ACYL}]",
    "alkyl halide": "[Cl,Br,I][CX4]",
    "fluorine beside a heteroatom": "F[CX4;!$(C(F)F)][OX2,NX3,SX2]",
    "acyl halide": "[F,Cl,Br,I][$([CX3]=[O,S,N]),$([SX4](=O)=O),$([P]=O)]",
    "anhydride": "[CX3](=O)[OX2][CX3]=O",
    "carbamic acid": "[NX3,OX2][CX3](=O)[OX2H,OX1-]",
    "enol": "[OX2H,SX2H][CX3;!$(C=[O,S,N])]=[CX3;!$(C[C,S]=O)]",
    "enamine": f"[NX3;H1,H2;{_NO_ACYL}][CX3]=[CX3;!$(C[C,S,N]=[O,N]);!$(CC#N)]",
    "imine": "[NX2H]=[CX3;!$(C[N,O,S])]",
    "cumulated double bonds": "[CX2](=*)=*",
    "ring of three with a heteroatom": "[OX2r3,NX3r3,SX2r3]",
    "peroxide": "[OX2,SX2;!$(SC)][OX2,SX2;!$(SC)]",
    "hydroxylamine or sulfenamide": f"[NX3;{_NO_ACYL}][OX2H,SX2]",
    "halogen on a heteroatom": "[Cl,Br,I][O,N,S;!$([SX4,SX6])]",
}
"""SMARTS by name."""
_PATTERNS = {name: Chem.MolFromSmarts(smarts) for name, smarts in UNSTABLE.items()}


def unstable_groups(mol: Chem.Mol) -> Counter[str]:
    """Count the unstable groups of a molecule by name.

    >>> unstable_groups(Chem.MolFromSmiles("OCOc1ccccc1"))
    Counter({'hemiacetal': 1, 'open acetal': 1})
    >>> unstable_groups(Chem.MolFromSmiles("c1ccc2c(c1)OCO2"))
    Counter()
    """
    counts = {name: len(mol.GetSubstructMatches(one)) for name, one in _PATTERNS.items()}
    return Counter({name: count for name, count in counts.items() if count})
