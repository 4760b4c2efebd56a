"""A last layer that is trained again follows the values, and leaves all else as it was."""

from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import featurizer_spec
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.candidates.own_measured import Result
from gnn.candidates.retrain_head import HeadTraining, write_retrained
from gnn.errors import ModelError
from tests.conftest import MakeBundle
from tests.gnn.candidates.test_learn import OTHERS, SERIES, predict

pytestmark = pytest.mark.slow


def test_the_series_follows_and_known_compounds_stay(
    base: Bundle, results: list[Result], tmp_path: Path
) -> None:
    trained = HeadTraining(base, results).train(results, "0" * 64)
    assert trained.card.retrained is not None
    assert trained.card.retrained.tasks["EGFR"].results == 8
    write_retrained(base, trained, results, tmp_path / "trained")
    loaded = load_bundle(tmp_path / "trained", featurizer_spec()["hash"])
    assert loaded.measured_compounds is not None
    measured = base.measured_compounds
    assert measured is not None
    assert len(loaded.measured_compounds) == len(measured) + 8
    known = [str(one) for one in measured.smiles[measured.of("EGFR").rows[::60]]]
    before, now = (predict(one, SERIES[8:] + OTHERS + known) for one in (base, loaded))
    in_memory = predict(trained, SERIES[8:] + OTHERS + known)
    for column, found in now.items():
        assert found.tobytes() == in_memory[column].tobytes(), column
        if not column.startswith("activity_EGFR_") and column != "activity_EGFR":
            assert found.tobytes() == before[column].tobytes(), column
    change = now["activity_EGFR"] - before["activity_EGFR"]
    assert change[:4].min() > 0.2
    assert np.abs(change[7:]).mean() < 0.2 * change[:4].mean()


def test_a_bundle_without_measured_compounds_is_not_trained_again(
    make_bundle: MakeBundle, tmp_path: Path
) -> None:
    small = make_bundle(tmp_path / "small")
    with pytest.raises(ModelError, match="no measured compounds"):
        HeadTraining(small, [Result("EGFR", "CCO", 5.0, 0, 0)])
