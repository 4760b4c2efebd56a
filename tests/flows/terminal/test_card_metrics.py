"""A card shows the field's metric of a task first, and how far ours is ahead of the forest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.terminal.card_metrics import describe_gain, show_main_metrics, show_tasks
from gnn.bundle.bundle import Bundle
from gnn.card.card import Card
from gnn.card.metric_card import Gain, Metric, Summary

GAIN = Gain(value=0.021, interval=(0.0041, 0.0404))


def metric(value: float, gain: Gain | None = GAIN) -> Metric:
    return Metric(network=value, network_interval=(0.4, 0.6), forest=0.4, gain=gain)


@pytest.fixture
def card(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Card:
    plain = make_bundle(tmp_path / "plain", tasks=(("a", "c"), ("b", "c"), ("d", "c"))).card
    metrics = {"auroc": metric(0.7), "auprc": metric(0.5)}
    mains = ("auprc", "auroc", "auprc")
    tasks = [
        task.model_copy(update={"main_metric": main, "metrics": metrics})
        for task, main in zip(plain.tasks, mains, strict=True)
    ]
    mean = Summary(tasks=2, network=0.5, forest=0.4, network_interval=(0.3, 0.7), gain=GAIN)
    return plain.model_copy(update={"tasks": tuple(tasks), "main_summary": {"auprc": mean}})


def rows_of(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def test_a_gain_is_short_and_signed() -> None:
    assert describe_gain(GAIN) == "+0.021 (0.004 to 0.040)"
    assert describe_gain(Gain(value=-0.01, interval=(-0.03, 0.0))) == "-0.010 (-0.030 to 0.000)"
    assert describe_gain(None) == ""


def test_tasks_of_one_metric_are_together_with_their_mean(
    card: Card, capsys: pytest.CaptureFixture[str]
) -> None:
    show_main_metrics(card)
    header, *rows = rows_of(capsys.readouterr().out)
    assert header[-1] == "gain over forest"
    assert [row[0] for row in rows] == ["a", "d", "mean of 2 tasks", "b"]
    assert [row[3] for row in rows] == ["auprc", "auprc", "auprc", "auroc"]
    assert {row[-1] for row in rows} == {"+0.021 (0.004 to 0.040)"}


def test_a_tasks_own_metric_is_first(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    show_tasks(card, card.tasks)
    shown = capsys.readouterr()
    found = [(row[0], row[4]) for row in rows_of(shown.out)[1:]]
    assert [name for task, name in found if task == "a"] == ["auprc", "auroc"]
    assert [name for task, name in found if task == "b"] == ["auroc", "auprc"]
    assert "a positive gain is better" in shown.err


def test_without_gains_there_is_no_column(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    without = {"auroc": metric(0.7, gain=None)}
    show_tasks(card, [card.tasks[1].model_copy(update={"metrics": without})])
    shown = capsys.readouterr()
    assert rows_of(shown.out)[0][-1] == "forest"
    assert "gain" not in shown.err
