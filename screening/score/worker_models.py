"""Loads the models of a worker process once, by name or path, and checks their hashes."""

from collections.abc import Sequence
from functools import lru_cache

from chem.errors import InputError
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import SHIPPED, find_bundle
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate_predict import SurrogatePredictor
from screening.score.model_refs import BundleRef, ModelRefs


def model_refs(
    bundles: Sequence[Bundle], featurizer: str, bfloat16: bool, device: str = "cpu"
) -> ModelRefs:
    """Return the references by which workers load bundles.

    A shipped bundle is named, so that workers load it from their own package.
    """
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
    """Load bundles; raise InputError if they are not those that the run was planned with."""
    loaded = tuple(load_bundle(find_bundle(name), featurizer) for name, *_ in refs)
    for bundle, (name, sha256, surrogate) in zip(loaded, refs, strict=True):
        for what, found, expected in (
            (f"bundle {name}", bundle.sha256, sha256),
            (f"the surrogate of bundle {name}", _surrogate(bundle), surrogate),
        ):
            if found != expected:
                raise InputError(
                    f"{what} is not the one that the run was planned with: found "
                    f"{found[:12] or 'none'}, expected {expected[:12] or 'none'}; if it changed "
                    "meanwhile, run again; if this is another machine, install the same there"
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
