"""What a structure is made of, read from the text of its SMILES alone: quick, and without RDKit."""

import re
from collections import Counter

_ATOM = re.compile(r"\[\d*([A-Z][a-z]?|[a-z][a-z]?)[^\]]*\]|(Br|Cl|[BCNOPSFI]|[bcnops])")


def heavy_composition(smiles: str) -> str:
    """Return how many atoms of each element but hydrogen a SMILES has, in alphabetical order.

    Tautomers, protonation states, stereoisomers, isotopologues and resonance forms share it. Of a
    CXSMILES the extension is not read.

    >>> heavy_composition("C[C@H](N)C(=O)[O-].[Na+]"), heavy_composition("[2H]c1cc[nH]c1")
    ('C3 N1 Na1 O2', 'C4 N1')
    """
    found = Counter(
        (bracket or plain).capitalize()
        for bracket, plain in _ATOM.findall(smiles.partition(" ")[0])
    )
    return " ".join(f"{element}{found[element]}" for element in sorted(found) if element != "H")
