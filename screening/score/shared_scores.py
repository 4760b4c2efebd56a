"""Finds the scores that runs share: one kind of rows for each set of models and objective.

Predictions depend on the graph of a compound and on the models alone, so a run on another library,
or on the same one a night later, takes those that an earlier run computed. Expected scores depend
on the properties and the objective, too.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from chem.errors import InputError
from gnn.bundle.batch_shape import SHAPES
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import COLUMN_RULES, predicted_columns
from screening.objective.screen_settings import Screen
from screening.score.model_refs import ModelRefs
from screening.score.triage import triage_key
from screening.storage.ledger import hash_purpose
from screening.storage.shared_rows import SharedRows, open_rows
from screening.storage.store import Store

VARIABLE = "HITLIST_SHARED_SCORES"
"""``off`` keeps no scores and no evidence for later runs, and takes none of earlier ones."""


def is_shared(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether runs share scores.

    Raises InputError for a setting that is neither on nor off.

    >>> is_shared({}), is_shared({"HITLIST_SHARED_SCORES": "off"})
    (True, False)
    """
    given = environment.get(VARIABLE, "").strip() or "on"
    if given not in ("on", "off"):
        raise InputError(f"{VARIABLE} is {given!r}, expected on or off; leave it unset for on")
    return given == "on"


def open_predictions(
    root: Store, bundles: Sequence[Bundle], models: ModelRefs
) -> SharedRows | None:
    """Open the predictions of all columns by these bundles; None if none can be kept."""
    if not is_shared():
        return None
    purpose = {
        **common_purpose("predictions", models),
        "bundles": [bundle.sha256 for bundle in bundles],
        "device": models.device,
        "batch": SHAPES[models.device],
    }
    return open_rows(root / hash_purpose(purpose), len(predicted_columns(bundles)))


def open_expected(
    root: Store, screen: Screen, bundles: Sequence[Bundle], models: ModelRefs
) -> SharedRows | None:
    """Open the expected scores by these bundles' surrogates; None if none can be kept."""
    if not is_shared():
        return None
    key = triage_key(screen, bundles, models.bfloat16)
    purpose = {**common_purpose("expected scores", models), "triage": key}
    return open_rows(root / hash_purpose(purpose), 2)


def common_purpose(kind: str, models: ModelRefs) -> dict[str, Any]:
    """Return what every kind of numbers depends on that is computed by models."""
    return {
        "kind": kind,
        "featurizer": models.featurizer,
        "precision": "bfloat16" if models.bfloat16 else "float32",
        "columns": COLUMN_RULES,
        **{name: version(name) for name in ("hitlist", "torch", "numpy")},
    }
