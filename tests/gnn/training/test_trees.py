import re

import numpy as np
import pytest

from gnn.errors import ModelError
from gnn.evaluation.metrics import auroc, r2
from gnn.training import trees
from gnn.training.trees import boosted_trees, check_trees

FEATURES = np.random.default_rng(0).normal(size=(600, 12)).astype(np.float32)
FEATURES[::7, 3] = np.nan
TRUTH = 2 * FEATURES[:, 0] + np.abs(FEATURES[:, 1])
ROWS, OTHERS = np.arange(0, 400), np.arange(400, 600)


def test_trees_learn_values() -> None:
    found = boosted_trees(FEATURES, ROWS, TRUTH[ROWS], False)
    assert found.shape == (600,)
    assert r2(TRUTH[OTHERS].astype(float), found[OTHERS]) > 0.4


def test_trees_learn_classes() -> None:
    truth = np.greater(TRUTH, np.median(TRUTH)).astype(np.float32)
    found = boosted_trees(FEATURES, ROWS, truth[ROWS], True)
    assert 0 <= found.min() < 0.2 < 0.8 < found.max() <= 1
    assert auroc(truth[OTHERS].astype(float), found[OTHERS]) > 0.9


@pytest.mark.parametrize("classes", [False, True])
def test_a_seed_gives_the_same_bits(classes: bool) -> None:
    truth = (TRUTH > 0).astype(np.float32) if classes else TRUTH
    first = boosted_trees(FEATURES, ROWS, truth[ROWS], classes, seed=3)
    again = boosted_trees(FEATURES, ROWS, truth[ROWS], classes, seed=3)
    other = boosted_trees(FEATURES, ROWS, truth[ROWS], classes, seed=4)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("classes", [False, True])
def test_one_value_is_predicted_everywhere(classes: bool) -> None:
    found = boosted_trees(FEATURES, ROWS, np.ones(400, np.float32), classes)
    np.testing.assert_array_equal(found, np.ones(600))


@pytest.mark.parametrize("fault", [ImportError("No module"), OSError("libgomp.so.1: cannot open")])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    assert check_trees(FEATURES) is FEATURES
    with pytest.raises(ModelError, match="without descriptors, expected some"):
        check_trees(None)

    def fail(name: str) -> None:
        raise fault

    monkeypatch.setattr(trees, "import_module", fail)
    with pytest.raises(ModelError, match=re.escape(f"cannot be loaded ({fault}); give")):
        check_trees(FEATURES)
