"""The expected number of active hits, and its interval for like and for unlike hits."""

from math import erf, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from screening.hits.expected_actives import MOST, expect_actives, tell_expected
from screening.objective.screen_settings import Screen
from screening.score.card_facts import ErrorCorrelations

KNOWN = {"activity": ErrorCorrelations(0.4, (0.1, 0.5, 0.9), (0.0, 0.3, 0.8))}
UNITS = {"activity_EGFR": "pActivity"}
LIMITS = {"activity_distance": 0.6}


def hits(smiles: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"smiles": smiles, "EGFR": 7.0, "EGFR_std": 0.8})


def test_the_mean_is_the_sum_of_probabilities() -> None:
    mean, std = np.array([6.0, 7.0, 8.0]), np.array([0.5, 1.0, 0.8])
    found = expect_actives(mean, std, 6.5, np.eye(3))
    chances = [(1 + erf((m - 6.5) / s / sqrt(2))) / 2 for m, s in zip(mean, std, strict=True)]
    assert found.mean == pytest.approx(sum(chances))
    assert found.low <= found.mean <= found.high


def test_independent_errors_give_the_binomial_interval() -> None:
    found = expect_actives(np.full(100, 6.5), np.ones(100), 6.5, np.eye(100))
    assert (found.low, found.high) == pytest.approx((42, 58), abs=1)
    assert (found.low, found.high) == pytest.approx(found.independent, abs=1)


def test_errors_of_one_series_widen_the_interval() -> None:
    together = np.full((100, 100), 0.7)
    np.fill_diagonal(together, 1)
    found = expect_actives(np.full(100, 6.5), np.ones(100), 6.5, together)
    assert found.low < 10
    assert found.high > 90
    assert found.independent == pytest.approx((42, 58), abs=1)


def test_a_list_of_like_hits_is_less_certain_than_a_diverse_one(kinase: Screen) -> None:
    series = [f"CC{'C' * n}Nc1ncnc2cc(OC)c(OC)cc12" for n in range(8)]
    diverse = ["CCO", "c1ccccc1C(=O)O", "NC1CCCCC1", "O=S(=O)(N)c1ccsc1", "CC(C)C#N", "OCC(F)F"]
    texts = [
        next(tell_expected(hits(one), kinase, UNITS, KNOWN, LIMITS)) for one in (series, diverse)
    ]
    assert texts[0].startswith("Expected: of 8 hits, ")
    ends = [text.split("interval ")[1].split(",")[0].split(" to ") for text in texts]
    widths = [(int(high) - int(low)) / size for (low, high), size in zip(ends, (8, 6), strict=True)]
    assert widths[0] > widths[1]


def test_half_of_the_desirability_is_the_level(kinase: Screen) -> None:
    term = kinase.objective.primary[0]
    assert term.halfway == (term.zero + term.full) / 2


@pytest.mark.parametrize(
    ("frame", "known"),
    [(hits(["CCO"]), KNOWN), (hits(["CCO"] * (MOST + 1)), KNOWN), (hits(["CCO", "CCN"]), {})],
)
def test_nothing_is_said_of_one_hit_of_too_many_and_without_correlations(
    frame: pd.DataFrame, known: dict[str, Any], kinase: Screen
) -> None:
    assert not list(tell_expected(frame, kinase, UNITS, known, LIMITS))
