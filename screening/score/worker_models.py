"""Models that a worker process loads once: by name or path, and checked by hash."""

from collections.abc import Sequence
from functools import lru_cache

from chem.errors import InputError
from gnn.bundle.bundle import SHIPPED, Bundle, find_bundle, load_bundle
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate_predict import SurrogatePredictor

BundleRef = tuple[str, str, str]
"""Name of a bundle that comes with the package, or the path of another one; its content hash; its
surrogate's, or ``""`` without one."""


def bundle_refs(bundles: Sequence[Bundle]) -> tuple[BundleRef, ...]:
    """Return what workers need to load bundles: a shipped one by name, from their own package."""
    return tuple(
        (
            bundle.path.name if bundle.path.parent == SHIPPED else str(bundle.path.resolve()),
            bundle.sha256,
            _surrogate(bundle),
        )
        for bundle in bundles
    )


def _surrogate(bundle: Bundle) -> str:
    return bundle.surrogate.sha256 if bundle.surrogate else ""


@lru_cache(maxsize=2)
def load_bundles_once(refs: tuple[BundleRef, ...], featurizer: str) -> tuple[Bundle, ...]:
    """Load bundles; raises InputError if they are others than the run was planned with."""
    loaded = tuple(load_bundle(find_bundle(name), featurizer) for name, *_ in refs)
    for bundle, (name, sha256, surrogate) in zip(loaded, refs, strict=True):
        for what, found, expected in (
            (f"bundle {name}", bundle.sha256, sha256),
            (f"the surrogate of bundle {name}", _surrogate(bundle), surrogate),
        ):
            if found != expected:
                raise InputError(
                    f"{what} is another one than the run was planned with: found "
                    f"{found[:12] or 'none'}, expected {expected[:12] or 'none'}; if it changed "
                    "under way run it again, if this is another machine install the same there"
                )
    return loaded


@lru_cache(maxsize=2)
def load_predictor(
    refs: tuple[BundleRef, ...], featurizer: str, device: str, bfloat16: bool
) -> Predictor:
    """Return a predictor of bundles."""
    return Predictor(load_bundles_once(refs, featurizer), device, bfloat16)


@lru_cache(maxsize=2)
def load_surrogates_once(
    refs: tuple[BundleRef, ...], featurizer: str, columns: tuple[str, ...], bfloat16: bool
) -> SurrogatePredictor:
    """Return a predictor of the bundles' surrogates for some columns."""
    return SurrogatePredictor(load_bundles_once(refs, featurizer), columns, bfloat16)
