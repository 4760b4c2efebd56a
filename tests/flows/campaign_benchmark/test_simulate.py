"""Simulated campaigns on a small assay in which series are potent or not."""

import numpy as np
import pytest

from flows.campaign_benchmark.assays import Assay
from flows.campaign_benchmark.simulate import PLATE, WAYS, State, replay

SERIES = 25


def assay(seed: int = 0) -> Assay:
    """Return 500 compounds in 25 series of 20; some series are potent."""
    draw = np.random.default_rng(seed)
    series = np.repeat(np.arange(SERIES), 20)
    own = draw.normal(5.5, 1.0, SERIES)
    values = own[series] + draw.normal(0, 0.3, len(series))
    kernel = np.where(series[:, None] == series[None], 0.8, 0.1).astype(np.float32)
    np.fill_diagonal(kernel, 1.0)
    counts = (series[:, None] == np.arange(SERIES)[None]).astype(np.float32)
    return Assay("series", values, float(np.sort(values)[-25]), kernel, counts)


ASSAY = assay()


@pytest.mark.parametrize("way", WAYS)
def test_every_plate_is_of_new_compounds_and_the_same_start_gives_the_same(way: str) -> None:
    picked: list[np.ndarray] = []
    pick = WAYS[way]()

    def watched(state: State, later: int) -> np.ndarray:
        rows = pick(state, later)
        assert not set(rows.tolist()) & set(state.measured.tolist())
        picked.append(rows)
        return rows

    found = replay(ASSAY, watched, seed=3, plates=4)
    assert [len(set(rows.tolist())) for rows in picked] == [PLATE] * 3
    assert (np.diff(found.found) >= 0).all()
    assert found.found[-1] == ASSAY.is_active[np.concatenate([_first(3), *picked])].sum()
    again = replay(ASSAY, WAYS[way](), seed=3, plates=4)
    assert np.array_equal(found.found, again.found)


def _first(seed: int) -> np.ndarray:
    first: np.ndarray = np.random.default_rng(seed).choice(np.arange(500), PLATE, replace=False)
    return first


def test_every_way_starts_with_the_same_plate() -> None:
    assert len({int(replay(ASSAY, WAYS[way](), 1, plates=2).found[0]) for way in WAYS}) == 1


@pytest.mark.parametrize("way", ["forest, UCB", "greedy", "probability", "knowledge"])
def test_what_learns_finds_far_more_than_chance(way: str) -> None:
    found = [replay(ASSAY, WAYS[way](), seed, plates=5).found[-1] for seed in range(3)]
    chance = [replay(ASSAY, WAYS["random"](), seed, plates=5).found[-1] for seed in range(3)]
    assert np.mean(found) > 1.5 * np.mean(chance)


def test_most_results_are_in_the_intervals_that_were_told_before() -> None:
    covered = [replay(ASSAY, WAYS["knowledge"](), seed, plates=5).covered for seed in range(3)]
    assert np.isnan([one[0] for one in covered]).all()
    assert 0.8 <= np.mean([one[2:] for one in covered]) <= 1
