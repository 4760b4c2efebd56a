"""Offsets of series: errors that go together are found again, and others change nothing."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gnn.calibration.shared_error import similarities_between
from gnn.updating.series_offset import Moved, SeriesOffset, interpolate

SIMILARITY, SERIES = (0.1, 0.5, 0.9), (0.0, 0.4, 0.7)
CORES, EACH = 40, 12
Array = NDArray[np.float64]


def drawn(shared: float) -> tuple[NDArray[np.uint8], Array]:
    """Return environments [n, 128] and errors [n] of 40 series with a shared part of the error."""
    generator = np.random.default_rng(0)
    core = np.repeat(generator.random((CORES, 1024)) < 0.04, EACH, axis=0)
    bits = np.packbits(core | (generator.random((len(core), 1024)) < 0.008), axis=1)
    common = np.repeat(generator.normal(size=CORES), EACH)
    own = generator.normal(size=len(core))
    return bits, np.sqrt(shared) * common + np.sqrt(1 - shared) * own


def moved(
    known: NDArray[np.uint8],
    errors: Array,
    bits: NDArray[np.uint8],
    similarity: tuple[float, ...] = SIMILARITY,
    series: tuple[float, ...] = SERIES,
) -> Moved:
    """Return how known errors move the predictions of molecules."""
    among, likeness = (torch.from_numpy(similarities_between(one, known)) for one in (known, bits))
    return SeriesOffset(torch.from_numpy(errors), among, similarity, series).move(likeness)


def split(measured: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the first compounds of each series, and the others."""
    place = np.arange(CORES * EACH) % EACH
    return np.flatnonzero(place < measured), np.flatnonzero(place >= measured)


@pytest.mark.parametrize("measured", [3, 5])
def test_a_few_compounds_move_a_series(measured: int) -> None:
    bits, errors = drawn(0.55)
    seen, rest = split(measured)
    found = moved(bits[seen], errors[seen], bits[rest])
    before, left = np.square(errors[rest]), errors[rest] - found.offset.numpy()
    after = np.square(left)
    assert after.mean() < 0.8 * before.mean()
    assert ((after - before).reshape(CORES, -1).mean(axis=1) < 0).mean() >= 0.7
    assert 0.87 <= (np.abs(left) <= 1.645 * found.deviation.numpy()).mean() <= 0.96


def test_errors_without_a_shared_part_cost_little() -> None:
    bits, errors = drawn(0.0)
    seen, rest = split(3)
    left = errors[rest] - moved(bits[seen], errors[seen], bits[rest]).offset.numpy()
    assert np.square(left).mean() < 1.1 * np.square(errors[rest]).mean()


def test_unlike_compounds_are_not_moved() -> None:
    bits, errors = drawn(0.55)
    known = bits[: 25 * EACH]
    nearest = similarities_between(bits, known).max(axis=1)
    unlike, edge = nearest <= np.quantile(nearest, 0.2), float(np.quantile(nearest, 0.2))
    found = moved(known, np.abs(errors[: 25 * EACH]), bits, (edge, 0.9), (0.1, 0.7))
    assert unlike.sum() > 50
    assert (found.offset.numpy()[unlike] == 0).all()
    assert (found.deviation.numpy()[unlike] == 1).all()
    assert found.offset.numpy()[~unlike].max() > 0


def test_correlations_that_no_errors_have_move_nothing_without_limit() -> None:
    generator = np.random.default_rng(0)
    bits = np.packbits(generator.random((400, 1024)) < 0.3, axis=1)
    errors = generator.normal(size=400)
    likeness = similarities_between(bits, bits)
    middle = float(np.median(likeness))
    step = ((middle, middle + 1e-3), (0.0, 0.7))
    among = np.interp(likeness[:200, :200], *step)
    np.fill_diagonal(among, 1)
    assert np.linalg.eigvalsh(among).min() < -1
    found = moved(bits[:200], errors[:200], bits[200:], *step)
    assert found.offset.abs().max() <= np.abs(errors[:200]).max()


def test_a_molecule_is_moved_alike_in_any_batch() -> None:
    bits, errors = drawn(0.55)
    whole = moved(bits[:50], errors[:50], bits)
    for rows in ([0], [7, 0], list(range(300, 365))):
        some = moved(bits[:50], errors[:50], bits[rows])
        for one, other in zip(some, whole, strict=True):
            assert one.numpy().tobytes() == other[rows].numpy().tobytes()


def test_errors_that_agree_move_more_than_errors_that_do_not() -> None:
    bits, _ = drawn(0.55)
    alike = moved(bits[:3], np.array([1.0, 1.1, 0.9]), bits[3:12])
    apart = moved(bits[:3], np.array([3.0, -2.0, 2.0]), bits[3:12])
    assert alike.offset.min() > 0.3
    assert apart.offset.abs().mean() < alike.offset.mean()
    assert apart.deviation.mean() > alike.deviation.mean()


def test_one_compound_measured_three_times_is_no_fault() -> None:
    bits, _ = drawn(0.55)
    found = moved(bits[[0, 0, 0]], np.array([1.0, 1.2, 0.8]), bits[:1])
    assert 0 < found.offset.item() <= 1.2


def test_correlations_are_interpolated_as_numpy_does() -> None:
    at = np.linspace(-0.2, 1.2, 97)
    for places, values in ((SIMILARITY, SERIES), ((0.4,), (0.3,))):
        found = interpolate(
            *(torch.tensor(one, dtype=torch.float64) for one in (at, places, values))
        )
        np.testing.assert_allclose(found.numpy(), np.interp(at, places, values), atol=1e-15)
