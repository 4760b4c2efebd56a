"""Lays molecules out by t-SNE: points with similar neighbours, from all pairwise distances."""

import numpy as np

from gnn.features.array_types import Floats, Floats64

ENOUGH = 10
"""Fewer points than this are laid out by scaling only, because t-SNE needs neighbours."""
PERPLEXITY = 30.0
ITERATIONS = 500


def tsne_layout(distances: Floats) -> Floats64:
    """Lay out n points so that near ones are similar; large distances only mean dissimilar.

    distances: symmetric ``[n, n]``, 0 to 1, such as 1 - Tanimoto similarity.
    Returns ``[n, 2]`` in 0 to 1; the middle for a single point.

    Classical scaling (Torgerson 1952) gives the start, t-SNE (van der Maaten and Hinton, J. Mach.
    Learn. Res. 2008, 9, 2579) the rest. With one thread and fixed seeds, the same distances give
    the same points on one kind of CPU. It takes a second for 1,000 points on one core.
    """
    count = len(distances)
    if distances.shape != (count, count):
        raise ValueError(f"found distances of shape {distances.shape}, expected a square")
    if count < 3:
        return np.column_stack([(np.arange(count) + 0.5) / max(count, 1), np.full(count, 0.5)])
    from threadpoolctl import threadpool_limits

    exact = np.asarray(distances, dtype=np.float64)
    with threadpool_limits(limits=1):
        points = _classical_scaling(exact)
        if count >= ENOUGH:
            points = _tsne(exact, points)
    low, high = points.min(axis=0), points.max(axis=0)
    span = max(float((high - low).max()), 1e-12)
    return np.asarray(0.5 + (points - (low + high) / 2) / span)


def _classical_scaling(distances: Floats64) -> Floats64:
    """Return ``[n, 2]``: the two directions in which squared distances vary most."""
    inner = -0.5 * distances**2
    inner = inner - inner.mean(axis=0) - inner.mean(axis=1)[:, None] + inner.mean()
    points = np.zeros((len(inner), 2))
    if not np.allclose(inner, 0):
        from scipy.sparse.linalg import eigsh

        start = np.linspace(1.0, 2.0, len(inner))
        values, vectors = eigsh(inner, k=2, v0=start) if len(inner) > 3 else np.linalg.eigh(inner)
        points = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 0))
    largest = points[np.abs(points).argmax(axis=0), [0, 1]]
    return np.asarray(points * np.where(largest < 0, -1.0, 1.0))


def _tsne(distances: Floats64, start: Floats64) -> Floats64:
    """Return ``[n, 2]``: t-SNE from a start."""
    from sklearn.manifold import TSNE

    spread = max(float(start[:, 0].std()), 1e-12)
    tsne = TSNE(
        metric="precomputed",
        init=start / spread * 1e-4,
        perplexity=min(PERPLEXITY, (len(start) - 1) / 3),
        max_iter=ITERATIONS,
        learning_rate="auto",
        random_state=0,
    )
    return np.asarray(tsne.fit_transform(distances), dtype=np.float64)
