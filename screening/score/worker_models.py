"""Models that a worker process loads once: by name or path, and checked by hash."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from chem.errors import InputError
from gnn.bundle.bundle import SHIPPED, Bundle, find_bundle, load_bundle
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate_predict import SurrogatePredictor

BundleRef = tuple[str, str, str]
"""Name of a bundle that comes with the package, or the path of another one; its content hash; its
surrogate's, or ``""`` without one."""


class ModelRefs(NamedTuple):
    """What a worker needs to load the models of a run: names and hashes, never a pickled model."""

    bundles: tuple[BundleRef, ...]
    featurizer: str
    """Hash of the featurizer's specification."""
    device: str = "cpu"
    """Where networks run: ``cpu`` or ``cuda``."""
    bfloat16: bool = False
    """Whether they run in bfloat16."""


def model_refs(
    bundles: Sequence[Bundle], featurizer: str, bfloat16: bool, device: str = "cpu"
) -> ModelRefs:
    """Return what workers need to load bundles: a shipped one by name, from their own package."""
    refs = tuple(
        (
            bundle.path.name if bundle.path.parent == SHIPPED else str(bundle.path.resolve()),
            bundle.sha256,
            _surrogate(bundle),
        )
        for bundle in bundles
    )
    return ModelRefs(refs, featurizer, device, bfloat16)


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
def load_predictor(models: ModelRefs) -> Predictor:
    """Return a predictor of bundles."""
    bundles = load_bundles_once(models.bundles, models.featurizer)
    return Predictor(bundles, models.device, models.bfloat16)


@lru_cache(maxsize=2)
def load_surrogates_once(models: ModelRefs, columns: tuple[str, ...]) -> SurrogatePredictor:
    """Return a predictor of the bundles' surrogates for some columns."""
    bundles = load_bundles_once(models.bundles, models.featurizer)
    return SurrogatePredictor(bundles, columns, models.bfloat16)
