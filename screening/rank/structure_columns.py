"""Structure columns of hits: scaffold, stereochemistry, cluster, and how hard a compound is to
make."""

import numpy as np
import pandas as pd

from chem.assess.accessibility import accessibility
from chem.assess.clusters import SIMILAR, clusters, scaffold
from screening.rank.identity import stereo_word
from screening.rank.variants import variants


def with_structure_columns(hits: pd.DataFrame, similarity: float = SIMILAR) -> pd.DataFrame:
    """Return hits, in rank order with ``smiles``, with five more columns.

    - ``sa_score``: float64 in [1, 10], see ``chem.assess.accessibility``;
    - ``scaffold``: text, the Bemis-Murcko scaffold as SMILES, "" for a molecule without rings;
    - ``stereo``: text, what the structure states of stereochemistry, see
      ``chem.structure.stereo.stereo_status``;
    - ``variant_of``: text, see ``screening.rank.variants``;
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
