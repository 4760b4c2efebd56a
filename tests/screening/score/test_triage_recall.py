import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, binom

from screening.score.triage import PER_HIT, Triage
from screening.score.triage_recall import Recall, TriageFacts, describe_triage, measure_recall


def scored(rows: np.ndarray, kept: np.ndarray | bool = True) -> pd.DataFrame:
    """Row 1 is the best, and so on."""
    return pd.DataFrame({"row": rows, "score": 1.0 - rows / 1e6, "kept": kept})


def test_recall_is_the_share_of_the_audits_best_that_was_chosen() -> None:
    audit = np.arange(1, 20_001, 10)  # 2,000 of 20,000
    chosen = np.setdiff1d(np.arange(1, 500 * PER_HIT + 3), [11, 111])  # twelve for each of 500
    found = measure_recall(Triage(20_000, {}, chosen, audit), scored(audit), hits=40)
    assert (found.audited, found.best, found.found) == (2000, 50, 48)
    assert found.recall == 48 / 50
    # The bound is the recall with which as many or more are found once in twenty times.
    assert binom.sf(found.found - 1, found.best, found.low) == pytest.approx(0.05)


@pytest.mark.parametrize(("best", "chosen"), [(1, 1), (10, 3), (50, 48), (200, 200), (2000, 1)])
def test_the_bound_is_that_of_clopper_and_pearson(best: int, chosen: int) -> None:
    audit = np.arange(1, best + 1)
    triage = Triage(best, {}, audit[:chosen], audit)
    found = measure_recall(triage, scored(audit), hits=best)
    assert (found.best, found.found) == (best, chosen)
    assert found.low == beta.ppf(0.05, chosen, best - chosen + 1)


def test_the_depth_is_that_of_the_hits_where_these_are_many() -> None:
    audit = np.arange(1, 20_001, 10)
    found = measure_recall(Triage(20_000, {}, audit[:100], audit), scored(audit), hits=2000)
    assert (found.best, found.found) == (200, 100)
    few = measure_recall(Triage(20_000, {}, audit[:1200], audit), scored(audit), hits=40)
    assert (few.best, few.found) == (10, 10)


def test_what_filters_took_does_not_count() -> None:
    audit = np.arange(1, 401)
    kept = audit % 2 == 0
    found = measure_recall(Triage(400, {}, audit[kept], audit), scored(audit, kept), hits=30)
    assert (found.best, found.found) == (30, 30)


def test_an_audit_of_nobody() -> None:
    nobody = np.zeros(0, np.int64)
    found = measure_recall(Triage(0, {}, nobody, nobody), scored(nobody), hits=5)
    assert (found.audited, found.best, found.recall, found.low) == (0, 0, 1.0, 0.0)


def test_an_audit_that_was_not_scored_is_refused() -> None:
    audit = np.arange(1, 101)
    with pytest.raises(ValueError, match="100 were drawn but 99"):
        measure_recall(Triage(100, {}, audit, audit), scored(audit[1:]), hits=5)


@pytest.mark.parametrize(
    ("recall", "says"),
    [
        (
            Recall(60, 17, 17, 0.838),
            "17 top compounds, and the triage had chosen all of them (recall "
            "0.84 or more with 95 % confidence)",
        ),
        (
            Recall(60, 4, 3, 0.25),
            "4 top compounds, and the triage had chosen 3 of them (recall 0.75; "
            "0.25 or more with 95 % confidence)",
        ),
        (
            Recall(60, 1, 1, 0.05),
            "1 top compound, and the triage had chosen it (recall 0.05 or more "
            "with 95 % confidence)",
        ),
    ],
)
def test_the_check_is_told_beside_how_many_were_scored(recall: Recall, says: str) -> None:
    """100 of 1,200 were scored: 50 chosen and 60 drawn, 10 of them both; filters took 8 before."""
    told = describe_triage(TriageFacts("", 1200, 50, recall, "other", 8), 1108)
    start = (
        "surrogates looked at 1,200 compounds, the ensembles at the 50 most promising and 60 drawn"
    )
    assert told.startswith(
        f"{start} at random (10 in both); check: the random sample held {says}; "
    )


def test_an_audit_without_a_compound_that_passed_tells_no_recall() -> None:
    told = describe_triage(TriageFacts("", 1200, 50, Recall(60, 0, 0, 0.0)), 1090)
    assert "in both" not in told
    assert told.endswith(
        "no compound of the random sample passed the filters, so the recall is not known"
    )
