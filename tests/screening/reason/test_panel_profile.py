"""Selectivity over a panel: the share of targets that are hit, its interval, the entropy."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.reason.panel_profile import (
    Profile,
    Profiles,
    close_targets,
    primary_places,
    profiles_of,
)
from screening.score.target_panel import TargetPanel

PREDICTIONS = st.lists(
    st.tuples(st.floats(2, 12), st.floats(0, 3)), min_size=1, max_size=40, unique=True
)


def profile(means: list[float], stds: list[float] | None = None) -> Profile:
    mean, std = np.array(means), np.array(stds or [0.5] * len(means))
    return Profile(mean, std, mean - 2 * std, mean + 2 * std)


def test_the_share_counts_predictions_of_1_um() -> None:
    assert profile([5.99, 6.0, 7.0, 3.0]).share == 0.5


def test_sure_predictions_have_no_interval() -> None:
    assert profile([5.0, 6.0, 8.0], [0.0, 0.0, 0.0]).share_interval == (2 / 3, 2 / 3)


def test_half_of_an_error_is_common_to_all_targets() -> None:
    """At the threshold, the common error alone moves every chance from 1/20 to 19/20."""
    low, high = profile([6.0] * 9, [0.7] * 9).share_interval
    assert low == pytest.approx(0.05, abs=1e-9)
    assert high == 1.0  # it holds the share, which is 1


@given(PREDICTIONS)
def test_the_interval_holds_the_share(found: list[tuple[float, float]]) -> None:
    one = profile([mean for mean, _ in found], [std for _, std in found])
    low, high = one.share_interval
    assert 0 <= low <= one.share <= high <= 1


@given(PREDICTIONS, st.floats(0, 2))
def test_more_potent_on_everything_is_less_selective(
    found: list[tuple[float, float]], by: float
) -> None:
    means, stds = [mean for mean, _ in found], [std for _, std in found]
    weak, strong = profile(means, stds), profile([mean + by for mean in means], stds)
    assert weak.share <= strong.share
    assert weak.share_interval[0] <= strong.share_interval[0] + 1e-12
    assert weak.share_interval[1] <= strong.share_interval[1] + 1e-12
    assert weak.entropy == pytest.approx(strong.entropy, abs=1e-6)


def test_the_entropy_is_that_of_the_paper() -> None:
    """Uitdehaag & Zaman 2011: 0 for one target, ln 2 for two equal ones."""
    assert profile([9.0, -20.0, -20.0]).entropy == pytest.approx(0.0, abs=1e-12)
    assert profile([7.0, 7.0, -20.0]).entropy == pytest.approx(math.log(2))
    assert profile([6.0] * 10).entropy == pytest.approx(math.log(10))
    # Kd of 1 nM and of 10 nM: 10/11 and 1/11.
    two = -(10 / 11 * math.log(10 / 11) + 1 / 11 * math.log(1 / 11))
    assert profile([9.0, 8.0]).entropy == pytest.approx(two)


def test_close_targets_are_those_that_may_be_hit() -> None:
    found = profile([8.0, 7.1, 6.9, 6.5, 6.4, 5.0, 7.5])
    assert close_targets(found, [0, 6]) == [1, 2, 3]
    assert close_targets(profile([7.2, 6.3, 6.1, 6.4]), [0]) == [3, 1]
    assert close_targets(found, [0, 6], {5: 9.0, 4: 6.0}) == [5, 1, 2, 3]


def test_a_weak_hit_has_no_off_targets_that_are_weak_too() -> None:
    weak = profile([5.0, 4.9, 5.9, 6.0, 6.2])
    assert close_targets(weak, [0]) == [4, 3]
    assert close_targets(weak, [0], {1: 6.1}) == [4, 1, 3]


def test_profiles_are_read_in_the_order_of_the_panel(panel: TargetPanel) -> None:
    # Columns of a frame may be in any order, with others between them.
    names = ["score", *reversed(panel.columns)]
    values = np.arange(2 * len(names), dtype=np.float32).reshape(2, -1)
    hits = pd.DataFrame(values, columns=names)
    found = profiles_of(hits, panel)
    assert found.values.dtype == np.float32
    assert len(found) == 2
    for number, (one, row) in enumerate(zip(found, hits.to_dict("records"), strict=True)):
        assert one.mean.tolist() == [row[target.task] for target in panel.targets]
        assert one.std.tolist() == [row[f"{target.task}_std"] for target in panel.targets]
        assert one.low.tolist() == [row[f"{target.task}_lo"] for target in panel.targets]
        assert one.high.tolist() == [row[f"{target.task}_hi"] for target in panel.targets]
        assert one.mean.dtype == np.float64  # sums of float32 differ in the last decimals
        assert found[number:][0].mean.tolist() == one.mean.tolist()
    (at,) = primary_places(panel, ["activity_EGFR", "toxicity_herg"])
    assert panel.targets[at].name == "EGFR"


def test_profiles_of_64_bits_are_not_rounded(panel: TargetPanel) -> None:
    hits = pd.DataFrame(np.full((1, len(panel.columns)), 0.1), columns=list(panel.columns))
    assert profiles_of(hits, panel)[0].mean[0] == 0.1
    assert len(Profiles(np.empty((0, 3, 4)))) == 0
