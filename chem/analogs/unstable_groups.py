"""Finds groups that no chemist keeps in a bottle: made analogs that gain one are left out.

A substituent of one compound may be put where another one has its oxygen, and a hemiacetal comes
out. Such a molecule scores like any other, and it is easy to make on paper. The list names groups
that mostly fall apart in water, and those that alkylate or acylate (compare Hann et al. 1999, doi
10.1021/ci990423o). Some drugs have one and are stable, so it is used for what a molecule gains. It
is no list of alerts: what is only suspected is left to those (:mod:`chem.assess.alerts`).
"""

from collections import Counter

from rdkit import Chem

_NO_ACYL = "!$(N-[C,S,P]=[O,S,N])"
UNSTABLE = {
    "hemiacetal": f"[OX2H,SX2H][CX4][OX2,SX2,n,$([NX3;{_NO_ACYL}])]",
    "open acetal": "[OX2,SX2]!@[CX4;!$(C(F)F)]!@[OX2,SX2]",  # sugars pass
    "N,O-acetal": f"[NX3;{_NO_ACYL}][CX4;!$(C(F)F)][OX2,SX2]",
    "aminal": f"[NX3;{_NO_ACYL}][CX4][n,$([NX3;{_NO_ACYL}])]",
    "alkyl halide": "[Cl,Br,I][CX4;!$(C(F)F)]",
    "alkyl sulfonate": "[CX4][OX2][SX4](=O)(=O)[#6]",
    "fluorine beside a heteroatom": "F[CX4;!$(C(F)F)][OX2,NX3,SX2]",
    "acyl halide": "[F,Cl,Br,I][$([CX3]=[O,S,N]),$([SX4](=O)=O),$([P]=O)]",
    "anhydride": "[CX3](=O)[OX2,SX2][$([CX3]=O),$(P=O),$([SX4](=O)=O),$(N(C=O)C=O)]",
    "acyl azole": "[CX3;!$(C[N,O])](=O)[nr5]",
    "carbamic acid": "[NX3,OX2][CX3](=O)[OX2H,OX1-]",
    "enol": "[OX2H,SX2H][CX3;!$(C=[O,S,N])]=[CX3;!$(C[C,S]=O);!$(CC#N)]",
    "enamine": f"[NX3;{_NO_ACYL}][CX3]=[CX3;!$(C[C,S,N]=[O,N]);!$(CC#N)]",
    "ynol or ynamine": "[OX2H,SX2H,NX3][CX2]#[CX2]",
    "imine": "[$([NX2H]),$([NX2][#6])]=!@[CX3;!$(C[N,O,S])]",
    "cumulated double bonds": "[CX2](=*)=*",
    "ring of three with a heteroatom": "[OX2r3,NX3r3,SX2r3]",
    "peroxide or sulfenate": "[$([OX2][OX2,SX2]),$([SX2H][SX2]),$([SX2]([SX2])[SX2])]",
    "hydroxylamine or sulfenamide": f"[NX3;{_NO_ACYL}][OX2H,SX2]",
    "halogen on a heteroatom": "[F,Cl,Br,I][O,N,P,Si,$([SX2,SX3])]",
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
