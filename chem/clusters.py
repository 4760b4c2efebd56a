"""Clusters of like molecules, in the order of a ranked list.

Each molecule joins the most similar of the leaders before it that is similar enough; if there is
none, it leads a cluster of its own. So the best-ranked member of every cluster is its leader, every
member is similar to the leader (not only to some other member), and the clusters of the first
molecules do not change when a list gets longer.
"""

from collections.abc import Sequence

from rdkit import Chem, DataStructs, rdBase
from rdkit.Chem import rdFingerprintGenerator

from chem.errors import InputError

SIMILAR = 0.55
"""Tanimoto similarity from which two molecules are like each other."""


def clusters(smiles: Sequence[str], similarity: float = SIMILAR) -> list[int]:
    """Return the cluster of each molecule [n], numbered from 1 by its first member.

    Similarity is Tanimoto's of Morgan fingerprints of radius 2 and 2,048 bits (ECFP4); of two
    leaders as similar, the earlier one counts. Raises InputError, naming the position from 0, for
    a SMILES that RDKit cannot read, and ValueError for a similarity outside (0, 1].

    >>> clusters(["CCCCCO", "c1ccccc1", "CCCCCCO"])
    [1, 2, 1]
    """
    if not 0 < similarity <= 1:
        raise ValueError(f"found a similarity of {similarity}, expected one above 0 and up to 1")
    leaders: list[DataStructs.ExplicitBitVect] = []
    found = []
    for fingerprint in _fingerprints(smiles):
        near = DataStructs.BulkTanimotoSimilarity(fingerprint, leaders)
        closest = max(near, default=0.0)
        if closest >= similarity:
            found.append(near.index(closest) + 1)
        else:
            leaders.append(fingerprint)
            found.append(len(leaders))
    return found


def _fingerprints(smiles: Sequence[str]) -> list[DataStructs.ExplicitBitVect]:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    fingerprints = []
    with rdBase.BlockLogs():
        for position, text in enumerate(smiles):
            mol = Chem.MolFromSmiles(text)
            if mol is None:
                found = f"found {text!r} at position {position}"
                raise InputError(f"{found}, expected a SMILES that RDKit can read")
            fingerprints.append(generator.GetFingerprint(mol))
    return fingerprints
