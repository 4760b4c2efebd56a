"""Adds columns on structures: the key, stereochemistry, variants, scaffold and cluster.

Equal keys mean one compound, whatever tautomer, salt, protonation or drawing the library has.
Compounds that differ only in stereochemistry or isotope labels have different keys and are separate
everywhere. The models do not read stereochemistry, so stereoisomers get equal predictions, and a
list may hold several of them. A compound and its labelled form would give the same assay result, so
a list holds one of the two.
"""

from base64 import b32decode, b32encode
from collections.abc import Sequence

import numpy as np
import pandas as pd

from chem.assess.accessibility import accessibility
from chem.assess.clusters import SIMILAR, clusters, scaffold
from chem.structure.equivalence import without_isotopes, without_stereo
from chem.structure.stereo.stereo_status import describe_stereo
from screening.prepare.prepared_rows import NO_KEY

SAME_BUT_ISOTOPES = "same_but_isotopes"
"""The reason for skipping a compound that differs from an earlier hit only in isotope labels."""


def key_text(key: bytes) -> str:
    """Return a key of 16 bytes as 26 letters and digits; ``""`` for a rejected record.

    >>> key_text(bytes(15) + bytes([1]))
    'AAAAAAAAAAAAAAAAAAAAAAAAAE'
    """
    return "" if key == NO_KEY else b32encode(key).decode().rstrip("=")


def is_key(text: str) -> bool:
    """Tell whether ``key_text`` wrote a text, other than the empty one."""
    try:
        return key_text(key_bytes(text)) == text != ""
    except ValueError:
        return False


def key_bytes(text: str) -> bytes:
    """Return the 16 bytes of a key that ``key_text`` wrote.

    Raises ValueError for any other text.

    >>> key_bytes("AAAAAAAAAAAAAAAAAAAAAAAAAE") == bytes(15) + bytes([1])
    True
    """
    return b32decode(text + "======")


def stereo_word(smiles: str) -> str:
    """Return what a structure states of its stereochemistry: a word of ``STEREO_WORDS``.

    smiles: the SMILES or CXSMILES of a standardized structure; ``""`` for a rejected record, which
    has none.
    """
    return describe_stereo(smiles) if smiles else ""


def variants(smiles: Sequence[str]) -> list[str]:
    """Return, for each hit, the first hit that differs from it only in stereochemistry or labels.

    smiles: the standardized SMILES of the hits, in rank order. The text is empty for most hits;
    otherwise it has the rank of that earlier hit, from 1, and the difference.

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
    """Return hits with five more columns; they are in rank order and have ``smiles``.

    - ``sa_score``: float64 in [1, 10], see ``chem.assess.accessibility``;
    - ``scaffold``: text, the Bemis-Murcko scaffold as SMILES, "" for a molecule without rings;
    - ``stereo``: text, what the structure states of its stereochemistry, see
      ``chem.structure.stereo.stereo_status``;
    - ``variant_of``: text, see ``variants``;
    - ``cluster``: int64 from 1, numbered by the cluster's first hit in rank order, see
      ``chem.assess.clusters``. Hits that were chosen by clusters keep the clusters of their
      selection, which ``picked_by`` names.

    similarity: the Tanimoto similarity from which two hits are alike.
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
