"""Models that a process loads once: by name or path, and checked by hash."""

from collections.abc import Sequence
from functools import cache

from gnn.bundle import SHIPPED, Bundle, find_bundle, load_bundle
from gnn.predict import Predictor
from gnn.surrogate_predict import SurrogatePredictor

Known = tuple[str, str]
"""Name of a bundle that comes with the package, or the path of another one; its content hash."""


def known_bundles(bundles: Sequence[Bundle]) -> tuple[Known, ...]:
    """Return what workers need to load bundles: a shipped one by name, from their own package."""
    return tuple(
        (
            bundle.path.name if bundle.path.parent == SHIPPED else str(bundle.path.resolve()),
            bundle.sha256,
        )
        for bundle in bundles
    )


@cache
def load_bundles_once(known: tuple[Known, ...], featurizer: str) -> tuple[Bundle, ...]:
    """Load bundles, checking that they are the ones the run was planned with."""
    loaded = tuple(load_bundle(find_bundle(name), featurizer) for name, _ in known)
    for bundle, (name, sha256) in zip(loaded, known, strict=True):
        if bundle.sha256 != sha256:
            raise RuntimeError(
                f"bundle {name} is another one than the run was planned with: found "
                f"{bundle.sha256[:12]}, expected {sha256[:12]}; if it changed under way run it "
                "again, if this is another machine install the same version of it there"
            )
    return loaded


@cache
def load_predictor(known: tuple[Known, ...], featurizer: str, device: str, half: bool) -> Predictor:
    """Return a predictor of bundles."""
    return Predictor(load_bundles_once(known, featurizer), device, half)


@cache
def load_surrogates_once(
    known: tuple[Known, ...], featurizer: str, columns: tuple[str, ...], half: bool
) -> SurrogatePredictor:
    """Return a predictor of the bundles' surrogates for some columns."""
    return SurrogatePredictor(load_bundles_once(known, featurizer), columns, half)
