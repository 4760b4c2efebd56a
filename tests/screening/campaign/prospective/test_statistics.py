"""Coverage, bias, ranks and actives, against hand-made tables, closed formulas and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from screening.campaign.event import Registered
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.shared_errors import compute_bits
from screening.campaign.prospective.statistics import (
    Comparisons,
    compare,
    means_so_far,
    share_of,
)
from tests.screening.campaign.prospective.simulate import (
    HALF,
    NAN,
    compare_rows,
    make_event,
    make_row,
)


def compare_all(rows: list[Comparison]) -> Comparisons:
    return compare(rows, means_so_far(rows), compute_bits(rows))


@given(st.integers(1, 300), st.data())
def test_wilsons_interval_is_that_of_his_formula(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    found = share_of(k, n)
    z, p = 1.959963984540054, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert found.low == pytest.approx(middle - half, abs=1e-9)
    assert found.high == pytest.approx(middle + half, abs=1e-9)


def test_a_table_by_hand() -> None:
    """Five exact values, a bound that allows the interval and one that contradicts it."""
    rows = compare_rows(
        make_row(1, 6.0, 6.0),
        make_row(2, 7.0, 6.5),
        make_row(3, 5.0, 6.0),  # outside: the interval ends at 5.18
        make_row(4, 6.5, 6.0),
        make_row(5, 7.0, 7.5),
        make_row(6, 5.5, 6.0, qualifier="<"),
        make_row(7, 5.0, 7.0, qualifier="<"),  # excludes the interval from 6.18 on
        make_row(8, 40.0, 6.0, unit="% inhibition"),
    )
    found = compare_all(rows)
    assert (found.with_value, found.not_compared) == (8, 1)
    assert (found.coverage.k, found.coverage.n) == (4, 5)
    assert (found.bounds.k, found.bounds.n) == (1, 2)
    errors = [0.0, 0.5, -1.0, 0.5, -0.5]
    assert found.bias == pytest.approx(-0.1)
    assert found.bias_error == pytest.approx(stats.sem(errors))
    assert found.rms_error == pytest.approx(math.sqrt(1.75 / 5))
    assert found.rms_registered == pytest.approx(0.5)
    assert math.isnan(found.spearman)  # of five compounds
    assert math.isnan(found.rms_of_mean)  # no earlier event


def test_the_bias_with_bounds_takes_each_at_the_nearest_value() -> None:
    rows = [
        make_row(1, 6.0, 6.5),
        make_row(2, 7.0, 6.5),
        make_row(3, 6.5, 6.5),
        make_row(4, 5.0, 6.5, qualifier="<"),  # at least 1.5 too high
        make_row(5, 7.0, 6.5, qualifier="<"),  # allows the prediction
        make_row(6, 8.0, 7.5, qualifier=">"),  # at least 0.5 too low
        make_row(7, 5.0, 6.0, qualifier="<"),
    ]
    found = compare_all(compare_rows(*rows))
    assert found.bias == 0
    assert found.bias_with_bounds == pytest.approx((-1.5 + 0 + 0.5 - 1.0) / 7)
    assert math.isnan(compare_all(compare_rows(*rows[:5])).bias_with_bounds)


def test_actives_by_hand() -> None:
    """The level is 6.5. A bound counts if it decides."""
    rows = compare_rows(
        make_row(1, 7.0, 6.5),
        make_row(2, 6.5, 6.0),
        make_row(3, 6.0, 7.0),
        make_row(4, 5.5, 6.5, qualifier="<"),
        make_row(5, 7.0, 6.5, qualifier=">"),
        make_row(6, 7.0, 6.5, qualifier="<"),  # it may be 6 or 6.9
        make_row(7, 6.0, 6.5, qualifier=">"),
    )
    found = compare_all(rows).actives
    assert found is not None
    assert (found.found.k, found.found.n, found.undecided, found.level) == (3, 5, 2, 6.5)
    assert found.expected == pytest.approx(3 * 0.5 + stats.norm.cdf(-1) + stats.norm.cdf(1))
    assert (found.first_half.k, found.first_half.n) == (2, 3)
    assert (found.second_half.k, found.second_half.n) == (1, 2)
    assert 0 <= found.low <= found.expected <= found.high <= 5


def test_shared_errors_widen_the_expected_number() -> None:
    independent = Registered(unit="pActivity", level=6.5, correlations=None)
    rows = [make_row(4 * n, 6.5, 6.5) for n in range(1, 29)]  # one series
    together = compare_all(compare_rows(*rows)).actives
    alone = compare_all(compare_rows(*rows, event=make_event(registered=independent))).actives
    assert together is not None
    assert alone is not None
    assert together.expected == alone.expected == pytest.approx(14)
    low, high = stats.binom.ppf([0.05, 0.95], 28, 0.5)
    assert abs(alone.low - low) <= 1
    assert abs(alone.high - high) <= 1
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_the_interval_of_many_is_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.campaign.prospective import statistics

    rows = compare_rows(*(make_row(4 * n, 6.5, 6.5) for n in range(1, 29)))
    whole = compare_all(rows).actives
    monkeypatch.setattr(statistics, "MOST", 20)
    drawn = compare_all(rows).actives
    assert whole is not None
    assert drawn is not None
    assert drawn.expected == whole.expected
    assert drawn.low == pytest.approx(whole.low, abs=3)
    assert drawn.high == pytest.approx(whole.high, abs=3)
    assert drawn.low != whole.low


def test_ranks_are_those_of_scipy_from_eight_compounds() -> None:
    draw = np.random.default_rng(1)
    predicted, values = draw.normal(6, 1, (2, 8))
    rows = [make_row(n, v, p) for n, (v, p) in enumerate(zip(values, predicted, strict=True), 1)]
    found = compare_all(compare_rows(*rows))
    assert found.spearman == pytest.approx(stats.spearmanr(values, predicted).statistic)
    assert math.isnan(compare_all(compare_rows(*rows[:7])).spearman)
    flat = [row._replace(value=6.0) for row in rows]
    assert math.isnan(compare_all(compare_rows(*flat)).spearman)


def test_inhibitions_are_ranked_at_one_dose_only() -> None:
    rows = [
        make_row(n, 10.0 * n, 6 + n / 10, unit="% inhibition", concentration_uM=10.0)
        for n in range(1, 9)
    ]
    found = compare_all(compare_rows(*rows))
    assert found.spearman == pytest.approx(1)
    assert (found.not_compared, found.coverage.n, found.actives) == (8, 0, None)
    two = [rows[0]._replace(concentration_uM=1.0), *rows[1:]]
    assert math.isnan(compare_all(compare_rows(*two)).spearman)


def test_the_mean_so_far_is_that_of_earlier_events() -> None:
    first = compare_rows(make_row(1, 5.0), make_row(2, 7.0), event=make_event(1))
    second = compare_rows(make_row(1, 8.0, 7.5), make_row(2, 6.0, 6.5), event=make_event(2))
    other = compare_rows(make_row(1, 9.0), event=make_event(2, target="KDR", task="a_KDR"))
    means = means_so_far([*second, *other, *first])  # in any order
    assert means["002", "EGFR"] == 6.0
    assert math.isnan(means["001", "EGFR"])
    assert math.isnan(means["002", "KDR"])
    found = compare([*first, *second], means, compute_bits([*first, *second]))
    assert found.baseline_n == 2
    assert found.rms_of_mean == pytest.approx(math.sqrt((4 + 0) / 2))
    assert found.rms_beside_mean == pytest.approx(0.5)


def test_nothing_is_compared_where_nothing_was_registered() -> None:
    row = make_row(1, 6.0, NAN, predicted_lo=NAN, predicted_hi=NAN)
    probability = make_event(registered=Registered(unit="", level=None, correlations=None))
    for rows in (compare_rows(row), compare_rows(make_row(1, 6.0, 0.5), event=probability)):
        found = compare_all(rows)
        assert (found.not_compared, found.coverage.n, found.bounds.n) == (1, 0, 0)
        assert found.actives is None
        assert math.isnan(found.bias)


def test_an_event_without_anything_recorded_has_intervals_but_no_actives() -> None:
    found = compare_all(compare_rows(make_row(), event=make_event(registered=None)))
    assert (found.coverage.k, found.actives) == (1, None)


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_coverage_is_the_share_of_values_within_half_a_width(share: float) -> None:
    """Values at chosen distances: the interval holds exactly those below 1.645 deviations."""
    inside = round(10 * share)
    away = [0.99] * inside + [1.01] * (10 - inside)
    rows = [make_row(n, 6 + 0.5 * HALF * a, 6.0) for n, a in enumerate(away, 1)]
    assert compare_all(compare_rows(*rows)).coverage.value == pytest.approx(share)
