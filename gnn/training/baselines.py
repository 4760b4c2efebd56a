"""Fits models without a network, one per task: baselines to beat; forests are teachers, too.

The support vector machine is the strongest published baseline on small assays (van Tilborg et al.
2022, doi 10.1021/acs.jcim.2c01073): an RBF kernel on ECFP bits (radius 2, 1,024 columns). Their
grid search on the training rows chose C = 10, gamma = 0.01 and epsilon = 0.1 for 27 of 30 sets, and
a larger C for three; those settings are used here for every assay.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.svm import SVR

from gnn.features.array_types import Floats, Floats32, Floats64, Ints
from gnn.training.training_set import TrainingSet

FOREST = (
    "200 trees (100 for a regression) on Morgan count fingerprints, radius 2, 2,048 columns; "
    "trained on the measured values alone"
)
_TREES, _REGRESSION_TREES = 200, 100
_FEATURES = 0.2
"""Share of the columns that a regression split examines; scikit-learn's default, all of them, takes
five times as long."""


def forest_outputs(
    data: TrainingSet, fingerprints: npt.NDArray[np.uint8], task: int, role: str, seed: int = 0
) -> Floats64:
    """Return [M], predictions for molecules with the ``role``, by a forest that did not see them.

    They are values or probabilities; NaN elsewhere, and if the training rows have one class only.
    Members that hold out the same molecules share a forest. Bounds count as measurements; presumed
    values are left out, because a forest cannot give them less weight than measurements.
    """
    found = np.full(data.graphs.molecules, np.nan)
    measured = data.is_measured[:, task]
    seen: set[bytes] = set()
    for member in range(len(data.roles)):
        rows = data.rows(member, role)
        if rows.tobytes() in seen or not measured[rows].any():
            continue
        seen.add(rows.tobytes())
        train = data.rows(member, "fit", "stop")
        train = train[measured[train]]
        values = data.values[train, task]
        if data.binary[task]:
            if len(np.unique(values)) < 2:
                continue
            classifier = RandomForestClassifier(_TREES, random_state=seed, n_jobs=-1)
            classifier.fit(fingerprints[train], values)
            found[rows] = classifier.predict_proba(fingerprints[rows])[:, 1]
        else:
            found[rows] = regress(fingerprints[train], values, fingerprints[rows], seed)
    return found


def regress(
    fingerprints: npt.NDArray[Any],
    values: Floats,
    others: npt.NDArray[Any],
    seed: int = 0,
) -> Floats64:
    """Fit fingerprints [n, 2048] to values [n]; return the predictions for ``others`` [m]."""
    regressor = RandomForestRegressor(
        _REGRESSION_TREES, max_features=_FEATURES, random_state=seed, n_jobs=-1
    )
    regressor.fit(fingerprints, values)
    found: Floats64 = regressor.predict(others)
    return found


def regress_with_spread(
    fingerprints: npt.NDArray[Any],
    values: Floats,
    others: npt.NDArray[Any],
    seed: int = 0,
) -> tuple[Floats64, Floats64]:
    """Do the same; return the mean [m] and the standard deviation [m] of the trees' predictions."""
    regressor = RandomForestRegressor(
        _REGRESSION_TREES, max_features=_FEATURES, random_state=seed, n_jobs=1
    )
    regressor.fit(fingerprints, values)
    said = np.stack([tree.predict(others) for tree in regressor.estimators_])
    return said.mean(axis=0), said.std(axis=0)


def teacher_forest(
    features: Floats32,
    rows: Ints,
    values: Floats,
    classes: bool,
    seed: int = 0,
) -> Floats64:
    """Fit ``rows`` of features [M, k] to their values; return a forest's predictions for all M.

    They are values, or the probability of class 1.
    """
    if not classes:
        return regress(features[rows], values, features, seed)
    classifier = RandomForestClassifier(_TREES, random_state=seed, n_jobs=-1)
    classifier.fit(features[rows], values)
    if len(classifier.classes_) < 2:
        return np.full(len(features), float(classifier.classes_[0]))
    found: Floats64 = classifier.predict_proba(features)[:, 1]
    return found


SVM = "RBF kernel on 1,024 ECFP bits, radius 2; C 10, gamma 0.01, epsilon 0.1"
SVM_BITS = 1024
"""Columns of the fingerprints."""


def svm_outputs(
    counts: npt.NDArray[np.uint8],
    values: Floats64,
    others: npt.NDArray[np.uint8],
) -> Floats64:
    """Return predictions [m] for molecules with fingerprints ``others`` [m, 1024].

    The machine is fitted on fingerprints ``counts`` [n, 1024] (any count above 0 is a set bit) and
    ``values`` [n].
    """
    machine = SVR(kernel="rbf", C=10.0, gamma=0.01, epsilon=0.1, cache_size=500)
    machine.fit((counts > 0).astype(np.float64), values)
    found: Floats64 = machine.predict((others > 0).astype(np.float64))
    return found
