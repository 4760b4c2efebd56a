"""The models that a small assay is compared with, each fitted on the training rows alone."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import count_fingerprints
from data.public_sets.moleculeace import SplitSet
from gnn.training.baselines import FOREST, SVM, regress, svm_outputs
from gnn.training.baselines import SVM_BITS as BITS

Floats = npt.NDArray[np.float64]

OWN = ("auto", "network", "gp")
"""What `hitlist train` makes of an assay: what it picks, its networks alone, its kernel alone."""
BASELINES = ("forest", "svm")
MODELS = (*OWN, *BASELINES)
TITLES = {
    "auto": "own assay: the model that is picked",
    "network": "own assay: networks alone",
    "gp": "own assay: Gaussian process alone",
    "forest": f"random forest ({FOREST.partition(';')[0]})",
    "svm": f"support vector machine ({SVM})",
}


def fit_forest(assay: SplitSet) -> Floats:
    """Return the forest's predictions [test rows]; fitted on the training rows."""
    train, test = (count_fingerprints(list(table.smiles)) for table in (assay.train, assay.test))
    return regress(train, assay.train.values[:, 0], test)


def fit_svm(assay: SplitSet) -> Floats:
    """Return the support vector machine's predictions [test rows]."""
    train, test = (
        count_fingerprints(list(table.smiles), size=BITS) for table in (assay.train, assay.test)
    )
    return svm_outputs(train, assay.train.values[:, 0].astype(np.float64), test)


FITS: dict[str, Callable[[SplitSet], Floats]] = {"forest": fit_forest, "svm": fit_svm}
