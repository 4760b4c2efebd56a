import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn import metrics as oracle

from gnn.evaluation.metrics import METRICS, evaluate, mean_over_tasks, measurable, measure, spearman

ORACLES = {
    "r2": oracle.r2_score,
    "rmse": oracle.root_mean_squared_error,
    "mae": oracle.mean_absolute_error,
    "spearman": lambda truth, predicted: spearmanr(truth, predicted).statistic,
    "auroc": oracle.roc_auc_score,
    "auprc": oracle.average_precision_score,
}


def draw(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    if kind == "regression":
        truth = generator.normal(6, 1, n)
        return truth, truth + generator.normal(0, 0.5, n)
    truth = (np.arange(n) % 3 == 0).astype(float)
    return truth, np.round(0.4 * truth + generator.uniform(0, 0.6, n), 2)  # with ties


def test_every_metric_has_an_oracle() -> None:
    assert {name for kind in METRICS.values() for name in kind} == set(ORACLES)


@settings(max_examples=20)
@given(kind=st.sampled_from(sorted(METRICS)), n=st.integers(30, 120), seed=st.integers(0, 99))
@example(kind="classification", n=30, seed=14)  # every active above every inactive
def test_values_are_those_of_scikit_learn_and_lie_in_their_interval(
    kind: str, n: int, seed: int
) -> None:
    truth, predicted = draw(kind, n, seed)
    found = evaluate(truth, predicted, kind, rounds=40)
    assert set(found) == set(METRICS[kind])
    for name, estimate in found.items():
        assert estimate.value == pytest.approx(ORACLES[name](truth, predicted)), name
        assert estimate.low <= estimate.value <= estimate.high, name
        perfect = kind == "classification" and estimate.value == 1.0
        assert estimate.low < estimate.high or (perfect and estimate.low == 1.0), name


def test_equal_predictions_have_no_order() -> None:
    truth = np.array([1.0, 2.0, 2.0, 5.0])
    assert spearman(truth, np.full(4, 3.0)) == 0.0
    tied = np.array([0.1, 0.5, 0.4, 0.5])
    assert spearman(truth, tied) == pytest.approx(spearmanr(truth, tied).statistic)


def test_more_molecules_make_a_narrower_interval() -> None:
    few = evaluate(*draw("regression", 40, 0), "regression", rounds=200)["r2"]
    many = evaluate(*draw("regression", 1000, 0), "regression", rounds=200)["r2"]
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_the_same_seed_draws_the_same_interval() -> None:
    rows = draw("classification", 50, 3)
    first = evaluate(*rows, "classification", rounds=50)
    assert evaluate(*rows, "classification", rounds=50) == first
    assert evaluate(*rows, "classification", rounds=50, seed=1) != first


@pytest.mark.parametrize(
    ("truth", "kind", "expected"),
    [
        pytest.param([0, 1], "classification", True, id="two classes"),
        pytest.param([1, 1, 1], "classification", False, id="one class"),
        pytest.param([], "classification", False, id="no class"),
        pytest.param(list(range(10)), "regression", True, id="ten values"),
        pytest.param(list(range(9)), "regression", False, id="nine values"),
        pytest.param([5.0] * 20, "regression", False, id="all alike"),
    ],
)
def test_measurable(truth: list[float], kind: str, expected: bool) -> None:
    assert measurable(np.array(truth, dtype=float), kind) is expected


@pytest.mark.parametrize("kind", sorted(METRICS))
def test_a_gain_is_positive_where_ours_is_better_and_paired(kind: str) -> None:
    truth, theirs = draw(kind, 200, 1)
    ours = 0.7 * theirs + 0.3 * truth  # each value a bit nearer to the truth
    for name, found in measure(truth, ours, theirs, kind).items():
        alone = evaluate(truth, ours, kind)[name]
        assert (found.network, found.network_interval) == (round(alone.value, 4), alone.interval)
        assert found.forest is not None
        assert found.forest_interval is not None
        assert found.gain is not None
        sign = -1 if name in ("rmse", "mae") else 1
        assert found.gain.value == pytest.approx(sign * (found.network - found.forest), abs=2e-4)
        low, high = found.gain.interval
        assert 0 < low < found.gain.value < high
        # The models err on the same molecules: unpaired draws would be wider.
        assert high - low < found.forest_interval[1] - found.forest_interval[0]


def test_equal_models_have_no_gain_and_without_a_forest_there_is_none() -> None:
    truth, said = draw("regression", 60, 2)
    for found in measure(truth, said, said, "regression").values():
        assert found.gain is not None
        assert (found.gain.value, found.gain.interval) == (0.0, (0.0, 0.0))
    for forest in (None, np.full(60, np.nan)):
        for found in measure(truth, said, forest, "regression").values():
            assert (found.gain, found.forest, found.forest_interval) == (None, None, None)
    assert measure(truth[:9], said[:9], None, "regression") == {}


def test_a_mean_gain_is_drawn_over_tasks() -> None:
    tasks = [
        measure(truth, truth + shift, said, "regression")["mae"]
        for shift, (truth, said) in ((at / 10, draw("regression", 50, at)) for at in range(8))
    ]
    mean = mean_over_tasks(tasks)
    gains = [one.gain.value for one in tasks if one.gain is not None]
    assert mean.gain is not None
    assert mean.gain.value == pytest.approx(np.mean(gains), abs=1e-4)
    assert min(gains) < mean.gain.interval[0] < mean.gain.value < mean.gain.interval[1] < max(gains)
    assert mean_over_tasks(tasks[:1]).gain == tasks[0].gain
    lacking = [*tasks, tasks[0].model_copy(update={"gain": None})]
    assert mean_over_tasks(lacking).gain is None
