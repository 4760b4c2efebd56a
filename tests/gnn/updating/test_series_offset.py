"""Offsets of series: errors that go together are found again, and others change nothing."""

import numpy as np
import pytest

from gnn.updating.series_offset import KnownErrors, move_series

SIMILARITY, SERIES = (0.1, 0.5, 0.9), (0.0, 0.4, 0.7)
CORES = 40


def drawn(shared: float, each: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return environments [n, 128] and errors [n] of 40 series with a shared part of the error."""
    generator = np.random.default_rng(seed)
    core = np.repeat(generator.random((CORES, 1024)) < 0.04, each, axis=0)
    bits = np.packbits(core | (generator.random((len(core), 1024)) < 0.008), axis=1)
    common = np.repeat(generator.normal(size=CORES), each)
    own = generator.normal(size=len(core))
    return bits, np.sqrt(shared) * common + np.sqrt(1 - shared) * own


def split(errors: np.ndarray, measured: int, each: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the first compounds of each series, and the others."""
    place = np.arange(len(errors)) % each
    return np.flatnonzero(place < measured), np.flatnonzero(place >= measured)


@pytest.mark.parametrize("measured", [3, 5])
def test_three_compounds_move_a_series(measured: int) -> None:
    bits, errors = drawn(0.55)
    seen, rest = split(errors, measured)
    moved = move_series(KnownErrors(bits[seen], errors[seen]), bits[rest], SIMILARITY, SERIES)
    before, after = np.square(errors[rest]), np.square(errors[rest] - moved.offset)
    assert after.mean() < 0.8 * before.mean()
    by_series = (after - before).reshape(CORES, -1).mean(axis=1)
    assert (by_series < 0).mean() >= 0.7
    inside = np.abs(errors[rest] - moved.offset) <= 1.645 * moved.deviation
    assert 0.87 <= inside.mean() <= 0.96


def test_errors_without_a_shared_part_cost_little() -> None:
    bits, errors = drawn(0.0)
    seen, rest = split(errors, 3)
    moved = move_series(KnownErrors(bits[seen], errors[seen]), bits[rest], SIMILARITY, SERIES)
    worse = np.square(errors[rest] - moved.offset).mean() / np.square(errors[rest]).mean()
    assert worse < 1.1


def test_unlike_compounds_are_not_moved() -> None:
    bits, errors = drawn(0.55)
    moved = move_series(KnownErrors(bits[:3], errors[:3] + 3), bits[12:], (0.5, 0.9), (0.0, 0.7))
    assert np.abs(moved.offset[moved.nearest <= 0.5]).max() == 0
    assert moved.deviation[moved.nearest <= 0.5].min() == 1


def test_nothing_measured_moves_nothing() -> None:
    bits, errors = drawn(0.55)
    for known, series in (
        (KnownErrors(bits[:0], errors[:0]), SERIES),
        (KnownErrors(bits, errors), ()),
    ):
        moved = move_series(known, bits[:5], SIMILARITY[: len(series)], series)
        assert moved.offset.tolist() == [0.0] * 5
        assert moved.deviation.tolist() == [1.0] * 5


def test_a_molecule_is_moved_alike_in_any_batch() -> None:
    bits, errors = drawn(0.55)
    known = KnownErrors(bits[:50], errors[:50])
    whole = move_series(known, bits, SIMILARITY, SERIES)
    for at in (0, 7, 333):
        alone = move_series(known, bits[at : at + 1], SIMILARITY, SERIES)
        assert [one[0] for one in alone] == [one[at] for one in whole]


def test_errors_that_agree_move_more_than_errors_that_do_not() -> None:
    bits, _ = drawn(0.55)
    alike = move_series(
        KnownErrors(bits[:3], np.array([1.0, 1.1, 0.9])), bits[3:12], SIMILARITY, SERIES
    )
    apart = move_series(
        KnownErrors(bits[:3], np.array([3.0, -2.0, 2.0])), bits[3:12], SIMILARITY, SERIES
    )
    assert alike.offset.min() > 0.3
    assert np.abs(apart.offset).mean() < alike.offset.mean()
    assert apart.deviation.mean() > alike.deviation.mean()


def test_one_compound_measured_twice_is_no_fault() -> None:
    bits, _ = drawn(0.55)
    known = KnownErrors(bits[[0, 0, 0]], np.array([1.0, 1.2, 0.8]))
    moved = move_series(known, bits[:1], SIMILARITY, SERIES)
    assert 0 < moved.offset[0] <= 1.2
