"""Fits boosted trees on descriptors, one model per task: a teacher.

Gradient boosting on descriptors and counts leads most endpoints of the TDC ADMET group (Notwell
and Wood 2023, arXiv 2310.00174). The settings were not tuned: small steps, few columns for each
tree and a strong penalty; a small task has smaller trees.
"""

from importlib import import_module
from typing import Any

import numpy as np

from gnn.errors import ModelError
from gnn.features.array_types import Floats, Floats32, Floats64, Ints

_SMALL = 1000
"""A task with fewer measurements gets smaller trees."""
_SETTINGS: dict[str, Any] = {
    "colsample_bytree": 0.2,
    "subsample": 0.8,
    "subsample_freq": 1,
    "reg_lambda": 2.0,
    "max_bin": 63,
    # The same bits for any number of threads.
    "deterministic": True,
    "force_row_wise": True,
    # Threads of one model wait for each other at every split, which took three times the processor
    # time and more on a machine that others used, too. Tasks are fitted side by side instead.
    "n_jobs": 1,
    "verbose": -1,
}
_FOR_SMALL = {"n_estimators": 200, "learning_rate": 0.04, "num_leaves": 15, "min_child_samples": 8}
_FOR_LARGE = {"n_estimators": 300, "learning_rate": 0.05, "num_leaves": 31, "min_child_samples": 15}


def check_trees(descriptors: Floats32 | None) -> Floats32:
    """Return the descriptors [M, D] of a training set if trees can be fitted to them.

    Raises:
        ModelError: The set has none, or LightGBM cannot be loaded.
    """
    if descriptors is None:
        raise ModelError(
            "found a training set without descriptors, expected some for the teacher trees; make "
            "it again with `hitlist train RECIPE --arrays`"
        )
    try:
        import_module("lightgbm")
    except (ImportError, OSError) as error:  # the second without the system's libgomp
        raise ModelError(
            f"LightGBM, which the teacher trees needs, cannot be loaded ({error}); give `pip "
            "install lightgbm`, and on Debian and Ubuntu `apt install libgomp1`"
        ) from None
    return descriptors


def boosted_trees(
    features: Floats32,
    rows: Ints,
    values: Floats,
    classes: bool,
    seed: int = 0,
) -> Floats64:
    """Fit ``rows`` of features [M, D] to their values; return the predictions for all M.

    They are values, or the probability of class 1. A feature may be NaN. A seed gives the same bits
    on every machine of one kind, for any number of threads.
    """
    # Imported late: it imports dask and pandas, which no other training needs.
    from lightgbm import LGBMClassifier, LGBMRegressor

    if len(np.unique(values)) < 2:
        return np.full(len(features), float(values[0]))
    settings = _SETTINGS | (_FOR_SMALL if len(rows) < _SMALL else _FOR_LARGE)
    if classes:
        classifier = LGBMClassifier(random_state=seed, **settings)
        classifier.fit(features[rows], values)
        return np.asarray(classifier.predict_proba(features), np.float64)[:, 1]
    regressor = LGBMRegressor(random_state=seed, **settings)
    regressor.fit(features[rows], values)
    return np.asarray(regressor.predict(features), np.float64)
