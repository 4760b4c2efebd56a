import numpy as np
import pytest

from gnn.explain.tsne_layout import tsne_layout


def groups(size: int, count: int = 4) -> np.ndarray:
    """Distances of points in ``count`` groups: 0.1 to 0.3 inside, 0.8 to 1 between."""
    draw = np.random.default_rng(3)
    of = np.arange(size) % count
    same = of[:, None] == of[None, :]
    noise = draw.uniform(0, 0.2, (size, size))
    distances = np.where(same, 0.1, 0.8) + (noise + noise.T) / 2
    np.fill_diagonal(distances, 0)
    return distances


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 9, 10, 11, 60])
def test_points_are_on_the_page(size: int) -> None:
    points = tsne_layout(groups(size))
    assert points.shape == (size, 2)
    assert np.isfinite(points).all()
    assert ((points >= 0) & (points <= 1)).all()


@pytest.mark.parametrize("size", [8, 80])
def test_what_is_alike_stands_together(size: int) -> None:
    points = tsne_layout(groups(size))
    of = np.arange(size) % 4
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (of[apart.argmin(axis=1)] == of).mean() > 0.9


def test_the_same_distances_give_the_same_points() -> None:
    assert (tsne_layout(groups(60)) == tsne_layout(groups(60))).all()


@pytest.mark.parametrize("size", [5, 30])
def test_points_without_any_difference_do_not_break_it(size: int) -> None:
    assert np.isfinite(tsne_layout(np.zeros((size, size)))).all()


def test_refuses_what_is_not_a_square() -> None:
    with pytest.raises(ValueError, match="expected a square"):
        tsne_layout(np.zeros((3, 2)))
