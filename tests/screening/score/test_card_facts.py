"""The facts of cards, by predicted task."""

from pathlib import Path

from gnn.bundle.bundle import load_bundle, write_card
from gnn.card.card import OperatingPoints
from screening.score.card_facts import drug_quantiles, operating_points
from tests.conftest import MakeBundle

POINTS = OperatingPoints(
    positives=3, negatives=4, thresholds=(0.5,), sensitivity=(0.9,), specificity=(0.8,)
)


def test_only_tasks_with_facts_are_named(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    assert not drug_quantiles([bundle])
    assert not operating_points([bundle])
    known = {"drug_quantiles": tuple(map(float, range(21))), "operating_points": POINTS}
    tasks = (bundle.card.tasks[0], bundle.card.tasks[1].model_copy(update=known))
    write_card(tmp_path, bundle.card.model_copy(update={"tasks": tasks}))
    again = load_bundle(tmp_path, bundle.card.featurizer)
    assert drug_quantiles([again]) == {"small_herg": tuple(map(float, range(21)))}
    assert operating_points([again]) == {"small_herg": POINTS}
