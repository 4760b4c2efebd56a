"""Hits get their scaffold, cluster and accessibility, each in its own row."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from chem.structure.standardize import Standardized, standardize
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.structure_columns import SAME_BUT_ISOTOPES, variants, with_structure_columns
from screening.select.constraints import ISOTOPES, Candidate, Constraints

HITS = {
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1": "c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1",
    "CC(=O)Oc1ccccc1C(=O)O": "c1ccccc1",
    "CCOc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1": ("c1ccc(Nc2ncnc3ccc(OCCCN4CCOCC4)cc23)cc1"),
    "CCCCCCO": "",
}
PLAIN, LABELLED = "COc1ccccc1", "[2H]C([2H])([2H])Oc1ccccc1"


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


@pytest.mark.parametrize(
    ("hits", "told"),
    [
        (["CCO", "CCN"], ["", ""]),
        (["C[C@H](N)c1ccccc1", "C[C@@H](N)c1ccccc1"], ["", "1 (stereochemistry)"]),
        (
            ["CCO", "CC(N)c1ccccc1", "C[C@H](N)c1ccccc1", "C[C@@H](N)c1ccccc1"],
            ["", "", "2 (stereochemistry)", "2 (stereochemistry)"],
        ),
        (["C/C=C/C", "C/C=C\\C"], ["", "1 (stereochemistry)"]),
        ([PLAIN, LABELLED], ["", "1 (isotopes)"]),
        ([LABELLED, PLAIN], ["", "1 (isotopes)"]),
        (
            ["C[C@H](N)c1ccccc1", "[2H]C([2H])([2H])C(N)c1ccccc1"],
            ["", "1 (stereochemistry and isotopes)"],
        ),
        (["Cc1ccncc1", "Cc1cccnc1"], ["", ""]),  # regioisomers are something else
    ],
)
def test_the_first_of_each_compound_is_named(hits: list[str], told: list[str]) -> None:
    standard = [standardize(smiles, "smiles") for smiles in hits]
    assert all(isinstance(one, Standardized) for one in standard)
    assert variants([one.smiles for one in standard if isinstance(one, Standardized)]) == told


def rank(smiles: list[str], hits: int, **wants: float) -> tuple[list[str], dict[str, int]]:
    """The hits of compounds given best first, and what was taken."""
    screen = Screen.model_validate(
        {
            "name": "s",
            "title": "s",
            "library": "l",
            "bundles": ["b"],
            "hits": hits,
            "primary": [{"task": "b_X", "zero": 0.0, "full": 10.0, "caution": 0.0}],
            "filters": wants,
        }
    )
    frame = pd.DataFrame({"row": range(1, len(smiles) + 1), "smiles": smiles})
    frame["b_X"] = np.linspace(9, 1, len(smiles))
    frame["b_X_std"] = 0.1
    found = rank_with_costly_filters(lambda: [frame], screen)
    assert found.scored == found.passed + sum(found.filtered.values())
    return found.hits["smiles"].tolist(), found.filtered


def test_one_of_two_that_differ_in_labels_is_a_hit() -> None:
    others = ["CCO", "CCN"]
    assert rank([PLAIN, LABELLED, *others], 3) == ([PLAIN, *others], {SAME_BUT_ISOTOPES: 1})
    assert rank([LABELLED, "CCO", PLAIN, "CCN"], 3)[0] == [LABELLED, *others]
    assert rank([PLAIN, *others, LABELLED], 3) == ([PLAIN, *others], {})  # it was not reached
    assert rank([PLAIN, LABELLED], 3) == ([PLAIN], {SAME_BUT_ISOTOPES: 1})


def test_stereoisomers_are_hits_both() -> None:
    both = ["C[C@H](N)O", "C[C@@H](N)O"]
    assert rank(both, 2) == (both, {})


def test_a_filter_goes_before_and_its_compound_keeps_nobody_away() -> None:
    """The labelled one fails no filter that the plain one passes; an alert takes both alike."""
    hits, taken = rank([PLAIN, LABELLED, "CCO"], 3, min_qed=0.45)
    assert hits == [PLAIN]
    assert taken == {"min_qed": 1, SAME_BUT_ISOTOPES: 1}


def test_a_selection_refuses_the_second_and_keeps_a_control() -> None:
    basket = Constraints(Selection())
    assert basket.try_add(Candidate(1, PLAIN), "rank")
    assert not basket.try_add(Candidate(2, LABELLED), "rank")
    assert basket.refused == {2: ISOTOPES}
    basket = Constraints(Selection(budget=1.0, price_column="p"))
    basket.add_control(Candidate(1, PLAIN, price=Decimal(0)))
    basket.add_control(Candidate(2, LABELLED, price=Decimal(0)))
    assert list(basket.taken) == [1, 2]
