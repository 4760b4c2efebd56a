"""Columns that say what a structure is: its key, stereochemistry, variants, scaffold and cluster.

Equal keys are one compound, whatever tautomer, salt, protonation or drawing came in. Compounds that
are the same but for stereochemistry or isotope labels have keys of their own and stay apart
everywhere. The models read no stereochemistry, so stereoisomers get equal predictions, and a list
may hold several of them; a compound and its labelled form are one question to an assay, so a list
holds one of the two.
"""

from base64 import b32encode
from collections.abc import Sequence

import numpy as np
import pandas as pd

from chem.assess.accessibility import accessibility
from chem.assess.clusters import SIMILAR, clusters, scaffold
from chem.structure.stereo.stereo_status import describe_stereo
from chem.structure.variants import without_isotopes, without_stereo
from screening.prepare.records import NO_KEY

SAME_BUT_ISOTOPES = "same_but_isotopes"
"""What passes over a compound that is the same as a hit before it but for isotope labels."""


def key_text(key: bytes) -> str:
    """Return a key of 16 bytes as 26 letters and digits; ``""`` for that of a rejected record.

    >>> key_text(bytes(15) + bytes([1]))
    'AAAAAAAAAAAAAAAAAAAAAAAAAE'
    """
    return "" if key == NO_KEY else b32encode(key).decode().rstrip("=")


def stereo_word(smiles: str) -> str:
    """Return what a judged structure states of stereochemistry: a word of ``STEREO_WORDS``.

    smiles: SMILES or CXSMILES of a standardized structure; of a rejected
    record, which has none, it is ``""``.
    """
    return describe_stereo(smiles) if smiles else ""


def variants(smiles: Sequence[str]) -> list[str]:
    """Return, for each hit, the first one before it that differs in stereochemistry or labels.

    smiles: of the hits in rank order, standardized. The text is empty for most, and otherwise the
    rank of that hit, from 1, and what differs.

    >>> variants(["C[C@H](N)O", "CCO", "C[C@@H](N)O"])
    ['', '', '1 (stereochemistry)']
    """
    firsts: dict[str, int] = {}
    told = []
    for at, text in enumerate(smiles):
        plain = without_isotopes(text)
        first = firsts.setdefault(without_stereo(plain), at)
        own = smiles[first]
        told.append("" if own == text else f"{first + 1} ({_difference(own, text)})")
    return told


def _difference(one: str, other: str) -> str:
    if without_isotopes(one) == without_isotopes(other):
        return "isotopes"
    if without_stereo(one) == without_stereo(other):
        return "stereochemistry"
    return "stereochemistry and isotopes"


def with_structure_columns(hits: pd.DataFrame, similarity: float = SIMILAR) -> pd.DataFrame:
    """Return hits, in rank order with ``smiles``, with five more columns.

    - ``sa_score``: float64 in [1, 10], see ``chem.assess.accessibility``;
    - ``scaffold``: text, the Bemis-Murcko scaffold as SMILES, "" for a molecule without rings;
    - ``stereo``: text, what the structure states of stereochemistry, see
      ``chem.structure.stereo.stereo_status``;
    - ``variant_of``: text, see ``variants``;
    - ``cluster``: int64 from 1, numbered by its first hit in rank order, see
      ``chem.assess.clusters``; similarity: Tanimoto similarity from which two hits are alike. Hits
      that were chosen by clusters keep those of their selection, which ``picked_by`` names.
    """
    smiles = [str(text) for text in hits["smiles"]]
    hits = hits.assign(
        sa_score=np.array(accessibility(smiles), dtype=np.float64),
        scaffold=pd.Series([scaffold(text) for text in smiles], index=hits.index, dtype="str"),
        stereo=pd.Series([stereo_word(text) for text in smiles], index=hits.index, dtype="str"),
        variant_of=pd.Series(variants(smiles), index=hits.index, dtype="str"),
    )
    if "cluster" in hits:
        return hits
    return hits.assign(cluster=np.array(clusters(smiles, similarity), dtype=np.int64))
