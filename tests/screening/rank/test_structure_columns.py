"""Hits get their scaffold, cluster and accessibility, each in its own row."""

import pandas as pd
import pytest

from screening.rank.structure_columns import with_structure_columns

HITS = {
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1": "c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1",
    "CC(=O)Oc1ccccc1C(=O)O": "c1ccccc1",
    "CCOc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1": ("c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1"),
    "CCCCCCO": "",
}


def test_every_row_gets_its_own() -> None:
    hits = pd.DataFrame({"smiles": list(HITS)}, index=[7, 3, 5, 1], dtype="str")
    found = with_structure_columns(hits)
    assert found["scaffold"].tolist() == list(HITS.values())
    assert found["cluster"].tolist() == [1, 2, 1, 3]
    assert found["sa_score"].between(1, 10).all()
    assert found["sa_score"].idxmin() == 1, "hexanol is easier than any of the others"
    assert list(hits) == ["smiles"], "the frame that was given is as it was"
    assert found.index.tolist() == [7, 3, 5, 1]


def test_similarity_decides_the_clusters() -> None:
    hits = pd.DataFrame({"smiles": list(HITS)}, dtype="str")
    assert with_structure_columns(hits, 1.0)["cluster"].tolist() == [1, 2, 3, 4]


def test_no_hits_have_the_same_columns() -> None:
    empty = with_structure_columns(pd.DataFrame({"smiles": pd.Series(dtype="str")}))
    assert list(empty) == ["smiles", "sa_score", "scaffold", "stereo", "variant_of", "cluster"]
    assert empty.dtypes.astype(str).tolist() == ["str", "float64", *["str"] * 3, "int64"]
    with pytest.raises(KeyError):
        with_structure_columns(pd.DataFrame({"rank": [1]}))
